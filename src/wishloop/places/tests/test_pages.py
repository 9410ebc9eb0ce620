"""The pages of places: what they show to whom, errors at the field, the same number of queries for one row and three."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.places import operations as places
from wishloop.places.models import Place, PlaceAlias
from wishloop.places.operations.import_rows import template_csv
from wishloop.places.queries import working_time_of

pytestmark = pytest.mark.django_db
COMMUNITY = "540102005002"


@pytest.fixture
def sign_in(world: Any, client: Client) -> Any:
    def as_(role: str, place: str = "扎细街道") -> Client:
        client.force_login(world.user(role, place))
        return client

    return as_


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "to-confirm/",
        "import/",
        f"{COMMUNITY}/",
        f"{COMMUNITY}/edit/",
        f"{COMMUNITY}/add/",
        f"{COMMUNITY}/calendar/",
    ],
)
def test_strangers_are_sent_to_sign_in(client: Client, path: str) -> None:
    response = client.get(f"/staff/places/{path}")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("administrator", {"", "to-confirm/", "import/", "edit/", "add/", "calendar/", "page"}),
        ("steward", {"", "to-confirm/", "edit/", "calendar/", "page"}),
        ("grid_worker", {"", "calendar/", "page"}),
        ("supervisor", {"", "calendar/", "page"}),
        ("leader", {"", "calendar/", "page"}),
        ("member", set()),
        ("volunteer", set()),
    ],
)
def test_pages_by_role(sign_in: Any, role: str, allowed: set[str]) -> None:
    client = sign_in(role)
    pages = {"": "", "to-confirm/": "to-confirm/", "import/": "import/", "page": f"{COMMUNITY}/"}
    pages |= {part: f"{COMMUNITY}/{part}" for part in ("edit/", "add/", "calendar/")}
    for name, path in pages.items():
        expected = 200 if name in allowed else 403
        assert client.get(f"/staff/places/{path}").status_code == expected, (role, name)


def test_outside_ones_ground_there_is_nothing(sign_in: Any) -> None:
    client = sign_in("administrator", "公德林街道")
    for part in ("", "edit/", "add/", "calendar/"):
        assert client.get(f"/staff/places/{COMMUNITY}/{part}").status_code == 404
    assert (
        client.post(f"/staff/places/{COMMUNITY}/edit/", {"part": "names", "names-name": "抢"}).status_code
        == 404
    )
    assert "扎细新村" not in text(client.get("/staff/places/?q=扎细"))


def test_search_and_tree(sign_in: Any) -> None:
    client = sign_in("steward")
    assert "团结新村社区" in text(client.get("/staff/places/"))
    found = text(client.get("/staff/places/", {"q": "扎细新村"}))
    assert f"/staff/places/{COMMUNITY}/" in found
    assert "没有找到这个单位" in text(client.get("/staff/places/", {"q": "<script>"}))


def test_editing_names_and_errors_at_the_field(sign_in: Any) -> None:
    client = sign_in("administrator")
    url = f"/staff/places/{COMMUNITY}/edit/"
    assert (
        client.post(url, {"part": "names", "names-name": "扎细新社区", "names-name_en": "X"}).status_code
        == 302
    )
    assert Place.objects.get(code=COMMUNITY).name == "扎细新社区"
    body = text(client.post(url, {"part": "names", "names-name": ""}), 422)
    assert 'href="#id_names-name"' in body
    body = text(
        client.post(
            url, {"part": "position", "position-lat": "99", "position-lon": "91", "position-datum": "wgs84"}
        ),
        422,
    )
    assert "纬度应在 -90 到 90 之间。" in body
    assert 'value="99"' in body
    bad = SimpleUploadedFile("a.geojson", b"{")
    assert "GeoJSON" in text(client.post(url, {"part": "outline", "outline-outline": bad}), 422)
    assert client.post(url, {"part": "alias", "alias-name": "新村"}).status_code == 302
    assert PlaceAlias.objects.filter(place__code=COMMUNITY, name="新村").exists()
    client.post(f"{url}remove-alias/", {"name": "新村"})
    assert not PlaceAlias.objects.filter(place__code=COMMUNITY, name="新村").exists()


def test_a_steward_may_add_an_alias_and_no_more(sign_in: Any) -> None:
    client = sign_in("steward")
    url = f"/staff/places/{COMMUNITY}/edit/"
    assert "保存名称" not in text(client.get(url))
    client.post(url, {"part": "names", "names-name": "改名"})
    assert Place.objects.get(code=COMMUNITY).name == "扎细新村社区"
    client.post(url, {"part": "alias", "alias-name": "新村里"})
    assert PlaceAlias.objects.filter(name="新村里").exists()


def test_confirming_a_name_residents_gave(sign_in: Any, world: Any) -> None:
    given = places.add_provisional_place(name="向阳居委会", parent=world.place("扎细街道"), at=world.at)
    client = sign_in("steward")
    assert "向阳社区" in text(client.get("/staff/places/to-confirm/"))
    body = text(client.post("/staff/places/to-confirm/", {"code": given.code, "name": "扎细社区"}), 422)
    assert "已有同名单位" in body
    client.post("/staff/places/to-confirm/", {"code": given.code, "name": "向阳社区"})
    assert "没有待确认的地名" in text(client.get("/staff/places/to-confirm/"))


def test_calendar_page_enters_and_takes_back(sign_in: Any) -> None:
    client = sign_in("administrator")
    url = f"/staff/places/{COMMUNITY}/calendar/"
    body = text(client.get(url, {"year": "2026"}))
    assert "藏历新年放假" in body
    path = Place.objects.get(code=COMMUNITY).path
    day = {"part": "days", "first": "2026-03-04", "kind": "hours", "hours": "9:30–13:00", "reason": "停电"}
    assert client.post(url, day).status_code == 302
    spans = working_time_of(place_path=path, first=date(2026, 3, 1), last=date(2026, 3, 31)).spans(
        date(2026, 3, 4)
    )
    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in spans] == ["09:30-13:00"]
    assert "停电" in text(client.get(url, {"year": "2026"}))
    assert "请写明原因" in text(client.post(url, {**day, "reason": " \u200b"}), 422)
    assert "请写成 09:30-13:00" in text(client.post(url, {**day, "hours": "早上"}), 422)
    client.post(url, {"part": "remove", "first": "2026-03-04", "last": "2026-03-04"})
    assert "停电" not in text(client.get(url, {"year": "2026"}))
    week = {"part": "hours", "hours_1": "10:00-16:00", "follow_national": "on"}
    assert client.post(url, week).status_code == 302
    assert "10:00-16:00" in text(client.get(url))
    assert "至少要有一天上班" in text(client.post(url, {"part": "hours"}), 422)
    assert client.post(url, {"part": "inherit"}).status_code == 302
    assert "还没有公布" in text(client.get(url, {"year": "2027"}))
    assert client.get(url, {"year": "abcd"}).status_code == 200


def test_reading_a_calendar_is_not_editing_it(sign_in: Any) -> None:
    client = sign_in("leader")
    url = f"/staff/places/{COMMUNITY}/calendar/"
    assert "录入放假" not in text(client.get(url))
    day = {"part": "days", "first": "2026-03-04", "kind": "off", "reason": "停电"}
    assert client.post(url, day).status_code == 403


def test_import_tries_then_writes(sign_in: Any) -> None:
    client = sign_in("administrator")
    file = SimpleUploadedFile("网格.csv", template_csv())
    body = text(client.post("/staff/places/import/", {"file": file}))
    key = re.search(r'name="key" value="([^"]+)"', body)
    assert key
    assert "扎细新村第一网格" in body
    assert not Place.objects.filter(name="扎细新村第一网格").exists()
    assert client.post("/staff/places/import/commit/", {"key": "nonsense"}).status_code == 422
    assert client.post("/staff/places/import/commit/", {"key": key[1]}).status_code == 302
    assert Place.objects.filter(name="扎细新村第一网格").exists()
    assert client.post("/staff/places/import/commit/", {"key": key[1]}).status_code == 422
    bad = SimpleUploadedFile("a.csv", "名称,上级编码\n,540102005002\n".encode())
    assert "请写明单位名称" in text(client.post("/staff/places/import/", {"file": bad}))
    none = SimpleUploadedFile("a.exe", b"MZ")
    assert "请选择 CSV" in text(client.post("/staff/places/import/", {"file": none}), 422)
    assert client.get("/staff/places/import/template.xlsx")["Content-Type"].endswith("sheet")


def count(client: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "url", ["/staff/places/?q=某", "/staff/places/to-confirm/", f"/staff/places/{COMMUNITY}/"]
)
def test_lists_cost_the_same_for_one_row_and_three(sign_in: Any, world: Any, url: str) -> None:
    client = sign_in("administrator")
    counts = []
    for n in range(3):
        places.add_provisional_place(name=f"某社区{n}", parent=world.place("扎细街道"), at=world.at)
        places.add_place(
            actor=SYSTEM, parent=world.place(), level="grid", code="", name=f"某网格{n}", at=world.at
        )
        if n != 1:
            counts.append(count(client, url))
    assert counts[0] == counts[1]
