"""Everything that is done to places."""

from wishloop.places.operations.calendars import (
    enter_days,
    inherit_office_hours,
    remove_days,
    set_office_hours,
)
from wishloop.places.operations.demo_positions import place_approximately
from wishloop.places.operations.editing import (
    add_alias,
    add_place,
    add_provisional_place,
    confirm_place,
    remove_alias,
    rename_place,
    set_validity,
)
from wishloop.places.operations.importing import ImportResult, RejectedRow, import_places
from wishloop.places.operations.loading import (
    ensure_reference_data,
    load_calendar,
    load_divisions,
)
from wishloop.places.operations.moving import PathChange, merge_place, move_place
from wishloop.places.operations.positions import clear_position, set_outline, set_position

__all__ = [
    "ImportResult",
    "PathChange",
    "RejectedRow",
    "add_alias",
    "add_place",
    "add_provisional_place",
    "clear_position",
    "confirm_place",
    "ensure_reference_data",
    "enter_days",
    "import_places",
    "inherit_office_hours",
    "load_calendar",
    "load_divisions",
    "merge_place",
    "move_place",
    "place_approximately",
    "remove_alias",
    "remove_days",
    "rename_place",
    "set_office_hours",
    "set_outline",
    "set_position",
    "set_validity",
]
