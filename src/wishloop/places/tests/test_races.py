"""Several people at once: real threads, real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Problem
from wishloop.places import operations as places
from wishloop.places.models import Place

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act`` in as many threads; a Problem is returned by its code."""

    def one(number: int) -> Any:
        try:
            return act(number)
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_twelve_residents_name_one_community(make_world: Callable[[], Any]) -> None:
    world = make_world()
    parent = world.place("扎细街道")
    made = at_once(
        12, lambda _n: places.add_provisional_place(name="向阳社区", parent=parent, at=world.at).pk
    )
    assert len(set(made)) == 1
    assert Place.objects.filter(name="向阳社区").count() == 1


def test_grids_added_at_once_get_different_codes(make_world: Callable[[], Any]) -> None:
    world = make_world()
    parent = world.place()

    def add(n: int) -> str:
        name = f"网格{n}"
        return places.add_place(
            actor=SYSTEM, parent=parent, level="grid", code="", name=name, at=world.at
        ).code

    assert sorted(at_once(8, add)) == [f"540102005002-W0{n}" for n in range(1, 9)]


def test_one_code_under_two_parents_goes_to_one(make_world: Callable[[], Any]) -> None:
    world = make_world()
    parents = [
        world.place("扎细新村社区"),
        world.place("扎细社区"),
        world.place("雄嘎社区"),
        world.place("雪社区"),
    ]
    made = at_once(
        4,
        lambda n: (
            places.add_place(
                actor=SYSTEM, parent=parents[n], level="grid", code="W-1", name="一", at=world.at
            ).code
        ),
    )
    assert sorted(made) == ["W-1", "code_taken", "code_taken", "code_taken"]


def test_two_merges_crosswise_leave_one_standing(make_world: Callable[[], Any]) -> None:
    world = make_world()
    one, other = world.place("扎细社区"), world.place("雄嘎社区")
    pairs = [(one, other), (other, one)]
    made = at_once(
        2, lambda n: len(places.merge_place(actor=SYSTEM, place=pairs[n][0], into=pairs[n][1], at=world.at))
    )
    assert sorted(map(str, made)) == ["1", "merged"]
    assert Place.objects.filter(pk__in=[one.pk, other.pk], merged_into__isnull=True).count() == 1
