"""Where people say they live, in their own words: the unit they mean, or one to be confirmed at the right spot."""

from __future__ import annotations

from typing import Any

import pytest

from wishloop.intake.operations.submitting import PlaceSaid, settle_place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("words", "name", "parent", "status"),
    [
        ("扎细新村3栋2单元", "扎细新村社区", "扎细街道", "confirmed"),
        ("扎细街道向阳社区", "向阳社区", "扎细街道", "to_be_confirmed"),
        ("扎细街道办事处旁边", "扎细街道", "城关区", "confirmed"),
        ("巴斯社区", "巴斯社区", "城关区", "to_be_confirmed"),
    ],
)
def test_words_become_a_unit(world: Any, words: str, name: str, parent: str, status: str) -> None:
    home = world.place("城关区")
    place, kept = settle_place(PlaceSaid(name=words), at=world.at, home=home)
    assert (place.name, place.parent.name, place.status) == (name, parent, status)
    assert kept == words
    assert settle_place(PlaceSaid(name=words), at=world.at, home=home)[0] == place
