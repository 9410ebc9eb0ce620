"""Who stands where, for grids of role, operation and place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

INSIDE, ABOVE, OUTSIDE = "扎细新村社区", "扎细街道", "娘热街道"
ROLES = ("grid_worker", "steward", "member", "volunteer", "partner", "supervisor", "leader", "administrator")


@pytest.fixture
def make_actor(world: Any) -> Callable[..., Any]:
    """Return a function (role, place) -> Actor with a real account, person and role assignment behind it."""

    def make(role: str, place: str = INSIDE) -> Any:
        if role == "partner":
            from wishloop.core.actor import SYSTEM
            from wishloop.parties.operations import register_organisation

            unit = register_organisation(
                actor=SYSTEM, name="示例单位", kind="partner_unit", place=world.place(place), at=world.at
            )
            return world.actor(role, place, acts_for=unit)
        return world.actor(role, place)

    return make
