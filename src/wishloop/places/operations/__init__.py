"""Everything that is done to places."""

from wishloop.places.operations.editing import add_place, add_provisional_place, confirm_place, rename_place
from wishloop.places.operations.loading import (
    ensure_reference_data,
    load_calendar,
    load_divisions,
    place_approximately,
)

__all__ = [
    "add_place",
    "add_provisional_place",
    "confirm_place",
    "ensure_reference_data",
    "load_calendar",
    "load_divisions",
    "place_approximately",
    "rename_place",
]
