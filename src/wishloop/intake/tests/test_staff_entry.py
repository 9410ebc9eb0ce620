"""Staff take needs down: F1/F2 door visits, F5 a meeting at once, F7 slips."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.world import World

from wishloop.core.actor import PUBLIC
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Forbidden
from wishloop.intake.models import Meeting
from wishloop.intake.operations import PersonSaid, PlaceSaid
from wishloop.intake.operations.staff_entry import Told, enter_wish, record_meeting
from wishloop.wishes.models import Wish

URL = "/staff/intake/new/"


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(
        world.user("grid_worker"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def entry(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "channel": "door_visit", "happened_at": "2025-09-08T09:30", "place": world.place().code,
        "text": "冰箱不制冷了，想请人修", "beneficiary_count": "1", "how": "spoken", **changes,
    }  # fmt: skip


@pytest.mark.fact("F2")
def test_a_door_visit_is_taken_down_with_person_consent_and_channel(world: World, desk: Client) -> None:
    sent = entry(world, name="次仁卓玛", phone="13908910001", address="3栋401", collect="on", publish="on")
    response = desk.post(URL, sent, follow=True)
    wish = Wish.objects.select_related("case", "reporter").get()
    assert (wish.case.channel, wish.case.place, wish.category_id) == ("door_visit", world.place(), "repair")
    assert wish.case.happened_at.isoformat() == "2025-09-08T01:30:00+00:00"
    assert {c.purpose for c in wish.reporter.consents.all()} == {"collect", "publish"}
    page = response.content.decode()
    assert wish.case.code in page
    assert "当面口头同意" in wish.case.events.get(number=1).note
    kept = desk.get(URL).content.decode()
    assert f'value="{world.place().code}" selected' in kept
    assert 'value="2025-09-08T09:30"' in kept
    assert "冰箱不制冷了" in kept


@pytest.mark.fact("F7")
def test_a_handwritten_slip_without_a_name(world: World, desk: Client) -> None:
    assert desk.post(URL, entry(world, channel="wish_box", text="想要一件棉衣")).status_code == 302
    wish = Wish.objects.select_related("case").get()
    assert (wish.case.channel, wish.reporter) == ("wish_box", None)
    slip = desk.get(f"/staff/intake/slip/{wish.case.code}/").content.decode()
    assert wish.case.code in slip


def test_the_same_form_twice_is_one_wish(world: World, desk: Client) -> None:
    sent = entry(world)
    desk.post(URL, sent)
    again = desk.post(URL, sent, follow=True)
    assert Wish.objects.count() == 1
    assert "已经登记过" in again.content.decode()


BAD = [
    ({"text": " "}, "请写下"),
    ({"text": "字" * 2001}, "超出 1 字"),
    ({"name": "次仁"}, "同意"),
    ({"phone": "1", "collect": "on"}, "电话号码不存在"),
    ({"happened_at": "2099-01-01T00:00"}, "晚于现在"),
    ({"happened_at": "昨天"}, "2025-09-08"),
    ({"channel": "qr_code"}, "qr_code"),
    ({"beneficiary_count": "0"}, "1"),
    ({"helped_name": "小格桑", "helped_minor": "on", "collect": "on"}, "监护人"),
    ({"text": "好\x00", "place_name": "x" * 101, "place": ""}, "超出 1 字"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_bad_input_keeps_everything(world: World, desk: Client, changes: dict[str, str], said: str) -> None:
    response = desk.post(URL, entry(world, note="这句备注还在", **changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert "这句备注还在" in page
    assert Wish.objects.count() == 0


def test_a_known_phone_shows_whose_it_is_masked_and_what_is_open(world: World, desk: Client) -> None:
    resident = world.resident(name="张国强", phone="13908910001")
    wish = world.wish("想要轮椅", reporter=resident)
    response = desk.post(URL, entry(world, phone="139 0891 0001", action="lookup", text="正在写的话"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "张**" in page
    assert "张国强" not in page
    assert wish.case.code in page
    assert "正在写的话" in page
    assert Wish.objects.count() == 1


def test_strangers_and_helpers_stay_outside(world: World, client: Client) -> None:
    assert client.get(URL).status_code == 302
    client.force_login(world.user("member"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(URL).status_code == 403
    told = Told(text="想要轮椅", reporter=PersonSaid())
    with pytest.raises(Forbidden):
        enter_wish(
            actor=PUBLIC, told=told, place=PlaceSaid(), channel="phone", happened_at=world.at, at=world.at
        )


def test_what_was_typed_survives_an_expired_session(world: World, client: Client) -> None:
    sent = client.post(URL, entry(world, text="写到一半登录过期了"))
    assert sent.status_code == 302
    assert Wish.objects.count() == 0
    client.force_login(
        world.user("grid_worker"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    from urllib.parse import parse_qs, urlparse

    back = parse_qs(urlparse(sent["Location"]).query)["next"][0]
    assert back


MEETING = "/staff/intake/meeting/"


def rows(*texts: str) -> dict[str, str]:
    sent = {"rows": str(max(5, len(texts)))}
    for number, text in enumerate(texts):
        sent |= {f"r{number}-id": str(new_id()), f"r{number}-text": text}
    return sent


def meeting(world: World, **changes: str) -> dict[str, str]:
    return {
        "id": str(new_id()), "title": "蔡公堂居民议事会", "channel": "residents_council", "place": world.place("蔡公堂街道").code,
        "held_at": "2025-09-08T09:00", "attendees": "32", **changes,
    }  # fmt: skip


@pytest.mark.fact("F5")
def test_three_wishes_of_one_council_are_on_the_list_the_same_day(world: World, desk: Client) -> None:
    sent = meeting(world) | rows("孩子想要一套科普书", "两个孩子想要科普书", "女儿想要一套科普书", "  ")
    response = desk.post(MEETING, sent)
    assert response.status_code == 302
    held = Meeting.objects.get()
    assert (held.title, held.attendees, held.wishes.count()) == ("蔡公堂居民议事会", 32, 3)
    found = list(Wish.objects.select_related("case").order_by("meeting_entry__number"))
    assert [w.text for w in found] == ["孩子想要一套科普书", "两个孩子想要科普书", "女儿想要一套科普书"]
    for wish in found:
        assert (wish.case.state, wish.case.channel, wish.category_id) == (
            "received",
            "residents_council",
            "education",
        )
        assert wish.case.happened_at == held.held_at
        assert wish.case.place == world.place("蔡公堂街道")
    desk.post(MEETING, sent)
    assert (Meeting.objects.count(), Wish.objects.count()) == (1, 3)


def test_one_bad_row_is_named_and_none_is_lost(world: World, desk: Client) -> None:
    sent = (
        meeting(world)
        | rows("想要科普书", "想要字典")
        | {"r1-name": "次仁", "r1-phone": "12", "r1-collect": "on"}
    )
    response = desk.post(MEETING, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "电话号码不存在" in page
    assert "想要科普书" in page
    assert (Meeting.objects.count(), Wish.objects.count()) == (0, 0)


def test_more_rows_keep_what_is_written(world: World, desk: Client) -> None:
    page = desk.post(MEETING, meeting(world) | rows("想要科普书") | {"action": "more"}).content.decode()
    assert 'name="rows" value="10"' in page
    assert "想要科普书" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "会议名称"),
        ({"held_at": "2099-01-01T00:00"}, "晚于现在"),
        ({"channel": "phone"}, "phone"),
    ],
)
def test_a_meeting_needs_its_facts(world: World, desk: Client, changes: dict[str, str], said: str) -> None:
    response = desk.post(MEETING, meeting(world, **changes) | rows("想要科普书"))
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_meeting_without_wishes_is_asked_for_one(world: World) -> None:
    from wishloop.core.problem import Problem

    with pytest.raises(Problem) as caught:
        record_meeting(
            actor=world.steward(), title="议事会", channel="residents_council", place=PlaceSaid(), held_at=world.at,
            wishes=[], at=world.at + timedelta(hours=1),
        )  # fmt: skip
    assert caught.value.field == "wishes"


def test_query_count_does_not_grow_with_the_list(
    world: World, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        desk.post(URL, entry(world))
    with django_assert_max_num_queries(12):
        desk.get(URL)
