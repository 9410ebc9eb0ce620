"""Routes of errands that cross modules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.journeys.withdraw_consent import withdraw_consent
from wishloop.parties.queries import consent_for

router = Router(tags=["consents"])


class WithdrawIn(Schema):
    """Why, in the person's words, if they say."""

    note: str = ""


class WithdrawnOut(Schema):
    """How many consents were withdrawn, and the codes of the wishes whose public pages came down."""

    consents: int
    taken_down: list[str]


@router.post("/consents/{uuid:consent_id}/withdraw", response=WithdrawnOut, summary="Withdraw a consent")
def withdraw(request: HttpRequest, consent_id: UUID, body: WithdrawIn) -> Any:
    """A wish that was public by it comes down at once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    consent = consent_for(actor=actor, consent_id=consent_id)
    done = withdraw_consent(
        actor=actor, party_id=consent.party_id, purpose=consent.purpose, case_id=consent.case_id, note=body.note,
        at=now(),
    )  # fmt: skip
    return WithdrawnOut(consents=done.consents, taken_down=list(done.taken_down))
