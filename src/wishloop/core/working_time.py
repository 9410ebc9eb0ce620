"""When a place works: office hours by weekday and the days that differ. Pure data; deadlines are counted on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from wishloop.core.clock import SHANGHAI

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Office hours. ``week`` maps ISO weekday 1..7 to spans; ``days`` overrides single dates (no spans: closed).

    ``reasons`` names why a date differs, for explaining a deadline. After ``known_until`` nobody has announced the national
    holidays yet: weekends and the place's own days are all that is known.
    """

    week: Mapping[int, tuple[Span, ...]]
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    reasons: Mapping[date, str] = field(default_factory=dict)
    zone: ZoneInfo = SHANGHAI
    known_until: date | None = None

    def spans(self, on: date) -> tuple[Span, ...]:
        """Return the office hours of a date, in order, local time."""
        if on in self.days:
            return self.days[on]
        return self.week.get(on.isoweekday(), ())

    def moments(self, on: date) -> list[tuple[datetime, datetime]]:
        """Return the office hours of a date as aware moments."""
        return [
            (datetime.combine(on, start, self.zone), datetime.combine(on, end, self.zone))
            for start, end in self.spans(on)
        ]
