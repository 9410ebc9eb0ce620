"""Deadline arithmetic: pure, exact to the second, explained step by step.

Wall-clock hours and days run through nights and holidays (a safety hazard has 24 hours, F18). Working hours count only inside
office hours. Working days are counted from the next working day after the one the need was told on, and end when the
office closes on the last of them (the practice of 12345 hotlines, field notes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wishloop.core.working_time import WorkingTime

HOURS, DAYS, WORKING_HOURS, WORKING_DAYS = "hours", "days", "working_hours", "working_days"
WORKING_UNITS = frozenset({WORKING_HOURS, WORKING_DAYS})
_HORIZON_DAYS = 3700


class NoWorkingTime(ValueError):
    """The calendar has no working time within ten years: somebody emptied the office hours."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline and the dates that were passed over on the way to it, with their reasons, for the case page."""

    at: datetime
    skipped: tuple[tuple[date, str], ...] = ()


def due(*, start: datetime, amount: int, unit: str, working_time: WorkingTime) -> Due:
    """Return when ``amount`` of ``unit`` after ``start`` is over.

    Args:
        start: aware moment.
        amount: positive whole number.
        unit: ``hours``, ``days``, ``working_hours`` or ``working_days``.
        working_time: office hours, read for the two working units only.

    Raises:
        ValueError: unknown unit, amount below 1, naive start. NoWorkingTime: nobody ever works.
    """
    if amount < 1:
        raise ValueError("amount must be 1 or more")
    if start.tzinfo is None:
        raise ValueError("start must be aware")
    if unit == HOURS:
        return Due(start + timedelta(hours=amount))
    if unit == DAYS:
        return Due(start + timedelta(days=amount))
    if unit == WORKING_HOURS:
        return _after_working_seconds(start, amount * 3600, working_time)
    if unit == WORKING_DAYS:
        return _after_working_days(start, amount, working_time)
    raise ValueError(f"unknown unit {unit!r}")


def _after_working_seconds(start: datetime, seconds: float, working_time: WorkingTime) -> Due:
    day = start.astimezone(working_time.zone).date()
    left, skipped = timedelta(seconds=seconds), []
    for _ in range(_HORIZON_DAYS):
        spans = working_time.moments(day)
        if not spans:
            skipped.append((day, _reason(day, working_time)))
        for opens, closes in spans:
            begins = max(opens, start)
            if begins >= closes:
                continue
            if begins + left <= closes:
                return Due((begins + left).astimezone(start.tzinfo), tuple(skipped))
            left -= closes - begins
        day += timedelta(days=1)
    raise NoWorkingTime("no working time within ten years")


def _after_working_days(start: datetime, amount: int, working_time: WorkingTime) -> Due:
    first = start.astimezone(working_time.zone).date() + timedelta(days=1)
    return _at_close(first, start, amount, working_time)


def _at_close(day: date, after: datetime, amount: int, working_time: WorkingTime) -> Due:
    """Return the ``amount``-th close of office from ``day`` on that is later than ``after``."""
    counted, skipped = 0, []
    for _ in range(_HORIZON_DAYS):
        spans = working_time.moments(day)
        if not spans:
            skipped.append((day, _reason(day, working_time)))
        elif spans[-1][1] > after:
            counted += 1
            if counted == amount:
                return Due(spans[-1][1].astimezone(after.tzinfo), tuple(skipped))
        day += timedelta(days=1)
    raise NoWorkingTime("no working time within ten years")


