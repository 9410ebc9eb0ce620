"""Places over the API: the public list, and the same answers as the pages give."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from wishloop.places import operations as places
from wishloop.places.models import Place

pytestmark = pytest.mark.django_db
COMMUNITY = "540102005002"


@pytest.fixture
def api(world: Any) -> Any:
    def as_(role: str, place: str = "扎细街道") -> Any:
        client = Client(enforce_csrf_checks=False)
        client.force_login(world.user(role, place))

        def call(method: str, path: str, body: Any = None) -> Any:
            facts = {"data": body, "content_type": "application/json"} if body is not None else {}
            return getattr(client, method)(f"/api/v1{path}", **facts)

        return call

    return as_


def test_anybody_reads_confirmed_units_and_nothing_else(client: Client, world: Any) -> None:
    places.add_provisional_place(name="向阳社区", parent=world.place("扎细街道"), at=world.at)
    body = client.get("/api/v1/public/places", {"parent": "540102005"}).json()
    assert [item["name"] for item in body["items"]] == [
        "扎细社区",
        "扎细新村社区",
        "雄嘎社区",
        "团结新村社区",
        "尼卓林社区",
    ]
    assert set(body["items"][0]) == {"code", "name", "name_en", "name_bo", "level", "parent"}
    assert client.get("/api/v1/public/places", {"q": "向阳"}).json()["items"] == []
    found = client.get("/api/v1/public/places", {"q": "公德林"}).json()["items"]
    assert "540102006" in [item["code"] for item in found]
    assert client.get("/api/v1/public/places", {"parent": "nowhere"}).status_code == 404
    assert client.get("/api/v1/public/places", {"cursor": "nonsense"}).status_code == 400


def test_pages_of_the_public_list_join_up(client: Client) -> None:
    seen, cursor = [], None
    while True:
        params = {"q": "社区", "page_size": 7, **({"cursor": cursor} if cursor else {})}
        body = client.get("/api/v1/public/places", params).json()
        seen += [item["code"] for item in body["items"]]
        cursor = body["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) > 40
    assert seen == sorted(seen)


def test_the_public_list_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: Any
) -> None:
    for size in (1, 3):
        with django_assert_num_queries(1):
            client.get("/api/v1/public/places", {"page_size": size})


def test_strangers_are_asked_who_they_are(client: Client) -> None:
    assert client.get(f"/api/v1/places/{COMMUNITY}").status_code == 401
    assert client.post("/api/v1/places", {}, content_type="application/json").status_code == 401


def test_staff_edit_through_the_same_operations(api: Any) -> None:
    call = api("administrator")
    made = call("post", "/places", {"parent": COMMUNITY, "level": "grid", "name": "一网格"})
    assert made.status_code == 201
    code = made.json()["code"]
    assert code == f"{COMMUNITY}-W01"
    assert call("put", f"/places/{code}/names", {"name": "第一网格"}).json()["aliases"] == ["一网格"]
    assert call("post", f"/places/{code}/aliases", {"name": "甲"}).json()["aliases"] == ["一网格", "甲"]
    assert call("delete", f"/places/{code}/aliases?name=甲").json()["aliases"] == ["一网格"]
    assert call("put", f"/places/{code}/position", {"lat": 29.66, "lon": 91.12}).json()["lat"] == 29.66
    assert (
        call("put", f"/places/{code}/validity", {"valid_to": "2027-01-01"}).json()["valid_to"] == "2027-01-01"
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "field"),
    [
        ("post", "/places", {"parent": COMMUNITY, "level": "grid", "name": " "}, "missing", "name"),
        ("post", "/places", {"parent": COMMUNITY, "level": "city", "name": "x"}, "wrong_level", "level"),
        ("put", f"/places/{COMMUNITY}/position", {"lat": 99, "lon": 0}, "bad_position", "lat"),
        ("post", f"/places/{COMMUNITY}/calendar/days", {"first": "2026-03-04", "kind": "off", "reason": ""}, "missing", "reason"),
        ("put", f"/places/{COMMUNITY}/calendar/hours", {"hours": {}}, "no_hours", "hours_1"),
        ("get", f"/places/{COMMUNITY}/calendar?first=2026-01-01&last=2029-01-01", None, "out_of_range", "last"),
    ],
)  # fmt: skip
def test_refusals_are_problem_documents(
    api: Any, method: str, path: str, body: Any, code: str, field: str
) -> None:
    response = api("administrator")(method, path, body)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert (response.json()["code"], response.json()["errors"][0]["field"]) == (code, field)


def test_both_doors_say_the_same(api: Any, world: Any) -> None:
    """A steward and a stranger to the ground get the same answers from pages and API."""
    page = Client()
    page.force_login(world.user("steward", "扎细街道"))
    names = {"part": "names", "names-name": "改名"}
    page.post(f"/staff/places/{COMMUNITY}/edit/", names)
    assert api("steward")("put", f"/places/{COMMUNITY}/names", {"name": "改名"}).status_code == 403
    assert Place.objects.get(code=COMMUNITY).name == "扎细新村社区"
    assert api("administrator", "公德林街道")("get", f"/places/{COMMUNITY}").status_code == 404
    given = places.add_provisional_place(name="向阳社区", parent=world.place("扎细街道"), at=world.at)
    confirmed = api("steward")("post", f"/places/{given.code}/confirm", {"name": "向阳新社区"})
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")
    assert (
        api("steward")("post", f"/places/{given.code}/confirm", {"name": "扎细社区"}).json()["code"]
        == "name_taken"
    )


def test_calendar_reads_and_writes(api: Any) -> None:
    call = api("administrator")
    body = call("get", f"/places/{COMMUNITY}/calendar?first=2026-02-14&last=2026-02-16").json()
    assert [(d["on"], d["kind"], d["entered_at"]) for d in body["days"]] == [
        ("2026-02-14", "work", "5401"),
        ("2026-02-15", "off", "5401"),
        ("2026-02-16", "off", "5401"),
    ]
    assert body["week"]["1"] == [
        {"opens": "09:30:00", "closes": "13:00:00"},
        {"opens": "15:30:00", "closes": "18:00:00"},
    ]
    days = {
        "first": "2026-03-04",
        "kind": "hours",
        "reason": "停电",
        "hours": [{"opens": "09:30", "closes": "13:00"}],
    }
    assert call("post", f"/places/{COMMUNITY}/calendar/days", days).json() == {"days": 1}
    assert call("delete", f"/places/{COMMUNITY}/calendar/days?first=2026-03-04").json() == {"days": 1}
    hours = {"hours": {"2": [{"opens": "10:00", "closes": "12:00"}]}}
    assert list(call("put", f"/places/{COMMUNITY}/calendar/hours", hours).json()["week"]) == ["2"]
