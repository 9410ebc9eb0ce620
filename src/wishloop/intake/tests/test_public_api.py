"""``POST /api/v1/public/wishes``: the door for programs."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.world import World

from wishloop.core.identifiers import new_id
from wishloop.places.models import Place
from wishloop.wishes.models import Wish

URL = "/api/v1/public/wishes"


def post(client: Client, body: object, **extra: Any) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, raw, content_type="application/json", **extra)


def wish_of(body: dict[str, Any]) -> Wish:
    return Wish.objects.select_related("case__place", "reporter").get(pk=body["id"])


def test_a_wish_comes_in_with_everything_promised(world: World, client: Client) -> None:
    sent = {
        "id": str(new_id()), "text": "奶奶想要一辆轮椅", "place": world.place().code,
        "contact": {"name": "次仁", "phone": "13908910001"}, "consent": {"collect": True, "publish": True},
    }  # fmt: skip
    response = post(client, sent)
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"id", "code", "state", "tier", "due_at", "track_url"}
    assert (body["id"], body["state"], body["tier"]) == (sent["id"], "received", "ordinary")
    assert body["track_url"].endswith(f"/track/{body['code']}/")
    assert body["due_at"]
    wish = wish_of(body)
    assert wish.case.place == world.place()
    assert wish.category_id == "assistive_device"
    assert wish.case.channel == "web"
    assert {c.purpose for c in wish.reporter.consents.all()} == {"collect", "publish"}


def test_the_same_id_again_is_the_same_wish_whatever_else_is_sent(world: World, client: Client) -> None:
    sent = {"id": str(new_id()), "text": "想要轮椅"}
    first = post(client, sent)
    again = post(client, sent)
    other = post(
        client,
        {
            **sent,
            "text": "别的心愿",
            "contact": {"name": "张伟", "phone": "13908910001"},
            "consent": {"collect": True},
        },
    )
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 200)
    assert first.json() == again.json() == other.json()
    assert Wish.objects.count() == 1
    assert Wish.objects.get().text == "想要轮椅"


def test_without_place_it_is_the_districts_to_sort_out(world: World, client: Client) -> None:
    wish = wish_of(post(client, {"text": "想要轮椅"}).json())
    assert (wish.case.place.code, wish.place_said) == ("540102", "")


def test_a_name_the_list_lacks_becomes_a_place_to_be_confirmed(world: World, client: Client) -> None:
    for _ in range(2):
        wish = wish_of(post(client, {"text": "想要轮椅", "place_name": "波林卡社区新区"}).json())
        assert wish.case.place.status == "to_be_confirmed"
        assert wish.place_said == "波林卡社区新区"
    assert Place.objects.filter(status="to_be_confirmed").count() == 1


def test_a_position_gives_the_community_when_one_is_near(world: World, client: Client) -> None:
    Place.objects.filter(pk=world.place().pk).update(lat=29.66, lon=91.12)
    near = wish_of(post(client, {"text": "路灯坏了", "lat": 29.661, "lon": 91.121}).json())
    assert near.case.place == world.place()
    far = wish_of(post(client, {"text": "路灯坏了", "lat": 39.9, "lon": 116.4}).json())
    assert far.case.place.code == "540102"


def test_a_danger_sets_tier_and_deadline(world: World, client: Client) -> None:
    body = post(client, {"text": "厨房一股煤气味，头晕", "place": world.place().code}).json()
    assert body["tier"] == "safety_hazard"


BAD = [
    ({"text": ""}, "missing", "text"),
    ({"text": " \u200b\u0000 "}, "missing", "text"),
    ({"text": "字" * 2001}, "too_long", "text"),
    ({"text": "好", "place": "999999999999"}, "unknown_place", "place"),
    ({"text": "好", "lat": 91, "lon": 91}, "bad_position", "lat"),
    ({"text": "好", "lat": 29, "lon": 181}, "bad_position", "lon"),
    ({"text": "好", "lat": 29}, "bad_position", "lon"),
    ({"text": "好", "place_name": "村" * 101}, "too_long", "place_name"),
    (
        {"text": "好", "contact": {"name": "张伟", "phone": "123"}, "consent": {"collect": True}},
        "bad_phone",
        "phone",
    ),
    ({"text": "好", "contact": {"name": "名" * 61}, "consent": {"collect": True}}, "too_long", "name"),
    ({"text": "好", "contact": {"name": "张伟"}}, "no_consent", "consent.collect"),
    ({"text": 5}, "invalid", "text"),
    ({}, "invalid", "text"),
    ({"text": "好", "id": "no-uuid"}, "invalid", "id"),
    ({"text": "好", "lat": "north"}, "invalid", "lat"),
]


@pytest.mark.parametrize(("sent", "code", "field"), BAD)
def test_bad_input_names_the_field_and_registers_nothing(
    world: World, client: Client, sent: dict[str, Any], code: str, field: str
) -> None:
    response = post(client, sent)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert field in [error["field"].removeprefix("body.") for error in body["errors"]]
    assert Wish.objects.count() == 0


@pytest.mark.parametrize(
    "raw", ["{", "", "[]", "null", b"\xff\xfe", '{"text": "\\ud800好"}', '{"text":"x","lat":NaN,"lon":1}']
)
def test_broken_json_is_a_clear_answer(world: World, client: Client, raw: str | bytes) -> None:
    response = post(client, raw)
    assert response.status_code in {201, 400, 422}
    if response.status_code != 201:
        assert response["Content-Type"].startswith("application/")


def test_html_and_control_characters_are_kept_as_words(world: World, client: Client) -> None:
    body = post(client, {"text": "<b>想要</b>\u0000轮椅\u202e"}).json()
    assert wish_of(body).text == "<b>想要</b>轮椅"


def test_too_many_is_429_with_when_to_come_back(world: World, client: Client) -> None:
    for _ in range(60):
        assert post(client, {"text": "想要轮椅"}).status_code == 201
    response = post(client, {"text": "想要轮椅"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 600
    assert response.json()["code"] == "too_many"
    assert post(client, {"text": "想要轮椅"}, REMOTE_ADDR="203.0.113.5").status_code == 201


def test_two_people_on_one_phone_are_two_people(world: World, client: Client) -> None:
    for name in ("次仁", "卓玛"):
        post(
            client,
            {
                "text": "想要轮椅",
                "contact": {"name": name, "phone": "13908910001"},
                "consent": {"collect": True},
            },
        )
    assert len({w.reporter_id for w in Wish.objects.all()}) == 2


def test_query_count_of_one_submission(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    body = {
        "text": "想要轮椅",
        "place": world.place().code,
        "contact": {"name": "次仁", "phone": "13908910001"},
        "consent": {"collect": True},
    }
    with django_assert_max_num_queries(26):
        assert post(client, body).status_code == 201


def test_unknown_id_of_another_version_is_taken_too(world: World, client: Client) -> None:
    assert post(client, {"id": str(uuid4()), "text": "想要轮椅"}).status_code == 201
