"""From a rule to a promise: which dated rule applies to a case, and the moments it gives on the place's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from wishloop.cases.deadlines import Due, due, resumed_due
from wishloop.cases.rules import calendar_for_amounts, rules_for
from wishloop.core.clock import SHANGHAI
from wishloop.core.kept import kept_for_moments
from wishloop.core.working_time import WorkingTime

if TYPE_CHECKING:
    from wishloop.cases.models import DeadlineRule

_SKIPPED_KEPT = 120  # days in one note: a long-term wish of 60 working days passes over some 30


@dataclass(frozen=True, slots=True)
class Promise:
    """Both deadlines of a case and how each came about (JSON-ready), None where no rule speaks."""

    response_due_at: datetime | None
    resolution_due_at: datetime | None
    notes: dict[str, Any]


@kept_for_moments
def _basis(
    *, kind: str, tier: str, category_code: str, place_path: str, on: date
) -> tuple[dict[str, DeadlineRule], WorkingTime]:
    rules = rules_for(kind=kind, tier=tier, category_code=category_code, place_path=place_path, on=on)
    return rules, calendar_for_amounts(place_path, on, [(rule.amount, rule.unit) for rule in rules.values()])


def promise(*, kind: str, tier: str, category_code: str, place_path: str, start: datetime) -> Promise:
    """Work out both deadlines of a case that starts at ``start`` by the rules valid on that day (F18, F19).

    A promise is kept with the case and never changes with a later rule.
    """
    on = start.astimezone(SHANGHAI).date()
    rules, calendar = _basis(kind=kind, tier=tier, category_code=category_code, place_path=place_path, on=on)
    moments: dict[str, datetime] = {}
    notes: dict[str, Any] = {}
    for measure, rule in rules.items():
        result = due(start=start, amount=rule.amount, unit=rule.unit, working_time=calendar)
        moments[measure] = result.at
        notes[measure] = {
            "rule": str(rule.pk),
            "amount": rule.amount,
            "unit": rule.unit,
            "source": rule.source,
            "mark": rule.source_mark,
            "start": start.isoformat(),
            "due": result.at.isoformat(),
            **_reckoning(result, calendar),
        }
    return Promise(moments.get("response"), moments.get("resolution"), notes)


def promise_resumed(
    *, note: dict[str, Any], due_at: datetime, place_path: str, stopped_at: datetime, resumed_at: datetime
) -> tuple[datetime, dict[str, Any]]:
    """Return a deadline after its clock stood still, and its note with the stop added.

    Without a note of its unit (cases of before) the deadline is moved by the length of the stop. A deadline passed before the
    stop, and its note, stay as they are.
    """
    if due_at <= stopped_at or resumed_at <= stopped_at:
        return due_at, note
    unit = str(note.get("unit", "hours"))
    amount = int(note.get("amount", 1))
    start = datetime.fromisoformat(note["start"]) if "start" in note else stopped_at
    first = stopped_at.astimezone(SHANGHAI).date()
    days = (resumed_at - stopped_at).days + (due_at - stopped_at).days
    calendar = calendar_for_amounts(place_path, first, [(amount, unit)], more_days=days)
    result = resumed_due(
        due_at=due_at,
        start=start,
        unit=unit,
        stopped_at=stopped_at,
        resumed_at=resumed_at,
        working_time=calendar,
    )
    stop = [stopped_at.isoformat(), resumed_at.isoformat()]
    skipped = {day: reason for day, reason in note.get("skipped", []) if day < first.isoformat()}
    reckoning = _reckoning(result, calendar)
    skipped.update(dict(reckoning["skipped"]))
    return result.at, {
        **note,
        **reckoning,
        "due": result.at.isoformat(),
        "skipped": [list(pair) for pair in sorted(skipped.items())],
        "stops": [*note.get("stops", []), stop],
    }


def _reckoning(result: Due, calendar: WorkingTime) -> dict[str, Any]:
    """Return the days passed over, and the last day the national holidays are known for where the deadline lies beyond."""
    facts: dict[str, Any] = {
        "skipped": [[day.isoformat(), reason] for day, reason in result.skipped[:_SKIPPED_KEPT]]
    }
    if calendar.known_until and result.at.astimezone(SHANGHAI).date() > calendar.known_until:
        facts["holidays_known_until"] = calendar.known_until.isoformat()
    return facts
