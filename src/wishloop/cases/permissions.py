"""Who may see and touch a case, by place."""

from __future__ import annotations

from wishloop.cases.models import Case
from wishloop.core.actor import Actor

READERS = ("grid_worker", "steward", "supervisor", "leader", "administrator")


def may_see(actor: Actor, case: Case) -> bool:
    """Tell whether the actor sees the whole case: staff of its subtree, and programs."""
    return (
        actor.kind == "system"
        or actor.may(case.place_path, *READERS)
        or actor.may(case.responsible_path, *READERS)
    )


def staff_relations(actor: Actor, case: Case) -> frozenset[str]:
    """Return which of steward, grid_worker and system the actor is to this case."""
    if actor.kind == "system":
        return frozenset({"system", "anyone"})
    held = {
        role
        for role in ("steward", "grid_worker")
        if actor.may(case.place_path, role) or actor.may(case.responsible_path, role)
    }
    return frozenset(held | {"anyone"})


def may_edit_rules(actor: Actor, place_path: str | None) -> bool:
    """Tell whether the actor writes deadline rules for a place; None asks for the rules of everywhere, which only an
    administrator of a whole city (the top of the tree) writes."""
    if actor.kind == "system":
        return True
    if place_path is None:
        return any(role == "administrator" and scope.count(".") == 1 for role, scope in actor.roles)
    return actor.may(place_path, "administrator")
