"""Rotating the installation's keys: every person's key wrapped anew by the newest, so that the old one can be taken away."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from wishloop.core.encryption import rewrap_person_key
from wishloop.parties.models import PersonKey

BATCH = 500


def rewrap_person_keys(*, progress: Callable[[int, int], None] | None = None) -> int:
    """Wrap all person keys under ``settings.FIELD_KEYS[0]``; fields themselves stay as they are. Returns how many.

    Can be stopped and run again, while the product runs: each batch is a transaction of its own, rows are locked.
    ``progress`` is told done and total.

    Raises:
        CannotDecrypt: no installation key opens a person's key; nothing of that batch is changed.
    """
    total = PersonKey.objects.count()
    done, last = 0, None
    while True:
        with transaction.atomic():
            rows = PersonKey.objects.select_for_update().order_by("party_id")
            batch = list((rows.filter(party_id__gt=last) if last else rows)[:BATCH])
            for row in batch:
                row.wrapped = rewrap_person_key(row.party_id, row.wrapped)
            PersonKey.objects.bulk_update(batch, ["wrapped"])
        if not batch:
            return done
        done, last = done + len(batch), batch[-1].party_id
        if progress is not None:
            progress(done, total)