def resumed_due(
    *,
    due_at: datetime,
    start: datetime,
    unit: str,
    stopped_at: datetime,
    resumed_at: datetime,
    working_time: WorkingTime,
) -> Due:
    """Return the deadline after the clock stood still from ``stopped_at`` to ``resumed_at``: what was left then is left now.

    Hours and days are moved by the length of the stop; working hours by the office hours that were left. Of working days
    those count whose close of office the clock ran up to, so the deadline is a close of office again. A deadline passed before
    the stop stays passed.

    Args:
        start: when the clock began, since working days count from the day after.

    Raises:
        NoWorkingTime: nobody ever works.
    """
    if due_at <= stopped_at or resumed_at <= stopped_at:
        return Due(due_at)
    if unit in (HOURS, DAYS):
        return Due(due_at + (resumed_at - stopped_at))
    if unit == WORKING_HOURS:
        left = worked_seconds(start=stopped_at, end=due_at, working_time=working_time)
        return _after_working_seconds(resumed_at, left, working_time)
    zone = working_time.zone
    first = start.astimezone(zone).date() + timedelta(days=1)
    left_days, day = 0, max(stopped_at.astimezone(zone).date(), first)
    while day <= due_at.astimezone(zone).date():
        spans = working_time.moments(day)
        left_days += bool(spans) and stopped_at < spans[-1][1] <= due_at
        day += timedelta(days=1)
    # A calendar edited meanwhile may leave nothing of the old count: then one close of office is still to come.
    first = max(resumed_at.astimezone(zone).date(), first)
    return _at_close(first, resumed_at, max(1, left_days), working_time)


def due_with_stops(
    *,
    start: datetime,
    amount: int,
    unit: str,
    working_time: WorkingTime,
    stops: Sequence[tuple[datetime, datetime | None]],
) -> Due | None:
    """Return when ``amount`` of ``unit`` is over on a clock that stood still during the stops, which may overlap.

    A stop without an end still lasts. None when the clock stands still for good before the time is over.

    Raises:
        ValueError, NoWorkingTime: as ``due``.
    """
    found, skipped = due(start=start, amount=amount, unit=unit, working_time=working_time), []
    for begins, ends in _merged(start, stops):
        if found.at <= begins:
            break
        if ends is None:
            return None
        skipped += [pair for pair in found.skipped if pair[0] < begins.astimezone(working_time.zone).date()]
        found = resumed_due(
            due_at=found.at,
            start=start,
            unit=unit,
            stopped_at=begins,
            resumed_at=ends,
            working_time=working_time,
        )
    return Due(found.at, tuple(dict.fromkeys((*skipped, *found.skipped))))


def _merged(
    start: datetime, stops: Sequence[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime | None]]:
    """Return the stops in order, none overlapping or touching another, cut at ``start``."""
    merged: list[tuple[datetime, datetime | None]] = []
    for begins, ends in sorted(stops, key=lambda stop: stop[0]):
        if ends is not None and ends <= max(begins, start):
            continue
        begins = max(begins, start)
        if merged and (merged[-1][1] is None or begins <= merged[-1][1]):
            before, until = merged[-1]
            merged[-1] = (before, None if until is None or ends is None else max(until, ends))
        else:
            merged.append((begins, ends))
    return merged


def _reason(day: date, working_time: WorkingTime) -> str:
    return working_time.reasons.get(day) or ("weekend" if day.isoweekday() >= 6 else "closed")


def worked_seconds(*, start: datetime, end: datetime, working_time: WorkingTime) -> float:
    """Return how many seconds of office hours lie between two moments (0 when ``end`` is not later)."""
    total = 0.0
    day, last = start.astimezone(working_time.zone).date(), end.astimezone(working_time.zone).date()
    while day <= last:
        for opens, closes in working_time.moments(day):
            total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
        day += timedelta(days=1)
    return total


def counted_seconds(*, start: datetime, end: datetime, stops: Sequence[tuple[datetime, datetime]]) -> float:
    """Return the wall-clock seconds between two moments that lie outside the stops (which may overlap)."""
    total, covered = max(0.0, (end - start).total_seconds()), start
    for begins, ends in sorted(stops):
        begins, ends = max(begins, covered), min(ends, end)
        if ends > begins:
            total -= (ends - begins).total_seconds()
            covered = ends
    return max(0.0, total)
