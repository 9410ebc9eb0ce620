"""Dated deadline rules: which one speaks for a case, the history of each, and what a new one would mean for open cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from wishloop.cases.deadlines import WORKING_DAYS, WORKING_UNITS, due
from wishloop.cases.models import Case, DeadlineRule
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Absent
from wishloop.core.working_time import WorkingTime
from wishloop.places.queries import ancestor_paths, working_time_of

Rank = tuple[int, bool, bool, date]


def rank(rule: DeadlineRule) -> Rank:
    """Return how particular a rule is: the nearest place, then one that names the category, then the tier, then the newest."""
    depth = rule.place.path.count(".") if rule.place else 0
    return depth, bool(rule.category_code), bool(rule.tier), rule.valid_from


def rules_for(
    *, kind: str, tier: str, category_code: str, place_path: str, on: date
) -> dict[str, DeadlineRule]:
    """Return the rule of each measure that applies on a day; the most particular valid one wins. One query."""
    candidates = (
        DeadlineRule.objects.filter(
            Q(tier="") | Q(tier=tier),
            Q(category_code="") | Q(category_code=category_code),
            Q(place__isnull=True) | Q(place__path__in=ancestor_paths(place_path)),
            Q(valid_to__isnull=True) | Q(valid_to__gt=on),
            kind=kind,
            valid_from__lte=on,
        )
        .select_related("place")
        .order_by("id")
    )
    best: dict[str, DeadlineRule] = {}
    for rule in candidates:
        if rule.measure not in best or rank(rule) > rank(best[rule.measure]):
            best[rule.measure] = rule
    return best


def calendar_for_amounts(
    place_path: str, first: date, amounts: Iterable[tuple[int, str]], *, more_days: int = 0
) -> WorkingTime:
    """Return office hours far enough ahead for every amount; none at all (and no query) for wall-clock units alone."""
    ahead = [
        amount * (3 if unit == WORKING_DAYS else 1) + 120 for amount, unit in amounts if unit in WORKING_UNITS
    ]
    if not ahead:
        return WorkingTime(week={})
    last = first + timedelta(days=max(ahead) + more_days)
    return working_time_of(place_path=place_path, first=first, last=last)


def all_rules() -> QuerySet[DeadlineRule]:
    """Return every rule with its place: kind by kind, the widest scope first, within one scope the newest version first."""
    return DeadlineRule.objects.select_related("place").order_by(
        "kind", "measure", "place__path", "category_code", "tier", "-valid_from", "id"
    )


def rule_by_id(rule_id: UUID) -> DeadlineRule:
    """Return one rule with its place. Raises Absent."""
    rule = DeadlineRule.objects.select_related("place").filter(pk=rule_id).first()
    if rule is None:
        raise Absent()
    return rule


def known_categories() -> list[str]:
    """Return the category codes that rules or cases use, in order, as suggestions for a new rule."""
    used = (
        Case.objects.exclude(category_code="")
        .order_by()
        .values_list("category_code", flat=True)
        .distinct()[:200]
    )
    ruled = DeadlineRule.objects.exclude(category_code="").values_list("category_code", flat=True)
    return sorted({*used, *ruled})


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """The versions of one scope, newest first. ``current`` is the one in force on the day, ``coming`` those after it."""

    current: DeadlineRule | None
    coming: tuple[DeadlineRule, ...]
    past: tuple[DeadlineRule, ...]

    @property
    def scope(self) -> DeadlineRule:
        """Return any version: all share kind, measure, place, category and tier."""
        return self.current or (self.coming + self.past)[0]


def histories(*, on: date, rules: Iterable[DeadlineRule] | None = None) -> list[RuleHistory]:
    """Return all rules by scope, each with its versions on a day. One query."""
    scopes: dict[tuple[object, ...], list[DeadlineRule]] = {}
    for rule in all_rules() if rules is None else rules:
        key = (rule.kind, rule.measure, rule.place_id, rule.category_code, rule.tier)
        scopes.setdefault(key, []).append(rule)
    return [_history(versions, on) for versions in scopes.values()]


def _history(versions: Sequence[DeadlineRule], on: date) -> RuleHistory:
    coming = tuple(rule for rule in versions if rule.valid_from > on)
    begun = [rule for rule in versions if rule.valid_from <= on]
    current = next((rule for rule in begun if rule.valid_to is None or rule.valid_to > on), None)
    return RuleHistory(current, coming, tuple(rule for rule in begun if rule is not current))


@dataclass(frozen=True, slots=True)
class Affected:
    """An open case the new rule would speak for: what it was promised, and what it would be promised today. The promise stays."""

    case: Case
    promised_at: datetime | None
    would_be_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What a new rule means for open cases. ``total`` counts those it would speak for; ``rows`` are the first of them."""

    total: int
    rows: tuple[Affected, ...]
    sooner: int
    later: int
    same: int


