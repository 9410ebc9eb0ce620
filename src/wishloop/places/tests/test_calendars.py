"""Working calendars: whose word counts on which day."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Problem
from wishloop.places import operations as places
from wishloop.places.models import Place
from wishloop.places.queries import days_along, working_time_of

pytestmark = pytest.mark.django_db
ZHAXI = "5401.540102.540102005.540102005002."
FULL = ((time(9, 30), time(13)), (time(15, 30), time(18)))


def unit(code: str = "540102005002") -> Place:
    return Place.objects.get(code=code)


def spans(on: date, path: str = ZHAXI) -> Any:
    return working_time_of(place_path=path, first=date(2026, 1, 1), last=date(2027, 12, 31)).spans(on)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 13), FULL),  # Friday
        (date(2026, 2, 14), FULL),  # Saturday worked before Losar
        (date(2026, 2, 15), ()),
        (date(2026, 2, 26), ()),  # Thursday: Lhasa rests longer than the nation
        (date(2026, 2, 27), FULL),
        (date(2026, 2, 28), FULL),  # Saturday worked after it
        (date(2026, 3, 1), ()),  # Sunday
        (date(2026, 10, 1), ()),  # the nation's own
        (date(2027, 10, 1), FULL),  # nobody has announced 2027 yet
    ],
)
def test_table_of_days(on: date, expected: Any) -> None:
    assert spans(on) == expected


def test_known_until_the_last_announced_year() -> None:
    time_ = working_time_of(place_path=ZHAXI, first=date(2026, 1, 1), last=date(2026, 1, 2))
    assert time_.known_until == date(2026, 12, 31)


def test_a_half_day_of_a_community_leaves_the_citys_losar_alone() -> None:
    morning = [(time(9, 30), time(13))]
    places.enter_days(actor=SYSTEM, place=unit(), first=date(2026, 3, 4), last=date(2026, 3, 4), kind="hours", hours=morning, reason="停电")  # fmt: skip
    assert spans(date(2026, 3, 4)) == ((time(9, 30), time(13)),)
    assert spans(date(2026, 3, 5)) == FULL
    assert spans(date(2026, 2, 20)) == ()
    assert spans(date(2026, 3, 4), "5401.540102.540102005.") == FULL


def test_the_nearest_word_counts_and_can_be_taken_back() -> None:
    on = date(2026, 2, 20)
    places.enter_days(actor=SYSTEM, place=unit(), first=on, last=on, kind="work", reason="值守")
    assert spans(on) == FULL
    entry = next(e for e in days_along(ZHAXI, first=date(2026, 2, 1), last=date(2026, 2, 28)) if e.on == on)
    assert (entry.kind, entry.reason, entry.place) == ("work", "值守", unit())
    assert places.remove_days(actor=SYSTEM, place=unit(), first=on, last=on) == 1
    assert spans(on) == ()


def test_entering_a_day_again_replaces_it() -> None:
    on = date(2026, 3, 4)
    for reason in ("停电", "停水"):
        places.enter_days(actor=SYSTEM, place=unit(), first=on, last=on, kind="off", reason=reason)
    assert [e.reason for e in days_along(ZHAXI, first=on, last=on)] == ["停水"]


def test_office_hours_of_ones_own_and_back() -> None:
    hours = {1: [(time(10), time(16))], 6: [(time(10), time(12))]}
    places.set_office_hours(actor=SYSTEM, place=unit(), hours=hours)
    assert spans(date(2026, 3, 2)) == ((time(10), time(16)),)
    assert spans(date(2026, 3, 3)) == ()
    assert spans(date(2026, 3, 7)) == ((time(10), time(12)),)
    assert spans(date(2026, 2, 20)) == ()
    places.inherit_office_hours(actor=SYSTEM, place=unit())
    assert spans(date(2026, 3, 2)) == FULL


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"kind": "party"}, "unknown_choice", "kind"),
        ({"reason": " "}, "missing", "reason"),
        ({"last": date(2026, 2, 28)}, "not_later", "last"),
        ({"last": date(2026, 6, 1)}, "too_many", "last"),
        ({"kind": "hours"}, "no_hours", "hours"),
        ({"kind": "hours", "hours": [(time(12), time(9))]}, "bad_span", "hours"),
        ({"kind": "hours", "hours": [(time(9), time(12)), (time(11), time(13))]}, "overlap", "hours"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], code: str, field: str) -> None:
    facts: dict[str, Any] = {
        "first": date(2026, 3, 4),
        "last": date(2026, 3, 4),
        "kind": "off",
        "reason": "停电",
        **changed,
    }
    with pytest.raises(Problem) as caught:
        places.enter_days(actor=SYSTEM, place=unit(), **facts)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_nobody_may_be_left_without_any_hours() -> None:
    with pytest.raises(Problem) as caught:
        places.set_office_hours(actor=SYSTEM, place=unit(), hours={})
    assert caught.value.code == "no_hours"
    with pytest.raises(Problem) as caught:
        places.inherit_office_hours(actor=SYSTEM, place=unit("5401"))
    assert caught.value.code == "top_level"


def test_one_question_of_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        spans(date(2026, 3, 4))
