"""Everything done at the doors."""

from wishloop.intake.operations.importing import import_rows, import_wishes
from wishloop.intake.operations.submitting import (
    Consents,
    PersonSaid,
    PlaceSaid,
    Submitted,
    submit_wish,
    tracking_secret,
)

__all__ = [
    "Consents",
    "PersonSaid",
    "PlaceSaid",
    "Submitted",
    "import_rows",
    "import_wishes",
    "submit_wish",
    "tracking_secret",
]
