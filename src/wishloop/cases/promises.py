"""From a rule to a promise: which dated rule applies to a case, and the moments it gives on the place's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from wishloop.cases.deadlines import WORKING_DAYS, WORKING_HOURS, due
from wishloop.cases.models import DeadlineRule
from wishloop.core.clock import SHANGHAI
from wishloop.core.working_time import WorkingTime
from wishloop.places.queries import ancestor_paths, working_time_of


@dataclass(frozen=True, slots=True)
class Promise:
    """Both deadlines of a case and how each came about (JSON-ready), None where no rule speaks."""

    response_due_at: datetime | None
    resolution_due_at: datetime | None
    notes: dict[str, Any]


def rules_for(
    *, kind: str, tier: str, category_code: str, place_path: str, on: date
) -> dict[str, tuple[DeadlineRule, int]]:
    """Return the rule of each measure that applies on a day, with its rank; the most particular wins.

    Order: the rule of the nearest place, then one that names the category, then one that names the tier, then the newest.
    """
    paths = ancestor_paths(place_path)
    candidates = (
        DeadlineRule.objects.filter(
            Q(tier="") | Q(tier=tier),
            Q(category_code="") | Q(category_code=category_code),
            Q(place__isnull=True) | Q(place__path__in=paths),
            Q(valid_to__isnull=True) | Q(valid_to__gt=on),
            kind=kind,
            valid_from__lte=on,
        )
        .select_related("place")
        .order_by("id")
    )
    best: dict[str, tuple[tuple[int, bool, bool, date], DeadlineRule]] = {}
    for rule in candidates:
        depth = len(rule.place.path) if rule.place else 0
        rank = (depth, bool(rule.category_code), bool(rule.tier), rule.valid_from)
        if rule.measure not in best or rank > best[rule.measure][0]:
            best[rule.measure] = (rank, rule)
    return {measure: (rule, rank[0]) for measure, (rank, rule) in best.items()}


def promise(*, kind: str, tier: str, category_code: str, place_path: str, start: datetime) -> Promise:
    """Work out both deadlines of a case that starts at ``start`` by the rules valid on that day (F18, F19).

    A promise is kept with the case and never changes with a later rule.
    """
    on = start.astimezone(SHANGHAI).date()
    rules = rules_for(kind=kind, tier=tier, category_code=category_code, place_path=place_path, on=on)
    calendar: WorkingTime | None = None
    moments: dict[str, datetime] = {}
    notes: dict[str, Any] = {}
    for measure, (rule, _depth) in rules.items():
        if rule.unit in {WORKING_DAYS, WORKING_HOURS} and calendar is None:
            calendar = working_time_of(place_path=place_path, first=on, last=on + timedelta(days=400))
        result = due(
            start=start, amount=rule.amount, unit=rule.unit, working_time=calendar or WorkingTime(week={})
        )
        moments[measure] = result.at
        notes[measure] = {
            "rule": str(rule.pk),
            "amount": rule.amount,
            "unit": rule.unit,
            "source": rule.source,
            "start": start.isoformat(),
            "due": result.at.isoformat(),
            "skipped": [[day.isoformat(), reason] for day, reason in result.skipped[:40]],
        }
    return Promise(moments.get("response"), moments.get("resolution"), notes)
