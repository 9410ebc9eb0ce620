"""Changing units: what is written, what is refused and where."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Conflict, Problem
from wishloop.places import operations as places
from wishloop.places.models import Place, PlaceAlias
from wishloop.places.operations.loading import county_outlines
from wishloop.places.queries import find_place, place_by_code, provisional_places

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def unit(code: str = "540102005002") -> Place:
    return Place.objects.get(code=code)


def refused(code: str, field: str | None, do: Any) -> None:
    with pytest.raises(Problem) as caught:
        do()
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_community_the_list_lacks_is_added_once_and_never_refused() -> None:
    first = places.add_provisional_place(name=" 向阳社区 ", parent=unit("540102"), at=AT)
    again = places.add_provisional_place(name="向阳社区居委会", parent=unit("540102"), at=AT)
    assert first == again
    assert (first.name, first.level, first.status) == ("向阳社区", "community", "to_be_confirmed")
    assert first.path == f"5401.540102.{first.code}."
    assert list(provisional_places(Place.objects.all())) == [first]
    known = places.add_provisional_place(name="扎细新村", parent=unit("540102"), at=AT)
    assert known.code == "540102005002"
    beside = places.add_provisional_place(name="波林卡社区", parent=unit("540102005002"), at=AT)
    assert beside.parent == unit("540102005")


def test_two_units_of_one_name_give_one_provisional_place() -> None:
    for street in ("540102005", "540102006"):
        places.add_place(
            actor=SYSTEM, parent=unit(street), level="community", code="", name="同名社区", at=AT
        )
    first = places.add_provisional_place(name="同名社区", parent=unit("540102"), at=AT)
    assert places.add_provisional_place(name="同名社区", parent=unit("540102"), at=AT) == first


def test_confirming_keeps_the_name_as_given_findable() -> None:
    given = places.add_provisional_place(name="巴斯居委会", parent=unit("540102005"), at=AT)
    places.confirm_place(actor=SYSTEM, place=given, name="巴斯社区（筹）")
    given.refresh_from_db()
    assert (given.name, given.status) == ("巴斯社区（筹）", "confirmed")
    assert find_place("巴斯社区") == given


def test_renaming_keeps_the_old_name_and_back_again_drops_it() -> None:
    places.rename_place(actor=SYSTEM, place=unit(), name="扎细新社区", name_en="New", name_bo="")
    assert find_place("扎细新村社区") == unit()
    places.rename_place(actor=SYSTEM, place=unit(), name="扎细新村社区")
    names = set(PlaceAlias.objects.filter(place=unit()).values_list("name", flat=True))
    assert "扎细新社区" in names
    assert "扎细新村社区" not in names


def test_grids_and_groups_get_the_next_free_code() -> None:
    def add(level: str, name: str) -> str:
        return places.add_place(actor=SYSTEM, parent=unit(), level=level, code="", name=name, at=AT).code

    assert [add("grid", "一"), add("grid", "二"), add("production_group", "一组")] == [
        "540102005002-W01",
        "540102005002-W02",
        "540102005002-Z01",
    ]
    Place.objects.get(code="540102005002-W01").delete()
    assert add("grid", "三") == "540102005002-W01"


def test_what_is_refused_names_the_field() -> None:
    def add(**changed: Any) -> Any:
        facts = {"parent": unit(), "level": "grid", "code": "", "name": "一", **changed}
        return lambda: places.add_place(actor=SYSTEM, at=AT, **facts)

    refused("missing", "name", add(name=" \u200b "))
    refused("too_long", "name", add(name="长" * 101))
    refused("bad_code", "code", add(code="a b"))
    refused("wrong_level", "level", add(level="community"))
    refused("code_taken", None, add(code="540102"))
    places.add_place(actor=SYSTEM, parent=unit(), level="grid", code="", name="一", at=AT)
    refused("name_taken", None, add())
    refused("name_taken", None, lambda: places.rename_place(actor=SYSTEM, place=unit(), name="扎细社区"))
    refused("same_name", "name", lambda: places.add_alias(actor=SYSTEM, place=unit(), name="扎细新村社区"))
    refused("has_children", "valid_to", lambda: places.set_validity(actor=SYSTEM, place=unit(), valid_from=None, valid_to=date(2027, 1, 1)))  # fmt: skip
    refused("not_later", "valid_to", lambda: places.set_validity(actor=SYSTEM, place=unit("540102005003"), valid_from=date(2027, 1, 1), valid_to=date(2027, 1, 1)))  # fmt: skip


def test_ended_units_are_not_found_by_name_but_on_their_days() -> None:
    places.set_validity(actor=SYSTEM, place=unit(), valid_from=None, valid_to=date(2026, 6, 1))
    assert find_place("扎细新村社区") is None
    assert find_place("扎细新村社区", on=date(2026, 5, 31)) == unit()
    assert find_place("扎细新村社区", on=date(2026, 6, 1)) is None


def test_moving_takes_the_subtree_along() -> None:
    grid = places.add_place(actor=SYSTEM, parent=unit(), level="grid", code="", name="一", at=AT)
    changes = places.move_place(actor=SYSTEM, place=unit(), parent=unit("540102006"))
    grid.refresh_from_db()
    assert grid.path == "5401.540102.540102006.540102005002.540102005002-W01."
    assert unit().parent == unit("540102006")
    assert [(c.old_path, c.new_path) for c in changes] == [
        ("5401.540102.540102005.540102005002.", "5401.540102.540102006.540102005002.")
    ]
    assert places.move_place(actor=SYSTEM, place=unit(), parent=unit("540102006")) == []
    refused(
        "wrong_level", "parent", lambda: places.move_place(actor=SYSTEM, place=unit(), parent=unit("540102"))
    )
    refused("own_subtree", "parent", lambda: places.move_place(actor=SYSTEM, place=unit(), parent=grid))


def test_merging_hands_over_names_children_and_code() -> None:
    given = places.add_provisional_place(name="扎细新区", parent=unit("540102005"), at=AT)
    grid = places.add_place(actor=SYSTEM, parent=given, level="grid", code="", name="一", at=AT)
    places.merge_place(actor=SYSTEM, place=given, into=unit(), at=AT)
    given.refresh_from_db()
    grid.refresh_from_db()
    assert (given.merged_into, given.valid_to) == (unit(), date(2026, 11, 23))
    assert grid.path == f"{unit().path}{grid.code}."
    assert find_place("扎细新区") == unit()
    assert place_by_code(given.code) == unit()
    with pytest.raises(Conflict) as caught:
        places.rename_place(actor=SYSTEM, place=given, name="又改名")
    assert caught.value.code == "merged"
    later = places.add_provisional_place(name="另一处", parent=unit("540102005"), at=AT)
    refused("same_place", "into", lambda: places.merge_place(actor=SYSTEM, place=later, into=later, at=AT))
    refused(
        "ended",
        "into",
        lambda: places.merge_place(actor=SYSTEM, place=unit("540102005003"), into=later, at=AT),
    )
    places.merge_place(actor=SYSTEM, place=unit(), into=unit("540102005001"), at=AT)
    assert place_by_code(given.code) == unit("540102005001")


def test_positions_are_checked_and_converted() -> None:
    place = places.set_position(actor=SYSTEM, place=unit(), lat=29.655, lon=91.1186, datum="gcj02")
    assert (place.lat, place.lon) != (29.655, 91.1186)
    assert place.position_quality == "approximate"
    refused("bad_position", "lat", lambda: places.set_position(actor=SYSTEM, place=unit(), lat=91, lon=0))
    refused(
        "bad_position",
        "lon",
        lambda: places.set_position(actor=SYSTEM, place=unit(), lat=0, lon=float("nan")),
    )
    refused(
        "unknown_choice",
        "datum",
        lambda: places.set_position(actor=SYSTEM, place=unit(), lat=0, lon=0, datum="bd09"),
    )


def test_outlines_come_from_geojson() -> None:
    feature = next(f for f in county_outlines()["features"] if f["properties"]["code"] == "540102")
    whole = {"type": "FeatureCollection", "features": [feature]}
    place = places.set_outline(actor=SYSTEM, place=unit("540102"), geojson=json.dumps(whole).encode())
    assert place.outline == {
        "type": feature["geometry"]["type"],
        "coordinates": feature["geometry"]["coordinates"],
    }
    assert place.lat is not None
    for bad in (
        b"{",
        b"[]",
        b'{"type":"Point","coordinates":[1,2]}',
        b'{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}',
        b"[" * 100000,
    ):
        refused(
            "bad_geojson",
            "outline",
            lambda bad=bad: places.set_outline(actor=SYSTEM, place=unit(), geojson=bad),
        )
    metres = b'{"type":"Polygon","coordinates":[[[511000,3281000],[512000,3281000],[512000,3282000],[511000,3281000]]]}'
    refused("bad_position", "outline", lambda: places.set_outline(actor=SYSTEM, place=unit(), geojson=metres))
    assert unit().outline is None
    cleared = places.clear_position(actor=SYSTEM, place=unit("540102"))
    assert (cleared.lat, cleared.outline, cleared.position_quality) == (None, None, "none")
