"""A year of a working calendar as months of days, for the calendar page."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

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


def _cell(on: date, time_: WorkingTime, entry: DayEntry | None) -> Cell:
    works = bool(time_.spans(on))
    if entry is None:
        return Cell(on, "work" if works else "rest", "")
    look = "off" if not works else "part" if entry.kind == "hours" else "extra"
    return Cell(on, look, "" if entry.reason == ADJUSTED_WORKDAY else entry.reason)
