"""Every read of cases that others use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from wishloop.cases.models import Case, CaseEvent, CaseEvidence, DeadlineRule, Notice
from wishloop.cases.permissions import READERS, may_see, staff_relations
from wishloop.core.actor import Actor

PURPOSES = CaseEvidence.Purpose.choices

__all__ = ["PURPOSES", "READERS", "may_see", "staff_relations"]


def visible_cases(actor: Actor, *, kind: str) -> QuerySet[Case]:
    """Return the cases of one kind in the subtrees where the actor reads."""
    return Case.objects.visible_to(actor).filter(kind=kind)


def events_of(case_id: UUID) -> QuerySet[CaseEvent]:
    """Return a case's history, oldest first, with who did each step."""
    return CaseEvent.objects.filter(case_id=case_id).select_related("actor").order_by("number")


def evidence_of(case_id: UUID) -> QuerySet[CaseEvidence]:
    """Return what is shown with a case, oldest first."""
    return (
        CaseEvidence.objects.filter(case_id=case_id)
        .select_related("medium", "medium__uploaded_by")
        .order_by("id")
    )


def has_handover(case_id: UUID) -> bool:
    """Tell whether a case has at least one photo, video or paper of the handover (F20)."""
    return CaseEvidence.objects.filter(case_id=case_id, purpose=CaseEvidence.Purpose.HANDOVER).exists()


def public_evidence(case_ids: Iterable[UUID]) -> QuerySet[CaseEvidence]:
    """Return the evidence whose blurred public copy may be shown."""
    rows = CaseEvidence.objects.filter(case__in=list(case_ids), public=True)
    return rows.exclude(medium__public_key="").select_related("medium").order_by("id")


def is_public_medium(medium_id: UUID) -> bool:
    """Tell whether a medium belongs to the public page of a published case and has been released for it."""
    return (
        CaseEvidence.objects.filter(medium_id=medium_id, public=True, case__wish__published_at__isnull=False)
        .exclude(medium__public_key="")
        .exists()
    )


def cases_showing(medium_id: UUID, *, only_public: bool = False) -> QuerySet[Case]:
    """Return the cases a medium is shown with; ``only_public`` keeps those whose evidence of it is released."""
    rows = CaseEvidence.objects.filter(medium_id=medium_id)
    if only_public:
        rows = rows.filter(public=True).exclude(medium__public_key="")
    return Case.objects.filter(pk__in=rows.values("case_id"))


def call_backs_since_grant(case_id: UUID) -> int:
    """Return how often somebody tried to reach the resident since the case was last said to be done."""
    granted = CaseEvent.objects.filter(case_id=case_id, move="grant").order_by("-number")
    last = granted.values_list("number", flat=True).first() or 0
    return CaseEvent.objects.filter(case_id=case_id, move="call_back", number__gt=last).count()


def rules() -> QuerySet[DeadlineRule]:
    """Return all deadline rules, grouped as people read them."""
    return DeadlineRule.objects.select_related("place").order_by(
        "kind", "tier", "category_code", "measure", "-valid_from"
    )


def open_due(rows: QuerySet[Case], *, before: datetime) -> QuerySet[Case]:
    """Keep the cases that still wait and whose time runs out before a moment."""
    return rows.filter(
        Q(
            closed_at__isnull=True,
            resolved_at__isnull=True,
            clock_stopped_at__isnull=True,
            resolution_due_at__lt=before,
        )
    )


def unread_notices(user_id: UUID) -> QuerySet[Notice]:
    """Return what an account has been told and not yet read, newest first."""
    return (
        Notice.objects.filter(user_id=user_id, read_at__isnull=True)
        .select_related("event", "case")
        .order_by("-recorded_at", "-id")
    )
