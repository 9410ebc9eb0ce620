"""Deadlines, as a table with weekdays spelled out, and against a minute-by-minute count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wishloop.cases.deadlines import NoWorkingTime, counted_seconds, due, worked_seconds
from wishloop.core.clock import SHANGHAI
from wishloop.core.working_time import WorkingTime

OFFICE = ((time(9, 30), time(13, 0)), (time(15, 30), time(18, 0)))
LOSAR_2026 = {date(2026, 2, 15) + timedelta(days=n): () for n in range(12)}
LHASA = WorkingTime(
    week=dict.fromkeys(range(1, 6), OFFICE),
    days={**LOSAR_2026, date(2026, 2, 14): OFFICE, date(2026, 2, 28): OFFICE},
    reasons=dict.fromkeys(LOSAR_2026, "藏历新年放假"),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        # a hazard told on Friday 13 February 2026 at 23:40, before Losar: wall-clock, holidays or not
        ("2026-02-13 23:40", 24, "hours", "2026-02-14 23:40"),
        ("2026-02-13 10:00", 2, "days", "2026-02-15 10:00"),
        # Friday 13 February: Saturday the 14th is worked, then Losar until the 26th, so day 2 is Friday the 27th
        ("2026-02-13 10:00", 1, "working_days", "2026-02-14 18:00"),
        ("2026-02-13 10:00", 2, "working_days", "2026-02-27 18:00"),
        ("2026-02-13 10:00", 3, "working_days", "2026-02-28 18:00"),
        ("2026-02-13 10:00", 4, "working_days", "2026-03-02 18:00"),
        # Monday 11:00 with 6 working hours: 2 h to 13:00, 2.5 h to 18:00, 1.5 h on Tuesday
        ("2026-03-02 11:00", 6, "working_hours", "2026-03-03 11:00"),
        # told on a Sunday night: the hours begin when the office opens on Monday
        ("2026-03-01 22:00", 1, "working_hours", "2026-03-02 10:30"),
        ("2026-03-02 14:00", 1, "working_hours", "2026-03-02 16:30"),
        ("2026-03-06 17:30", 1, "working_hours", "2026-03-09 10:00"),
    ],
)
def test_table(start: str, amount: int, unit: str, expected: str) -> None:
    assert due(start=at(start), amount=amount, unit=unit, working_time=LHASA).at == at(expected)


def test_skipped_days_carry_their_reason() -> None:
    result = due(start=at("2026-02-13 10:00"), amount=2, unit="working_days", working_time=LHASA)
    assert result.skipped == tuple((day, "藏历新年放假") for day in LOSAR_2026)


def test_nobody_ever_works() -> None:
    with pytest.raises(NoWorkingTime):
        due(start=at("2026-02-13 10:00"), amount=1, unit="working_days", working_time=WorkingTime(week={}))


MINUTES = st.integers(0, 2 * 365 * 24 * 60)


@settings(max_examples=60, deadline=None)
@given(offset=MINUTES, hours=st.integers(1, 40), off=st.sets(st.integers(0, 60), max_size=25))
def test_working_hours_equal_a_count_of_minutes(offset: int, hours: int, off: set[int]) -> None:
    start = at("2025-01-01 00:00") + timedelta(minutes=offset)
    days = {start.date() + timedelta(days=n): () for n in off}
    calendar = WorkingTime(week=dict.fromkeys(range(1, 6), OFFICE), days=days)
    result = due(start=start, amount=hours, unit="working_hours", working_time=calendar).at
    worked, moment = 0, start
    while worked < hours * 60:
        clock = moment.time()
        worked += any(opens <= clock < closes for opens, closes in calendar.spans(moment.date()))
        moment += timedelta(minutes=1)
    assert result == moment
    assert worked_seconds(start=start, end=result, working_time=calendar) == hours * 3600


@given(
    length=st.integers(0, 500),
    stops=st.lists(st.tuples(st.integers(-50, 550), st.integers(0, 200)), max_size=6),
)
def test_stops_never_count_twice(length: int, stops: list[tuple[int, int]]) -> None:
    start = at("2025-06-01 00:00")
    spans = [(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in stops]
    counted = counted_seconds(start=start, end=start + timedelta(minutes=length), stops=spans)
    minutes = sum(not any(a <= start + timedelta(minutes=m) < b for a, b in spans) for m in range(length))
    assert counted == minutes * 60
