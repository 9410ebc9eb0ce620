"""A year of a working calendar as months of days, for the calendar page."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wishloop.core.working_time import WorkingTime
from wishloop.places.queries import ADJUSTED_WORKDAY, DayEntry


@dataclass(frozen=True, slots=True)
class Cell:
    """A day. ``look`` is work, rest (an ordinary weekend), off, extra (worked though a rest day) or part (other hours)."""

    on: date
    look: str
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its first day, and weeks of seven cells from Monday; None outside the month."""

    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    worked: int


def year_of(year: int, time_: WorkingTime, entries: Mapping[date, DayEntry]) -> list[Month]:
    """Return the twelve months."""
    months = []
    for number in range(1, 13):
        weeks = tuple(
            tuple(_cell(on, time_, entries.get(on)) if on.month == number else None for on in week)
            for week in calendar.Calendar().monthdatescalendar(year, number)
        )
        worked = sum(cell is not None and bool(time_.spans(cell.on)) for week in weeks for cell in week)
        months.append(Month(date(year, number, 1), weeks, worked))
    return months


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring days that differ in the same way, as one line of the list."""

    first: date
    last: date
    days: int
    entry: DayEntry


def runs_of(entries: Sequence[DayEntry]) -> list[Run]:
    """Return the days that differ, neighbours of one kind, reason and origin joined."""
    runs: list[Run] = []
    for entry in entries:
        before = runs[-1] if runs else None
        if before and before.last + timedelta(days=1) == entry.on and _alike(before.entry, entry):
            runs[-1] = Run(before.first, entry.on, before.days + 1, before.entry)
        else:
            runs.append(Run(entry.on, entry.on, 1, entry))
    return runs


def _alike(one: DayEntry, other: DayEntry) -> bool:
    return (one.kind, one.spans, one.reason, one.source, one.place) == (
        other.kind, other.spans, other.reason, other.source, other.place,
    )  # fmt: skip


def _cell(on: date, time_: WorkingTime, entry: DayEntry | None) -> Cell:
    works = bool(time_.spans(on))
    if entry is None:
        return Cell(on, "work" if works else "rest", "")
    look = "off" if not works else "part" if entry.kind == "hours" else "extra"
    return Cell(on, look, "" if entry.reason == ADJUSTED_WORKDAY else entry.reason)
