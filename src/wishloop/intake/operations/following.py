"""Posters, meetings and files on their way follow when units move or merge."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from wishloop.intake.models import ImportRun, Meeting, PlaceCode
from wishloop.places.operations.following import follow
from wishloop.places.operations.moving import PathChange


@transaction.atomic
def follow_places(*, changes: Sequence[PathChange]) -> int:
    """Give them the places and paths that hold now: a poster on a wall goes on working. Returns how many rows changed."""
    posters = follow(PlaceCode.objects.all(), changes=changes, place_field="place")
    files = follow(ImportRun.objects.all(), changes=changes, place_field="place")
    meetings = follow(Meeting.objects.all(), changes=changes, place_field="place", path_field="place_path")
    return posters + files + meetings
