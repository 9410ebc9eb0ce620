"""People, organisations and roles follow when units move or merge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from wishloop.parties.models import Party, RoleAssignment
from wishloop.places.operations.following import follow
from wishloop.places.operations.moving import PathChange


@transaction.atomic
def follow_places(*, changes: Sequence[PathChange], on: date) -> int:
    """Give parties and roles the places and paths that hold now. Returns how many rows changed.

    Who held the same role at both units keeps one: the other ends on ``on``. The log of who saw personal data is append-only
    and keeps the path of its day.
    """
    for change in changes:
        if change.old_id == change.new_id:
            continue
        same = RoleAssignment.objects.filter(
            user=OuterRef("user"), role=OuterRef("role"), place_id=change.new_id, valid_to__isnull=True
        )
        twice = RoleAssignment.objects.filter(Exists(same), place_id=change.old_id, valid_to__isnull=True)
        twice.filter(valid_from__lt=on).update(valid_to=on)
        twice.filter(valid_from__gte=on).delete()
    roles = follow(
        RoleAssignment.objects.all(), changes=changes, place_field="place", path_field="place_path"
    )
    return roles + follow(Party.objects.all(), changes=changes, place_field="place", path_field="place_path")
