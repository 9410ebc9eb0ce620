"""Rotating the installation's keys: every person's key wrapped anew by the newest, so that the old one can be taken away."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.db import transaction

from wishloop.core.encryption import (
    opens_with_newest,
    rewrap_person_key,
    seal_aside,
    unseal_aside,
)
from wishloop.parties.models import PersonKey

BATCH = 500
FACTOR = "factor"  # what secrets of second factors are sealed for
_FACTOR_SECRETS = ("secret", "seed")


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


@transaction.atomic
def reseal_factors() -> int:
    """Seal the secrets of all second factors by the newest installation key. Returns how many.

    Raises:
        CannotDecrypt: no installation key opens one of them; nothing is changed.
    """
    done = 0
    for row in Authenticator.objects.select_for_update().order_by("pk"):
        sealed = {name: row.data[name] for name in _FACTOR_SECRETS if row.data.get(name)}
        for name, text in sealed.items():
            row.data[name] = seal_aside(FACTOR, unseal_aside(FACTOR, bytes.fromhex(text))).hex()
        if sealed:
            row.save(update_fields=["data"])
            done += 1
    return done


def old_keys_in_use() -> int:
    """Return how many person keys the newest installation key does not open: none may be left before old keys are thrown away."""
    rows = PersonKey.objects.values_list("party_id", "wrapped").iterator(chunk_size=2000)
    return sum(not opens_with_newest(party_id, wrapped) for party_id, wrapped in rows)
