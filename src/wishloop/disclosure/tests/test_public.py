"""Public pages and reads: what is shown, what never is, and at how many queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from wishloop.disclosure import queries
from wishloop.places.operations import place_approximately
from wishloop.wishes import operations as wishes

PAGES = [
    "/",
    "/wishes/",
    "/map/",
    "/figures/",
    "/thanks/",
    "/feeds/wishes.atom",
    "/feeds/granted.atom",
    "/robots.txt",
    "/sitemap.xml",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_when_there_is_nothing(world: Any, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content


@pytest.mark.parametrize("path", PAGES)
def test_query_count_does_not_grow(
    world: Any, client: Client, path: str, django_assert_max_num_queries: Any
) -> None:
    world.granted()
    client.get(path)
    with django_assert_max_num_queries(100) as one:
        client.get(path)
    for _ in range(2):
        world.granted()
    with django_assert_max_num_queries(100) as three:
        client.get(path)
    assert len(three.captured_queries) == len(one.captured_queries)


def test_only_published_wishes_are_seen(world: Any, client: Client) -> None:
    triaged, published = world.triaged(), world.published()
    answer = client.get("/api/v1/public/wishes").json()
    assert [row["code"] for row in answer["items"]] == [published.case.code]
    assert client.get(f"/wishes/{triaged.case.code}/").status_code == 404
    assert client.get(f"/api/v1/public/wishes/{triaged.case.code}").json()["code"] == "absent"


def test_taking_down_removes_every_trace(world: Any, client: Client) -> None:
    wish = world.published()
    wishes.take_down_wish(actor=world.steward(), wish_id=wish.pk, reason="居民撤回", at=world.at)
    assert client.get(f"/wishes/{wish.case.code}/").status_code == 404
    box = "bbox=90,29,92,30&zoom=9"
    assert client.get(f"/api/v1/public/wishes/map?{box}").json()["features"] == []


@pytest.mark.fact("F22")
def test_the_whole_way_is_posted(world: Any, client: Client) -> None:
    """What is wished, who claimed it, progress, result: on one public page."""
    wish, helper = world.claimed()
    wishes.record_progress(actor=helper, wish_id=wish.pk, words="轮椅已经买好", at=world.later(hours=1))
    world.handover(wish)
    wishes.grant_wish(
        actor=helper, wish_id=wish.pk, result="轮椅送到家，老人出门晒了太阳", at=world.later(days=1)
    )
    page = client.get(f"/wishes/{wish.case.code}/").content.decode()
    claimant = helper_name(wish)
    for words in ["想要一辆轮椅", claimant, "轮椅已经买好", "轮椅送到家，老人出门晒了太阳", "已圆梦"]:
        assert words in page


def helper_name(wish: Any) -> str:
    return str(wish.claims.get().claimant.public_name)


def test_pages_walk_both_ways_while_rows_arrive(world: Any) -> None:
    made = [world.published(at=world.at, happened_at=world.at) for _ in range(5)]
    first = queries.wish_page({}, page_size=2)
    second = queries.wish_page({}, page_size=2, cursor=first.next_cursor)
    world.published()
    assert [w.code for w in queries.wish_page({}, page_size=2, cursor=second.previous_cursor).rows] == [
        w.code for w in first.rows
    ]
    third = queries.wish_page({}, page_size=2, cursor=second.next_cursor)
    assert third.next_cursor is None
    seen = {w.code for page in (first, second, third) for w in page.rows}
    assert seen == {w.case.code for w in made}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("place=999", "place"), ("state=secret", "state"), ("tier=x", "tier"), ("q=" + "字" * 101, "q"), ("cursor=zzz", "cursor"),
        ("page_size=0", "page_size"), ("page_size=9999", "page_size"), ("page_size=x", "page_size"),
    ],
)  # fmt: skip
def test_bad_filters_are_named(world: Any, client: Client, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/public/wishes?{query}")
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"
    assert field in str(answer.json()["errors"])


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3&zoom=3",
        "bbox=a,b,c,d&zoom=3",
        "bbox=92,29,90,30&zoom=3",
        "bbox=90,29,92,30&zoom=99",
        "bbox=nan,29,92,30&zoom=3",
    ],
)
def test_bad_boxes(world: Any, client: Client, query: str) -> None:
    assert client.get(f"/api/v1/public/wishes/map?{query}").status_code == 422


def test_map_gathers_and_counts(world: Any, client: Client) -> None:
    place_approximately(district=world.place("城关区"), centre=(29.6536, 91.1406))
    for _ in range(3):
        world.published()
    other = world.published(place=world.place("纳金村"))
    far = client.get("/api/v1/public/wishes/map?bbox=90,29,92,30.5&zoom=6").json()["features"]
    assert sum(f["properties"]["count"] for f in far) == 4
    near = client.get("/api/v1/public/wishes/map?bbox=90,29,92,30.5&zoom=16").json()["features"]
    assert sorted(f["properties"]["count"] for f in near) == [1, 3]
    assert other.case.code in [f["properties"].get("code") for f in near]


@pytest.mark.fact("F26")
def test_rates_have_numerator_denominator_and_definition(world: Any, client: Client) -> None:
    for rating in (5, 5, 3):
        wish, _helper = world.granted()
        wishes.confirm_wish(
            actor=world.resident_actor(wish), wish_id=wish.pk, solved=True, rating=rating, at=world.at
        )
    world.published()
    answer = client.get("/api/v1/public/figures?place=540102&from=2025-01-01&to=2025-12-31").json()
    assert (answer["figures"]["claim_rate"]["numerator"], answer["figures"]["claim_rate"]["denominator"]) == (
        3,
        4,
    )
    satisfaction = answer["figures"]["satisfaction"]
    assert (satisfaction["numerator"], satisfaction["denominator"]) == (2, 3)
    assert satisfaction["definition"]
    assert client.get("/figures/?from=2025-01-01&to=2025-12-31").status_code == 200


@pytest.mark.parametrize("language", ["en", "bo"])
def test_other_languages(world: Any, client: Client, language: str) -> None:
    answer = client.get("/", headers={"accept-language": language})
    assert f'lang="{language}"'.encode() in answer.content
