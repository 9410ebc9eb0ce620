"""The resident's own page: opened with a code and a proof, and what can be done from it."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import normalise_code
from wishloop.core.problem import Problem
from wishloop.intake.operations.submitting import tracking_secret
from wishloop.parties.operations import phone_ends_with, withdraw_consent
from wishloop.wishes.operations import take_down_wish, withdraw_photos
from wishloop.wishes.queries import wish_by_code, wish_seen_by


def resident_of(*, wish_id: UUID, party_id: UUID | None) -> Actor:
    """Return the actor a resident is once their tracking page is open: for this one wish and nothing else."""
    return Actor(kind="resident", party_id=party_id, case_id=wish_id)


def open_tracking(*, code: str, key: str) -> Actor:
    """Return the resident behind a tracking code, proven by the last four digits of the phone or the slip's six letters.

    Says the same whether the code or the proof is wrong, so that nobody learns which codes exist. Callers limit guessing.

    Raises:
        Problem: ``wrong_code_or_key`` at ``key``.
    """
    wish = wish_by_code(normalise_code(code)[:20])
    proof = "".join(ch for ch in key.upper() if ch.isalnum())
    people = [p for p in (wish.reporter_id, wish.beneficiary_id) if p] if wish else []
    if wish is None or not _proves(wish.pk, people, proof):
        raise Problem(
            "wrong_code_or_key",
            _(
                "编号和验证信息对不上。请核对编号，以及登记时电话的后四位（没留电话的用查询码）。忘了可以到社区查询。"
            ),
            "key",
        )
    return resident_of(wish_id=wish.pk, party_id=wish.reporter_id)


def _proves(wish_id: UUID, people: list[UUID], proof: str) -> bool:
    if hmac.compare_digest(proof.encode(), tracking_secret(wish_id).encode()):
        return True
    digits = len(proof) == 4 and proof.isascii() and proof.isdecimal()
    return digits and any(phone_ends_with(party_id=party, digits=proof) for party in people)


@transaction.atomic
def withdraw_publication(*, actor: Actor, wish_id: UUID, at: datetime) -> None:
    """Take back the consent to publication for this wish: its public page comes down at once, the wish goes on.

    Raises:
        Absent: not this actor's wish.
    """
    seen = wish_seen_by(actor, wish_id=wish_id)
    people = {party for party in (seen.wish.reporter_id, seen.wish.beneficiary_id) if party is not None}
    for party in people:
        spoken_for = Actor(kind="resident", party_id=party, case_id=wish_id)
        for purpose in ("publish", "publish_photo"):
            withdraw_consent(actor=spoken_for, party_id=party, purpose=purpose, at=at, case_id=wish_id)
    withdraw_photos(actor=actor, wish_id=wish_id, reason=str(_("本人撤回公开同意")), at=at)
    if seen.wish.published_at is not None:
        take_down_wish(actor=actor, wish_id=wish_id, reason=str(_("本人撤回公开同意")), at=at)
