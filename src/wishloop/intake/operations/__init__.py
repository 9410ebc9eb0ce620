"""Everything done at the doors."""

from wishloop.intake.operations.submitting import (
    Consents,
    PersonSaid,
    PlaceSaid,
    Submitted,
    submit_wish,
    tracking_secret,
)

__all__ = ["Consents", "PersonSaid", "PlaceSaid", "Submitted", "submit_wish", "tracking_secret"]
