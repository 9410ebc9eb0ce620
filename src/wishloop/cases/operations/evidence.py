"""Evidence on a case: attached, shown to the public with faces covered, and taken back (F20, F22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.models import Case, CaseEvidence
from wishloop.cases.operations.moves import Words, make_move
from wishloop.cases.states import MoveTable
from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Problem
from wishloop.core.text import optional_text
from wishloop.evidence.operations import Box, keep_medium, release_for_public, withdraw_from_public
from wishloop.evidence.queries import attachable_medium

MAX_CAPTION_CHARS = 200


@transaction.atomic
def attach_evidence(
    *,
    actor: Actor,
    table: MoveTable,
    case: Case,
    relations: Iterable[str],
    medium_id: UUID,
    purpose: str,
    caption: str,
    at: datetime,
    happened_at: datetime | None = None,
    data: dict[str, object] | None = None,
) -> CaseEvidence:
    """Show a medium with a locked case. The same medium on the same case again changes nothing and returns what is there.

    Args:
        relations: what the actor is to this case, worked out by the kind's permissions; its table's move
            ``attach_evidence`` says which of them may.
        happened_at: when it was taken; the medium's ``taken_at``, else ``at``, when left out.
        data: further facts for history.

    Raises:
        Absent: no such medium, or not the actor's to use. Forbidden, Conflict as ``make_move``.
        Problem: ``unknown_choice`` at ``purpose``; ``too_long`` at ``caption``; ``future_moment`` at ``happened_at``.
    """
    there = CaseEvidence.objects.filter(case=case, medium_id=medium_id).select_related("medium").first()
    if there is not None:
        return there
    if purpose not in CaseEvidence.Purpose.values:
        raise Problem("unknown_choice", _("请选择照片的用途。"), "purpose")
    words = optional_text(caption, field="caption", max_chars=MAX_CAPTION_CHARS, one_line=True)
    medium = attachable_medium(actor=actor, medium_id=medium_id)
    when = happened_at or medium.taken_at or at
    facts = {**(data or {}), "medium": str(medium_id), "purpose": purpose, "kind": medium.kind}
    make_move(
        actor=actor, table=table, case=case, name="attach_evidence", relations=relations, at=at, happened_at=when,
        words=Words(note=words, data=facts),
    )  # fmt: skip
    kept = keep_medium(medium_id=medium_id, at=at)
    return CaseEvidence.objects.create(
        case=case, medium=kept, purpose=purpose, caption=words, happened_at=when, recorded_at=at
    )


@transaction.atomic
def publish_photo(
    *,
    actor: Actor,
    table: MoveTable,
    case: Case,
    relations: Iterable[str],
    medium_id: UUID,
    boxes: Sequence[Box],
    consent_given: bool,
    nothing_to_cover: bool,
    at: datetime,
) -> CaseEvidence:
    """Release a photo of a locked case to the public with ``boxes`` covered; releasing it again replaces the copy.

    Raises:
        Absent: no such photo on this case. Forbidden, and what ``release_for_public`` raises.
    """
    shown = _on_case(case, medium_id)
    make_move(
        actor=actor, table=table, case=case, name="publish_photo", relations=relations, at=at,
        words=Words(data={"medium": str(medium_id), "covered": len(boxes)}),
    )  # fmt: skip
    shown.medium = release_for_public(
        actor=actor, medium_id=medium_id, boxes=boxes, consent_given=consent_given, nothing_to_cover=nothing_to_cover,
        at=at,
    )  # fmt: skip
    shown.public = True
    shown.save(update_fields=["public"])
    return shown


@transaction.atomic
def withdraw_photo(
    *,
    actor: Actor,
    table: MoveTable,
    case: Case,
    relations: Iterable[str],
    medium_id: UUID,
    reason: str,
    at: datetime,
) -> CaseEvidence:
    """Take a photo of a locked case back from the public; does nothing when it is not public.

    Raises:
        Absent: no such photo on this case. Forbidden.
    """
    shown = _on_case(case, medium_id)
    if not shown.public:
        return shown
    make_move(
        actor=actor, table=table, case=case, name="withdraw_photo", relations=relations, at=at,
        words=Words(note=reason, data={"medium": str(medium_id)}),
    )  # fmt: skip
    shown.public = False
    shown.save(update_fields=["public"])
    shown.medium = withdraw_from_public(actor=actor, medium_id=medium_id, at=at)
    return shown


def _on_case(case: Case, medium_id: UUID) -> CaseEvidence:
    shown = CaseEvidence.objects.filter(case=case, medium_id=medium_id).select_related("medium").first()
    if shown is None:
        raise Absent()
    return shown
