"""The steward decides what a need is and how fast it must go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.operations import promise_again
from wishloop.cases.queries import events_of
from wishloop.cases.states import Tier
from wishloop.core.actor import Actor
from wishloop.core.problem import Problem
from wishloop.wishes.models import Category, Wish
from wishloop.wishes.operations.entering import hold_wish

if TYPE_CHECKING:
    from wishloop.cases.models import Case
    from wishloop.places.models import Place


@transaction.atomic
def triage_wish(
    *,
    actor: Actor,
    wish_id: UUID,
    category_code: str,
    tier: str,
    at: datetime,
    happened_at: datetime | None = None,
    needs: Sequence[str] | None = None,
    beneficiary_count: int | None = None,
    place: Place | None = None,
    note: str = "",
) -> Wish:
    """Decide category, tier, needs and place of a received wish; the first answer to the resident (F17, F18).

    A changed tier, category or place changes the promise: both deadlines are worked out anew from the moment the need was
    told (or reopened), never from the moment of triage, so that sorting late cannot buy time. May be repeated.

    Raises:
        Absent, Forbidden, Conflict; Problem ``unknown_choice`` at ``category_code`` or ``tier``.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    case, wish = held.case, held.wish
    category = Category.objects.filter(pk=category_code, active=True).first()
    if category is None:
        raise Problem("unknown_choice", _("没有这个类别，请重新选择。"), "category_code")
    if tier not in Tier.values:
        raise Problem("unknown_choice", _("没有这个响应级别。"), "tier")
    before = {"category": case.category_code, "tier": case.tier, "place": str(case.place_id)}
    changed = _settle(case, tier=tier, category_code=category_code, place=place)
    wish.category = category
    if needs is not None:
        wish.needs = [need.strip() for need in needs if need.strip()]
    if beneficiary_count is not None:
        wish.beneficiary_count = beneficiary_count
    wish.save(update_fields=["category", "needs", "beneficiary_count"])
    after = {"category": case.category_code, "tier": case.tier, "place": str(case.place_id)}
    held.move("triage", at=at, happened_at=happened_at, note=note, data={"before": before, "after": after},
              also_changed=changed)  # fmt: skip
    return wish


def _settle(case: Case, *, tier: str, category_code: str, place: Place | None) -> list[str]:
    """Set what was decided on the case and promise anew where that changes a deadline; return the fields changed."""
    moved = place is not None and place.pk != case.place_id
    if (case.tier, case.category_code) == (tier, category_code) and not moved:
        return []
    case.tier, case.category_code = tier, category_code
    fields = ["tier", "category_code"]
    if place is not None and moved:
        case.place_id, case.place_path = place.pk, place.path
        case.responsible_unit_id, case.responsible_path = place.pk, place.path
        fields += ["place", "place_path", "responsible_unit", "responsible_path"]
    start = case.happened_at
    if case.reopened_count:
        latest = events_of(case.pk).filter(move__in=["reopen", "appeal"]).last()
        start = latest.happened_at if latest else start
    promise_again(case, start=start)
    return fields
