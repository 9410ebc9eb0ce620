"""Removing what nobody uses: files without a row, and media nothing was done with."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.files.storage.base import Storage
from django.db import transaction
from django.db.models import ProtectedError, Q

from wishloop.core.clock import SHANGHAI
from wishloop.evidence import jobs
from wishloop.evidence.limits import PENDING_HOURS
from wishloop.evidence.models import Medium
from wishloop.evidence.queries import medium_storage

log = logging.getLogger(__name__)
_KEY_FIELDS = ("original_key", "small_key", "thumb_key", "public_key", "public_thumb_key")
# A day's folder is looked at from the second day after it on, when no transaction that wrote into it can still be open.
LOOK_BACK_DAYS = 30


def remove_files(*, keys: Iterable[str]) -> int:
    """Delete files no row refers to (any more); a key that is in use again, or gone already, is left alone. Returns how many."""
    wanted = [key for key in keys if key]
    free = set(wanted) - _in_use(wanted)
    storage = medium_storage()
    for key in sorted(free):
        storage.delete(key)  # no error when it is gone already
    return len(free)


def _in_use(keys: list[str]) -> set[str]:
    used = Q(pk__in=[])
    for name in _KEY_FIELDS:
        used |= Q(**{f"{name}__in": keys})
    return {key for row in Medium.objects.filter(used).values_list(*_KEY_FIELDS) for key in row if key}


def sweep_orphans(*, at: datetime, look_back_days: int = LOOK_BACK_DAYS) -> int:
    """Delete files that were written for a row that never came: the upload failed or the machine stopped in between.

    Looks at the folders of days that ended at least 24 hours ago, no more than ``look_back_days`` back. Returns how many files.
    """
    today = at.astimezone(SHANGHAI).date()
    first, last = today - timedelta(days=look_back_days), today - timedelta(days=2)
    storage, removed = medium_storage(), 0
    for folder in _folders(storage, ""):
        if not _within(folder, first, last):
            continue
        for medium_folder in _folders(storage, folder):
            inside = f"{folder}/{medium_folder}"
            files = storage.listdir(inside)[1]
            removed += remove_files(keys=[f"{inside}/{name}" for name in files])
    return removed


def _folders(storage: Storage, path: str) -> list[str]:
    try:
        return sorted(storage.listdir(path)[0])
    except FileNotFoundError:  # nothing has been stored yet
        return []


def _within(folder: str, first: date, last: date) -> bool:
    try:
        return first <= date.fromisoformat(folder) <= last
    except ValueError:  # somebody else's folder
        return False


def sweep_pending(*, at: datetime, limit: int = 5000) -> int:
    """Delete media nothing has used for 24 hours (a form never sent), rows and files. Returns how many.

    Each in a transaction of its own; the files go by a job queued with it. A medium something refers to without having kept
    it is reported and left.
    """
    before = at - timedelta(hours=PENDING_HOURS)
    pending = Medium.objects.filter(kept_at__isnull=True, recorded_at__lt=before).order_by(
        "recorded_at", "id"
    )
    return sum(_drop(medium_id, before) for medium_id in pending.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _drop(medium_id: UUID, before: datetime) -> int:
    row = (
        Medium.objects.select_for_update(skip_locked=True)
        .filter(pk=medium_id, kept_at__isnull=True, recorded_at__lt=before)
        .first()
    )
    if row is None:
        return 0
    keys = [getattr(row, name) for name in _KEY_FIELDS]
    try:
        row.delete()
    except ProtectedError:
        log.warning("medium %s is referred to but was never kept; left in place", medium_id)
        return 0
    jobs.defer_removal(keys=[key for key in keys if key])
    return 1
