"""Evidence of a wish for programs: list it, attach a medium handed in before (``POST /media``)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from wishloop.cases.queries import evidence_of
from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Absent
from wishloop.wishes import operations
from wishloop.wishes.queries import sees_evidence, wish_seen_by

if TYPE_CHECKING:
    from wishloop.cases.models import CaseEvidence

router = Router(tags=["wishes"])


class EvidenceIn(Schema):
    """What to attach. ``happened_at`` is when it was taken; the medium's own moment when left out."""

    medium: UUID
    purpose: str = Field(..., description="need, progress, handover or visit")
    caption: Annotated[str, Field(max_length=1000)] = ""
    happened_at: datetime | None = None


class EvidenceOut(Schema):
    """One medium shown with a wish. ``public`` tells whether its covered copy is released."""

    medium: UUID
    kind: str
    purpose: str
    caption: str
    public: bool
    happened_at: datetime
    recorded_at: datetime


@router.get("/wishes/{code}/evidence", response=list[EvidenceOut], summary="Evidence of a wish")
def get_evidence(request: HttpRequest, code: str) -> list[EvidenceOut]:
    """Return what is shown with a wish, oldest first, to staff of the place and those who carry it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = wish_seen_by(actor, code=code)
    if not sees_evidence(actor, seen):
        raise Absent()
    return [_shown(row) for row in evidence_of(seen.case.pk)]


@router.post(
    "/wishes/{code}/evidence",
    response={201: EvidenceOut, 200: EvidenceOut},
    summary="Attach a medium to a wish",
)
def post_evidence(request: HttpRequest, code: str, body: EvidenceIn) -> Status[EvidenceOut]:
    """Attach a medium. 201 when it is new on this wish, 200 when it was there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen = wish_seen_by(actor, code=code)
    at = now()
    row = operations.attach_evidence(
        actor=actor, wish_id=seen.wish.pk, medium_id=body.medium, purpose=body.purpose, caption=body.caption, at=at,
        happened_at=body.happened_at,
    )  # fmt: skip
    return Status(201 if row.recorded_at == at else 200, _shown(row))


def _shown(row: CaseEvidence) -> EvidenceOut:
    return EvidenceOut(
        medium=row.medium_id, kind=row.medium.kind, purpose=row.purpose, caption=row.caption, public=row.public,
        happened_at=row.happened_at, recorded_at=row.recorded_at,
    )  # fmt: skip
