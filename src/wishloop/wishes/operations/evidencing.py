"""Photos, videos and papers on a wish: added by those who carry it, released by a steward once faces are blurred."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.operations import show_medium
from wishloop.cases.queries import evidence_of
from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Forbidden, Problem
from wishloop.evidence.operations import release_for_public, store_medium
from wishloop.parties.queries import has_consent
from wishloop.wishes.operations.entering import hold_wish

if TYPE_CHECKING:
    from wishloop.cases.models import CaseEvidence

RELEASING = frozenset({"steward", "grid_worker", "system"})


@transaction.atomic
def add_evidence(
    *,
    actor: Actor,
    wish_id: UUID,
    upload: Any,
    filename: str,
    purpose: str,
    at: datetime,
    caption: str = "",
    happened_at: datetime | None = None,
    medium_id: UUID | None = None,
    lat: float | None = None,
    lon: float | None = None,
) -> CaseEvidence:
    """Store a photo, video or paper and put it on the wish; history notes it (F20). The same ``medium_id`` twice is one.

    ``purpose`` is need, progress, handover or visit. Positions are WGS-84 degrees.

    Raises:
        Problem: what ``evidence.operations.store_medium`` says of the file; ``unknown_choice`` at ``purpose``.
        Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    medium = store_medium(
        actor=actor, upload=upload, filename=filename, at=at, taken_at=happened_at, lat=lat, lon=lon,
        medium_id=medium_id,
    )  # fmt: skip
    shown = show_medium(
        case=held.case,
        medium_id=medium.pk,
        purpose=purpose,
        caption=caption.strip(),
        happened_at=happened_at or at,
        at=at,
    )
    held.move(
        "attach_evidence", at=at, happened_at=happened_at, data={"medium": str(medium.pk), "purpose": purpose}
    )
    return shown


@transaction.atomic
def release_evidence(
    *,
    actor: Actor,
    wish_id: UUID,
    medium_id: UUID,
    boxes: Sequence[tuple[float, float, float, float]],
    at: datetime,
) -> CaseEvidence:
    """Show a photo on the public page, with faces and plates in ``boxes`` (x, y, width, height as parts of 1) destroyed.

    Needs the resident's consent to publish photos, where there is a resident.

    Raises:
        Problem: ``no_consent``. Forbidden: neither steward nor grid worker here. Absent: not on this wish.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    if not held.relations & RELEASING:
        raise Forbidden()
    shown = evidence_of(wish_id).filter(medium_id=medium_id).first()
    if shown is None:
        raise Absent()
    person = held.wish.beneficiary_id or held.wish.reporter_id
    if person is not None and not has_consent(party_id=person, purpose="publish_photo", case_id=wish_id):
        raise Problem("no_consent", _("还没有居民同意公开照片的记录。请先征得同意并登记。"), "boxes")
    release_for_public(actor=actor, medium_id=medium_id, boxes=boxes, at=at)
    shown.public = True
    shown.save(update_fields=["public"])
    held.move("comment", at=at, data={"released": str(medium_id)})
    return shown
