"""Consent: given for a purpose, by whom, in which words, and taken back (field notes, "Privacy")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Problem
from wishloop.parties.models import Consent, Party

WORDING = "2025-01"


def record_consents(
    *,
    actor: Actor,
    party: Party,
    purposes: Sequence[str],
    at: datetime,
    case_id: UUID | None = None,
    guardian_id: UUID | None = None,
    wording: str = WORDING,
) -> list[Consent]:
    """Record what a person consented to. For a minor the guardian speaks (PIPL: under 14).

    Raises:
        Problem: ``guardian_needed`` at ``guardian`` for a minor without one; ``unknown_choice`` at ``consent``.
    """
    if party.is_minor and guardian_id is None:
        raise Problem("guardian_needed", _("未成年人要由监护人同意，请登记监护人。"), "guardian")
    if set(purposes) - set(Consent.Purpose.values):
        raise Problem("unknown_choice", _("没有这种同意事项。"), "consent")
    rows = [
        Consent(party=party, purpose=purpose, case_id=case_id, guardian_id=guardian_id, wording=wording, given_at=at,
                recorded_by_id=actor.user_id)
        for purpose in purposes
    ]  # fmt: skip
    return Consent.objects.bulk_create(rows)


@transaction.atomic
def withdraw_consent(
    *, party_id: UUID, purpose: str, at: datetime, note: str = "", case_id: UUID | None = None
) -> int:
    """Take back a consent for one case, or in general when no case is named. Returns how many were withdrawn."""
    rows = Consent.objects.filter(party_id=party_id, purpose=purpose, withdrawn_at__isnull=True)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return rows.update(withdrawn_at=at, withdrawn_note=note.strip()[:300])
