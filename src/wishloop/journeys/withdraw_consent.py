"""Taking back a consent, with what follows from it at once: pages come down, nothing else about the wish changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from wishloop.core.actor import SYSTEM, Actor
from wishloop.parties.operations import withdraw_consent as take_back
from wishloop.parties.queries import has_consent
from wishloop.wishes.operations import take_down_wish, withdraw_photos
from wishloop.wishes.queries import shown_wishes_of, wishes_for


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back, and the codes of the wishes whose public pages came down with it."""

    consents: int
    taken_down: tuple[str, ...]


@transaction.atomic
def withdraw_consent(
    *, actor: Actor, party_id: UUID, purpose: str, at: datetime, note: str = "", case_id: UUID | None = None
) -> Withdrawn:
    """Take back a person's consent, for one case or in general; a wish that was public by it is so no longer.

    A wish still covered by another consent of the person stays. The pages, or for ``publish_photo`` the photos, come down in the same transaction, whoever asks:
    the rule follows from the withdrawal, not from the actor's roles.

    Raises:
        Absent: neither the person nor staff who keep them. Problem: ``unknown_choice``.
    """
    rows = take_back(actor=actor, party_id=party_id, purpose=purpose, at=at, note=note, case_id=case_id)
    taken_down = []
    if purpose == "publish":
        for wish in shown_wishes_of(party_id=party_id):
            if not has_consent(party_id=party_id, purpose=purpose, case_id=wish.pk):
                take_down_wish(actor=SYSTEM, wish_id=wish.pk, reason=_("本人撤回公开同意"), at=at)
                taken_down.append(wish.case.code)
    if purpose == "publish_photo":
        for wish in wishes_for(party_id=party_id):
            if not has_consent(party_id=party_id, purpose=purpose, case_id=wish.pk):
                withdraw_photos(actor=SYSTEM, wish_id=wish.pk, reason=_("本人撤回公开照片的同意"), at=at)
    return Withdrawn(len(rows), tuple(taken_down))
