"""Who may do what to units: every operation, every role, in the subtree and outside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from wishloop.core.actor import PUBLIC, Actor
from wishloop.core.problem import Absent, Forbidden
from wishloop.parties.models import Role
from wishloop.places import operations as places
from wishloop.places.models import Place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZHAXI, GONGDELIN = "5401.540102.540102005.", "5401.540102.540102006."
SQUARE = b'{"type":"Polygon","coordinates":[[[91.1,29.6],[91.2,29.6],[91.2,29.7],[91.1,29.6]]]}'


def at_place(code: str = "540102005002") -> Place:
    return Place.objects.get(code=code)


def provisional(parent: str = "540102005") -> Place:
    return places.add_provisional_place(name="向阳社区", parent=at_place(parent), at=AT)


HOURS = {1: [(time(9), time(17))]}
DAY = date(2026, 12, 1)
ADMINISTRATOR, STEWARD_TOO = {"administrator"}, {"administrator", "steward"}
# Each does one thing to a unit in the subdistrict of Zhaxi.
OPERATIONS: dict[str, tuple[Callable[[Actor], Any], set[str]]] = {
    "add_place": (
        lambda a: places.add_place(
            actor=a, parent=at_place(), level="grid", code="", name="第一网格", at=AT
        ),
        ADMINISTRATOR,
    ),
    "rename_place": (lambda a: places.rename_place(actor=a, place=at_place(), name="新名"), ADMINISTRATOR),
    "set_validity": (
        lambda a: places.set_validity(actor=a, place=at_place(), valid_from=None, valid_to=DAY),
        ADMINISTRATOR,
    ),
    "move_place": (
        lambda a: places.move_place(actor=a, place=provisional(), parent=at_place("540102005")),
        STEWARD_TOO,
    ),
    "move_confirmed_place": (
        lambda a: places.move_place(actor=a, place=at_place(), parent=at_place("540102005")),
        ADMINISTRATOR,
    ),
    "merge_place": (
        lambda a: places.merge_place(actor=a, place=provisional(), into=at_place(), at=AT),
        STEWARD_TOO,
    ),
    "merge_confirmed_place": (
        lambda a: places.merge_place(actor=a, place=at_place("540102005003"), into=at_place(), at=AT),
        ADMINISTRATOR,
    ),
    "confirm_place": (lambda a: places.confirm_place(actor=a, place=provisional()), STEWARD_TOO),
    "add_alias": (lambda a: places.add_alias(actor=a, place=at_place(), name="新村"), STEWARD_TOO),
    "remove_alias": (lambda a: places.remove_alias(actor=a, place=at_place(), name="扎细新村"), STEWARD_TOO),
    "set_position": (
        lambda a: places.set_position(actor=a, place=at_place(), lat=29.66, lon=91.12),
        ADMINISTRATOR,
    ),
    "clear_position": (lambda a: places.clear_position(actor=a, place=at_place()), ADMINISTRATOR),
    "set_outline": (lambda a: places.set_outline(actor=a, place=at_place(), geojson=SQUARE), ADMINISTRATOR),
    "set_office_hours": (
        lambda a: places.set_office_hours(actor=a, place=at_place(), hours=HOURS),
        ADMINISTRATOR,
    ),
    "inherit_office_hours": (lambda a: places.inherit_office_hours(actor=a, place=at_place()), ADMINISTRATOR),
    "enter_days": (
        lambda a: places.enter_days(actor=a, place=at_place(), first=DAY, last=DAY, kind="off", reason="停电"),
        ADMINISTRATOR,
    ),
    "remove_days": (lambda a: places.remove_days(actor=a, place=at_place(), first=DAY, last=DAY), ADMINISTRATOR),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("role", Role.values)
def test_only_these_roles_in_the_subtree(name: str, role: str) -> None:
    do, allowed = OPERATIONS[name]
    actor = Actor(kind="staff", roles=((role, ZHAXI),))
    if role in allowed:
        do(actor)
    else:
        with pytest.raises(Forbidden):
            do(actor)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("actor", [Actor(kind="staff", roles=(("administrator", GONGDELIN),)), PUBLIC])
def test_strangers_are_told_there_is_nothing(name: str, actor: Actor) -> None:
    with pytest.raises(Absent):
        OPERATIONS[name][0](actor)


def test_nobody_reaches_up() -> None:
    """Who administers a subdistrict reads the district's page, and changes nothing there."""
    with pytest.raises(Forbidden):
        places.rename_place(
            actor=Actor(kind="staff", roles=(("administrator", ZHAXI),)),
            place=at_place("540102"),
            name="新名",
        )


def test_neither_end_of_a_move_may_lie_outside() -> None:
    actor = Actor(kind="staff", roles=(("administrator", ZHAXI),))
    with pytest.raises(Absent):
        places.move_place(actor=actor, place=at_place(), parent=at_place("540102006"))
    with pytest.raises(Absent):
        places.merge_place(actor=actor, place=at_place("540102006001"), into=at_place(), at=AT)


def test_visible_is_ones_ground_and_the_way_up() -> None:
    actor = Actor(kind="staff", roles=(("steward", ZHAXI), ("member", "5401.540127.")))
    seen = set(Place.objects.visible_to(actor).values_list("code", flat=True))
    assert {"5401", "540102", "540102005", "540102005002", "540127", "540127206"} <= seen
    assert not {code for code in seen if code.startswith("540102006")}
    assert "540103" not in seen
    assert Place.objects.visible_to(PUBLIC).count() == 0
