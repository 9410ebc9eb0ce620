"""Who may read and change units, by place."""

from __future__ import annotations

from wishloop.core.actor import Actor
from wishloop.places.models import Place, PlaceStatus


def may_edit(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor changes units there: an administrator of the place or of one above it, and programs."""
    return actor.kind == "system" or actor.may(place_path, "administrator")


def may_confirm(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor settles names that residents gave: a steward too, who knows the ground."""
    return may_edit(actor, place_path) or actor.may(place_path, "steward")


def may_read(actor: Actor, place_path: str) -> bool:
    """Tell whether the actor reads a unit's page: with any role there or above; and the units above one's own, for the way up."""
    return actor.kind == "system" or any(
        place_path.startswith(scope) or scope.startswith(place_path) for _role, scope in actor.roles
    )


def may_settle(actor: Actor, place: Place) -> bool:
    """Tell whether the actor may move or merge the unit: administrators any, stewards those that wait to be confirmed."""
    if place.status == PlaceStatus.TO_BE_CONFIRMED:
        return may_confirm(actor, place.path)
    return may_edit(actor, place.path)
