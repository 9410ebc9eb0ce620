"""Cases follow when units move or merge: the place they belong to and the one that answers for them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from wishloop.cases.models import Case
from wishloop.places.operations.following import follow
from wishloop.places.operations.moving import PathChange


@transaction.atomic
def follow_places(*, changes: Sequence[PathChange]) -> int:
    """Give cases the places and paths that hold now. Deadlines stay as promised; history keeps what was written.

    Rules for a unit that was merged stay with it and so fall silent: the unit that took over has its own.
    Returns how many cases changed their place.
    """
    moved = follow(Case.objects.all(), changes=changes, place_field="place", path_field="place_path")
    follow(Case.objects.all(), changes=changes, place_field="responsible_unit", path_field="responsible_path")
    return moved
