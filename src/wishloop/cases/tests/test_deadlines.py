"""Deadlines, as a table with weekdays spelled out, and against a minute-by-minute count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wishloop.cases.deadlines import (
    NoWorkingTime,
    counted_seconds,
    due,
    due_with_stops,
    resumed_due,
    worked_seconds,
)
from wishloop.core.clock import SHANGHAI
from wishloop.core.working_time import WorkingTime

OFFICE = ((time(9, 30), time(13, 0)), (time(15, 30), time(18, 0)))
LOSAR_2026 = {date(2026, 2, 15) + timedelta(days=n): () for n in range(12)}
NATIONAL_DAY_2025 = {date(2025, 10, 1) + timedelta(days=n): () for n in range(8)}
LHASA = WorkingTime(
    week=dict.fromkeys(range(1, 6), OFFICE),
    days={
        **LOSAR_2026,
        date(2026, 2, 14): OFFICE,
        date(2026, 2, 28): OFFICE,
        **NATIONAL_DAY_2025,
        date(2025, 9, 28): OFFICE,
        date(2025, 10, 11): OFFICE,
        date(2026, 3, 11): (OFFICE[0],),
    },
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
        # National day 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked
        ("2025-09-26 16:00", 1, "working_days", "2025-09-28 18:00"),
        ("2025-09-28 10:00", 2, "working_days", "2025-09-30 18:00"),
        ("2025-09-30 17:00", 2, "working_hours", "2025-10-09 10:30"),
        ("2025-09-30 10:00", 3, "working_days", "2025-10-11 18:00"),
        # told before the office opens, and in the midday break
        ("2026-03-03 07:00", 1, "working_hours", "2026-03-03 10:30"),
        ("2026-03-03 07:00", 1, "working_days", "2026-03-04 18:00"),
        # a half day: Wednesday 11 March 2026 is worked in the morning only
        ("2026-03-11 09:30", 4, "working_hours", "2026-03-12 10:00"),
        ("2026-03-10 09:30", 1, "working_days", "2026-03-11 13:00"),
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


STOPS_TABLE = [
    # stopped Wednesday to Friday of one week: two days and a bit of wall clock
    ("2026-03-02 10:00", 48, "hours", [("2026-03-03 10:00", "2026-03-06 10:00")], "2026-03-07 10:00"),
    # five working days from Monday: Tuesday counts, then it stands from Wednesday 10:00 to Friday 16:00; Friday counts again
    ("2026-03-02 10:00", 5, "working_days", [("2026-03-04 10:00", "2026-03-06 16:00")], "2026-03-11 13:00"),
    # 4 working hours from Monday 11:00; stopped over the afternoon and taken up at night
    ("2026-03-02 11:00", 4, "working_hours", [("2026-03-02 15:30", "2026-03-02 21:00")], "2026-03-03 11:30"),
    # a stop after the deadline changes nothing, and overlapping stops count once
    ("2026-03-02 11:00", 1, "working_hours", [("2026-03-05 09:00", "2026-03-06 09:00")], "2026-03-02 12:00"),
    (
        "2026-03-02 10:00", 24, "hours",
        [("2026-03-02 12:00", "2026-03-02 18:00"), ("2026-03-02 15:00", "2026-03-02 20:00")], "2026-03-03 18:00",
    ),
    ("2026-03-02 10:00", 24, "hours", [("2026-03-02 12:00", None)], None),
    # stopped and taken up again on the day it was told: working days still count from the next day
    ("2026-03-02 10:00", 1, "working_days", [("2026-03-02 11:00", "2026-03-02 12:00")], "2026-03-03 18:00"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "amount", "unit", "stops", "expected"), STOPS_TABLE)
def test_table_with_stops(
    start: str, amount: int, unit: str, stops: list[tuple[str, str | None]], expected: str | None
) -> None:
    spans = [(at(begins), at(ends) if ends else None) for begins, ends in stops]
    result = due_with_stops(start=at(start), amount=amount, unit=unit, working_time=LHASA, stops=spans)
    assert (result.at if result else None) == (at(expected) if expected else None)


def minute_by_minute(
    start: datetime, amount: int, unit: str, calendar: WorkingTime, stops: list[tuple[datetime, datetime]]
) -> datetime:
    """Count by looking at every minute: slow, and too simple to be wrong."""
    goal = {"hours": 60, "days": 1440, "working_hours": 60}.get(unit, 1) * amount
    counted, moment = 0, start
    while True:
        runs = not any(begins <= moment < ends for begins, ends in stops)
        spans = calendar.spans(moment.date())
        if unit == "working_days":
            closes = moment + timedelta(minutes=1)
            counted += runs and bool(spans) and closes.time() == spans[-1][1] and moment.date() > start.date()
        elif unit == "working_hours":
            counted += runs and any(opens <= moment.time() < ends for opens, ends in spans)
        else:
            counted += runs
        moment += timedelta(minutes=1)
        if counted == goal:
            return moment


CALENDARS = st.builds(
    lambda off, halves, weekend: WorkingTime(
        week=dict.fromkeys(range(1, 7 if weekend else 6), OFFICE),
        days={
            **{date(2025, 1, 1) + timedelta(days=n): () for n in off},
            **{date(2025, 1, 1) + timedelta(days=n): (OFFICE[0],) for n in halves},
        },
    ),
    off=st.sets(st.integers(0, 3 * 365), max_size=200),
    halves=st.sets(st.integers(0, 3 * 365), max_size=40),
    weekend=st.booleans(),
)
STOPS = st.lists(st.tuples(st.integers(0, 12 * 1440), st.integers(1, 5 * 1440)), max_size=4)


@settings(max_examples=120, deadline=None)
@given(
    offset=MINUTES,
    amount_unit=st.one_of(
        st.tuples(st.integers(1, 72), st.just("hours")),
        st.tuples(st.integers(1, 5), st.just("days")),
        st.tuples(st.integers(1, 30), st.just("working_hours")),
        st.tuples(st.integers(1, 8), st.just("working_days")),
    ),
    calendar=CALENDARS,
    stops=STOPS,
)
def test_with_stops_equal_a_count_of_minutes(
    offset: int, amount_unit: tuple[int, str], calendar: WorkingTime, stops: list[tuple[int, int]]
) -> None:
    start = at("2025-01-01 00:00") + timedelta(minutes=offset)
    amount, unit = amount_unit
    spans = [(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in stops]
    result = due_with_stops(start=start, amount=amount, unit=unit, working_time=calendar, stops=spans)
    assert result is not None
    assert result.at == minute_by_minute(start, amount, unit, calendar, spans)


@given(offset=MINUTES, length=st.integers(1, 5000))
def test_a_deadline_passed_before_the_stop_stays_passed(offset: int, length: int) -> None:
    passed = at("2025-01-01 00:00") + timedelta(minutes=offset)
    for unit in ("hours", "days", "working_hours", "working_days"):
        moved = resumed_due(
            due_at=passed, start=passed - timedelta(days=9), unit=unit, stopped_at=passed,
            resumed_at=passed + timedelta(minutes=length), working_time=LHASA,
        )  # fmt: skip
        assert moved.at == passed