def preview_rule(*, actor: Actor, rule: DeadlineRule, on: date, most: int = 200) -> Preview:
    """Work out which open cases an unsaved rule would speak for if they began on ``on``, and how their deadlines would differ.

    Nothing is written: open cases keep what they were promised. A case that is reopened or triaged anew later is promised by the
    new rule. ``sooner``, ``later`` and ``same`` are counted among ``rows``.
    """
    ruled = _open_cases(actor, rule)
    others = DeadlineRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        kind=rule.kind,
        measure=rule.measure,
        valid_from__lte=on,
    ).select_related("place")
    for other in others:
        if rank(other) > rank(rule):
            ruled = ruled.exclude(_spoken_for_by(other))
    calendars: dict[str, WorkingTime] = {}
    rows = tuple(_affected(case, rule, on, calendars) for case in ruled.order_by("happened_at", "id")[:most])
    shifts = [row.would_be_at - row.promised_at for row in rows if row.promised_at is not None]
    return Preview(
        total=ruled.count(),
        rows=rows,
        sooner=sum(shift < timedelta(0) for shift in shifts),
        later=sum(shift > timedelta(0) for shift in shifts),
        same=sum(shift == timedelta(0) for shift in shifts),
    )


def _open_cases(actor: Actor, rule: DeadlineRule) -> QuerySet[Case]:
    """Return the cases whose clock for the rule's measure still runs, in its scope."""
    cases = Case.objects.visible_to(actor).filter(
        _spoken_for_by(rule), kind=rule.kind, closed_at__isnull=True, resolved_at__isnull=True
    )
    return cases.filter(responded_at__isnull=True) if rule.measure == DeadlineRule.Measure.RESPONSE else cases


def _spoken_for_by(rule: DeadlineRule) -> Q:
    scope = Q()
    if rule.tier:
        scope &= Q(tier=rule.tier)
    if rule.category_code:
        scope &= Q(category_code=rule.category_code)
    if rule.place:
        scope &= Q(place_path__startswith=rule.place.path)
    return scope


def _affected(case: Case, rule: DeadlineRule, now_on: date, calendars: dict[str, WorkingTime]) -> Affected:
    """Reckon one case on its own start and its place's calendar; calendars are read once a place."""
    note = case.deadline_notes.get(rule.measure, {})
    start = datetime.fromisoformat(note["start"]) if "start" in note else case.happened_at
    first = start.astimezone(SHANGHAI).date()
    calendar = calendars.get(case.place_path)
    if calendar is None:
        # Open cases are read oldest first, so the first of a place reaches back far enough for all of it.
        ahead = (now_on - first).days
        calendar = calendar_for_amounts(
            case.place_path, first, [(rule.amount, rule.unit)], more_days=max(0, ahead)
        )
        calendars[case.place_path] = calendar
    would_be = due(start=start, amount=rule.amount, unit=rule.unit, working_time=calendar).at
    promised = (
        case.response_due_at if rule.measure == DeadlineRule.Measure.RESPONSE else case.resolution_due_at
    )
    return Affected(case, promised, would_be)
