"""Holding a party's row, for rules that count what it carries."""

from __future__ import annotations

from uuid import UUID

from wishloop.core.problem import Absent
from wishloop.parties.models import Party


def lock_party(*, party_id: UUID) -> Party:
    """Return an active party with its row locked until the transaction ends.

    Raises:
        Absent: there is none, or it is no longer active.
    """
    party = Party.objects.select_for_update().filter(pk=party_id, active=True).first()
    if party is None:
        raise Absent()
    return party
