"""Photos, videos and papers of a wish: attached by those who carry it, shown to the public by its steward (F20, F22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from wishloop.cases import operations as cases
from wishloop.cases.queries import public_evidence
from wishloop.core.actor import Actor
from wishloop.evidence.operations import Box, preview_release
from wishloop.wishes.operations.claiming import prolong_claim
from wishloop.wishes.operations.entering import hold_wish
from wishloop.wishes.queries import evidence_on_wish, photo_consent
from wishloop.wishes.states import TABLE

if TYPE_CHECKING:
    from wishloop.cases.models import CaseEvidence


@transaction.atomic
def attach_evidence(
    *,
    actor: Actor,
    wish_id: UUID,
    medium_id: UUID,
    purpose: str,
    caption: str = "",
    at: datetime,
    happened_at: datetime | None = None,
) -> CaseEvidence:
    """Show a stored medium with a wish: steward or grid worker in scope, its claimant or team, its resident.

    The silence of an active claim starts anew. Attaching the same medium again changes nothing.

    Raises:
        Absent, Forbidden, Conflict, Problem as ``cases.operations.attach_evidence``.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    facts: dict[str, object] = {}
    if held.claim is not None:
        facts["claimant_user"] = str(held.claim.claimed_by_id)
    shown = cases.attach_evidence(
        actor=actor, table=TABLE, case=held.case, relations=held.relations, medium_id=medium_id, purpose=purpose,
        caption=caption, at=at, happened_at=happened_at, data=facts,
    )  # fmt: skip
    prolong_claim(held, when=happened_at or at)
    return shown


@transaction.atomic
def publish_photo(
    *,
    actor: Actor,
    wish_id: UUID,
    medium_id: UUID,
    boxes: Sequence[Box],
    nothing_to_cover: bool = False,
    at: datetime,
) -> CaseEvidence:
    """Release a photo of a wish to the public with ``boxes`` covered: the steward, once the person has agreed to it.

    It is seen only while the wish itself is public and the consent stands.

    Raises:
        Problem: ``no_photo_consent``, ``nothing_covered``, ``bad_box``, ``too_many_boxes``. Conflict: ``not_a_photo``.
        Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    return cases.publish_photo(
        actor=actor, table=TABLE, case=held.case, relations=held.relations, medium_id=medium_id, boxes=boxes,
        consent_given=photo_consent(held.wish), nothing_to_cover=nothing_to_cover, at=at,
    )  # fmt: skip


def preview_photo(*, actor: Actor, wish_id: UUID, medium_id: UUID, boxes: Sequence[Box]) -> bytes:
    """Return, as JPEG bytes, what the public would see of a photo; changes nothing. Raises as ``publish_photo``, but asks
    for no consent."""
    shown = evidence_on_wish(actor=actor, wish_id=wish_id, medium_id=medium_id)
    return preview_release(medium_id=shown.medium_id, boxes=boxes)


@transaction.atomic
def withdraw_photo(
    *, actor: Actor, wish_id: UUID, medium_id: UUID, reason: str = "", at: datetime
) -> CaseEvidence:
    """Take a photo of a wish back from the public: its steward or its resident. Raises Absent, Forbidden."""
    held = hold_wish(actor=actor, wish_id=wish_id)
    return cases.withdraw_photo(
        actor=actor, table=TABLE, case=held.case, relations=held.relations, medium_id=medium_id, reason=reason.strip(),
        at=at,
    )  # fmt: skip


@transaction.atomic
def withdraw_photos(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> int:
    """Take all photos of a wish back from the public, because the consent to them was taken back. Returns how many.

    Raises:
        Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    shown = list(public_evidence([wish_id]))
    for row in shown:
        cases.withdraw_photo(
            actor=actor, table=TABLE, case=held.case, relations=held.relations, medium_id=row.medium_id, reason=reason,
            at=at,
        )  # fmt: skip
    return len(shown)
