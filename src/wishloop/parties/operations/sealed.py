"""The only doors from sealed fields to plaintext. Each look by a person is written down for the supervisor."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.encryption import decrypt_field, unwrap_person_key
from wishloop.core.problem import Absent, Forbidden, Problem
from wishloop.core.text import required_text
from wishloop.parties.models import PersonalDataView, PersonDetails

SEALED_FIELDS = ("name", "phone", "id_number", "address", "health")
REVEALING_ROLES = ("steward", "grid_worker", "administrator", "supervisor")
CONTACT_FIELDS = ("name", "phone", "address")


def open_details(party_id: UUID) -> PersonDetails:
    """Return a person's sealed row together with their key. Raises Absent when forgotten or no person."""
    details = (
        PersonDetails.objects.select_related("party", "party__person_key")
        .filter(party_id=party_id, party__person_key__isnull=False)
        .first()
    )
    if details is None:
        raise Absent()
    return details


def person_key(details: PersonDetails) -> bytes:
    """Return the key of the person whose row this is."""
    return unwrap_person_key(details.party_id, details.party.person_key.wrapped)


def plain_of(details: PersonDetails, field: str) -> str:
    """Return one field in the clear, empty when it holds nothing. For the operations of this module alone."""
    sealed = getattr(details, field)
    if sealed is None:
        return ""
    return decrypt_field(person_key(details), party_id=details.party_id, field=field, sealed=sealed)


@transaction.atomic
def reveal_field(
    *, actor: Actor, party_id: UUID, field: str, reason: str, at: datetime, case_id: UUID | None = None
) -> str:
    """Show one sealed field to a staff member, who says why; the look is written down for the supervisor.

    The only way staff get plaintext. Returns an empty string when the field holds nothing (still logged).

    Raises:
        Problem: ``missing`` or ``too_long`` at ``reason``; ``unknown_choice`` at ``field``. Absent: no such person, or outside
            the subtree.
    """
    if field not in SEALED_FIELDS:
        raise Problem("unknown_choice", _("没有这个字段。"), "field")
    why = required_text(
        reason, field="reason", max_chars=200, missing=_("请写明查看原因，监督小组会看到。"), one_line=True
    )
    details = open_details(party_id)
    if actor.user_id is None or not actor.may(details.party.place_path, *REVEALING_ROLES):
        raise Absent()
    return _shown(details, actor, field, why, at, case_id)


def reveal_to_claimant(*, actor: Actor, party_id: UUID, field: str, case_id: UUID, at: datetime) -> str:
    """Show contact details to whoever carries the wish now; the caller has made sure of that. Logged like any look.

    Raises:
        Absent, Forbidden: not an account; Problem ``unknown_choice``.
    """
    if field not in CONTACT_FIELDS:
        raise Problem("unknown_choice", _("没有这个字段。"), "field")
    if actor.user_id is None:
        raise Forbidden()
    with transaction.atomic():
        return _shown(open_details(party_id), actor, field, str(_("认领人联系")), at, case_id)


def contact_for_claimant(*, actor: Actor, party_id: UUID, case_id: UUID, at: datetime) -> dict[str, str]:
    """Return name, phone and address for the claimant of a wish, each look logged. See ``reveal_to_claimant``."""
    return {
        field: reveal_to_claimant(actor=actor, party_id=party_id, field=field, case_id=case_id, at=at)
        for field in CONTACT_FIELDS
    }


def _shown(
    details: PersonDetails, actor: Actor, field: str, reason: str, at: datetime, case_id: UUID | None
) -> str:
    PersonalDataView(
        viewer_id=actor.account(), party_id=details.party_id, field=field, reason=reason, case_id=case_id,
        place_path=details.party.place_path, seen_at=at,
    ).save(force_insert=True)  # fmt: skip
    return plain_of(details, field)


def phone_ends_with(*, party_id: UUID, digits: str) -> bool:
    """Tell whether a person's phone ends with these digits; for opening a tracking page, no staff sees the number."""
    details = (
        PersonDetails.objects.select_related("party", "party__person_key")
        .filter(party_id=party_id, party__person_key__isnull=False)
        .first()
    )
    if details is None or details.phone is None or len(digits) < 4:
        return False
    return plain_of(details, "phone").endswith(digits)
