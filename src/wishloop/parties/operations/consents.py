"""Consent: given for a purpose, by whom, in which words, and taken back (field notes, "Privacy")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Problem
from wishloop.core.text import cleaned
from wishloop.parties.models import Consent, Party, PartyKind
from wishloop.parties.operations.people import held_person
from wishloop.parties.permissions import KEEPERS
from wishloop.parties.queries import find_by_phone

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
        Problem: ``guardian_needed`` at ``guardian`` for a minor without one; ``unknown_choice`` or ``missing`` at ``purposes``.
    """
    if party.is_minor and guardian_id is None:
        raise Problem("guardian_needed", _("未成年人要由监护人同意，请登记监护人。"), "guardian")
    if set(purposes) - set(Consent.Purpose.values):
        raise Problem("unknown_choice", _("没有这种同意事项。"), "purposes")
    if not purposes:
        raise Problem("missing", _("请至少选一项。"), "purposes")
    rows = [
        Consent(party=party, purpose=purpose, case_id=case_id, guardian_id=guardian_id, wording=wording, given_at=at,
                recorded_by_id=actor.user_id)
        for purpose in purposes
    ]  # fmt: skip
    return Consent.objects.bulk_create(rows)


@transaction.atomic
def record_consents_at_desk(
    *, actor: Actor, party_id: UUID, purposes: Sequence[str], at: datetime, guardian_phone: str = ""
) -> list[Consent]:
    """Record what a person consented to at a desk or a door, by staff who keep them. A guardian is found by phone.

    Raises:
        Absent: none there, forgotten, or outside the subtree. Forbidden. Problem: ``unknown_guardian`` or ``bad_phone`` or
            ``guardian_needed`` at ``guardian_phone``; as ``record_consents``.
    """
    party = held_person(actor=actor, party_id=party_id, roles=KEEPERS)
    if party.kind != PartyKind.PERSON:
        raise Absent()
    guardian_id = _guardian(guardian_phone, of=party) if guardian_phone.strip() else None
    if party.is_minor and guardian_id is None:
        raise Problem("guardian_needed", _("未成年人要由监护人同意，请填监护人电话。"), "guardian_phone")
    return record_consents(actor=actor, party=party, purposes=purposes, at=at, guardian_id=guardian_id)


def _guardian(phone: str, *, of: Party) -> UUID:
    try:
        rows = find_by_phone(phone)
    except Problem as problem:
        raise Problem(problem.code, problem.message, "guardian_phone") from problem
    found = [row.pk for row in rows if row.pk != of.pk and not row.is_minor]
    if not found:
        raise Problem("unknown_guardian", _("没有登记过这个电话的成年人，请先登记监护人。"), "guardian_phone")
    return found[0]


@transaction.atomic
def withdraw_consent(
    *, actor: Actor, party_id: UUID, purpose: str, at: datetime, note: str = "", case_id: UUID | None = None
) -> list[Consent]:
    """Take back a consent for one case, or in general when no case is named. Returns what was withdrawn.

    For consent to publication call ``journeys.withdraw_consent``, which also takes the wishes down.

    Raises:
        Absent: neither the person (by account or tracking code) nor staff who keep them. Problem: ``unknown_choice``.
    """
    party = Party.objects.select_for_update().filter(pk=party_id).first()
    if party is None or not _may_speak_for(actor, party):
        raise Absent()
    if purpose not in Consent.Purpose.values:
        raise Problem("unknown_choice", _("没有这种同意事项。"), "consent")
    found = Consent.objects.select_for_update().filter(
        party_id=party_id, purpose=purpose, withdrawn_at__isnull=True
    )
    rows = list(found.filter(case_id=case_id) if case_id is not None else found)
    for row in rows:
        row.withdrawn_at, row.withdrawn_note = at, cleaned(note, one_line=True)[:300]
    Consent.objects.bulk_update(rows, ["withdrawn_at", "withdrawn_note"])
    return rows


def _may_speak_for(actor: Actor, party: Party) -> bool:
    return actor.kind == "system" or actor.party_id == party.pk or actor.may(party.place_path, *KEEPERS)
