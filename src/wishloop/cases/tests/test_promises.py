"""Promises: which rule speaks, what it gives on the place's calendar, and how it is explained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from wishloop.cases.explanations import explain
from wishloop.cases.models import Case, DeadlineRule
from wishloop.cases.promises import promise, promise_resumed
from wishloop.core.clock import SHANGHAI
from wishloop.places.models import Place
from wishloop.wishes import operations as wishes

pytestmark = pytest.mark.django_db
ZHAXI = "5401.540102.540102005.540102005002."


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def promised(tier: str, start: str, place_path: str = ZHAXI, category: str = "") -> Any:
    return promise(kind="wish", tier=tier, category_code=category, place_path=place_path, start=at(start))


def test_a_hazard_at_2340_before_losar_has_24_hours_all_the_same() -> None:
    given = promised("safety_hazard", "2026-02-14 23:40")
    assert given.response_due_at == at("2026-02-15 01:40")
    assert given.resolution_due_at == at("2026-02-15 23:40")
    assert [step.code for step in explain(given.notes["resolution"])] == ["rule", "started", "due"]


def test_a_living_service_has_48_hours() -> None:
    assert promised("living_service", "2025-09-30 17:00").resolution_due_at == at("2025-10-02 17:00")


def test_working_days_pass_over_losar_and_say_so() -> None:
    given = promised("ordinary", "2026-02-13 10:00")
    # the 14th is worked; Losar 15 to 26; 27 and 28 are worked; then Monday 2 March
    assert given.response_due_at == at("2026-02-14 18:00")
    assert given.resolution_due_at == at("2026-03-17 18:00")
    steps = explain(given.notes["resolution"])
    losar = next(s for s in steps if s.params.get("reason") == "藏历新年放假")
    assert (losar.params["first"], losar.params["last"]) == (date(2026, 2, 15), date(2026, 2, 26))
    assert steps[0].params["amount"] == 15
    assert steps[-1].params["at"] == given.resolution_due_at


def test_beyond_the_announced_holidays_the_note_says_so() -> None:
    near = promised("ordinary", "2026-11-23 10:00").notes["resolution"]
    assert "holidays_known_until" not in near
    far = promised("ordinary", "2026-12-28 10:00").notes["resolution"]
    assert far["holidays_known_until"] == "2026-12-31"
    assert "holidays_unknown" in [step.code for step in explain(far)]


def rule(amount: int, **scope: Any) -> DeadlineRule:
    scope = {
        "kind": "wish",
        "measure": "resolution",
        "unit": "hours",
        "valid_from": date(2024, 1, 1),
        **scope,
    }
    return DeadlineRule.objects.create(amount=amount, source="测试", source_mark="read", **scope)


def test_the_most_particular_valid_rule_wins() -> None:
    """Place before category before tier; of equals the newest; neither ended nor future rules nor other places speak."""

    def hours() -> float:
        start = "2025-06-02 10:00"
        given = promised("ordinary", start, category="repair")
        return (given.resolution_due_at - at(start)) / timedelta(hours=1)

    district, street = Place.objects.get(code="540102"), Place.objects.get(code="540102005")
    rule(11, category_code="repair")
    assert hours() == 11
    rule(12, category_code="repair", tier="ordinary")
    assert hours() == 12
    rule(13, category_code="repair", tier="ordinary", valid_from=date(2025, 1, 1))
    assert hours() == 13
    rule(14, place=district)
    assert hours() == 14
    rule(15, place=street)
    assert hours() == 15
    rule(16, place=street, category_code="repair", valid_from=date(2024, 1, 1), valid_to=date(2025, 6, 2))
    rule(17, place=street, category_code="repair", valid_from=date(2025, 6, 3))
    rule(18, place=Place.objects.get(code="540102006"), category_code="repair")
    rule(19, place=street, category_code="other")
    assert hours() == 15


def test_nobody_promises_what_no_rule_says() -> None:
    DeadlineRule.objects.filter(kind="wish").delete()
    given = promised("ordinary", "2025-06-02 10:00")
    assert (given.response_due_at, given.resolution_due_at, given.notes) == (None, None, {})


def test_promise_asks_two_questions_of_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        promised("ordinary", "2025-06-02 10:00")
    with django_assert_num_queries(1):
        promised("safety_hazard", "2025-06-02 10:00")


def test_resuming_counts_the_days_that_were_left_and_explains_the_stop() -> None:
    given = promised("ordinary", "2026-03-02 10:00")
    assert given.resolution_due_at == at("2026-03-23 18:00")
    moved, note = promise_resumed(
        note=given.notes["resolution"], due_at=given.resolution_due_at, place_path=ZHAXI,
        stopped_at=at("2026-03-04 12:00"), resumed_at=at("2026-03-07 22:00"),
    )  # fmt: skip
    # Tuesday the 3rd counted, the 4th to the 6th did not (it stood at each close): 14 are left from Monday 9 March
    assert moved == at("2026-03-26 18:00")
    steps = explain(note)
    assert [s.params["begins"] for s in steps if s.code == "stopped"] == [at("2026-03-04 12:00")]
    assert steps[-1].params["at"] == moved
    passed, same = promise_resumed(
        note=note,
        due_at=moved,
        place_path=ZHAXI,
        stopped_at=at("2026-04-01 12:00"),
        resumed_at=at("2026-04-07 22:00"),
    )
    assert (passed, same) == (moved, note)


def test_a_suspended_wish_ends_at_a_close_of_office_again(world: Any) -> None:
    """The engine uses it: suspended on Monday 11:00, resumed on Saturday night."""
    wish = world.triaged()
    wishes.suspend_wish(
        actor=world.steward(), wish_id=wish.pk, reason="等材料", review_on=world.later(days=9).date(), at=world.later(hours=1),
    )  # fmt: skip
    before = Case.objects.get(pk=wish.pk)
    wishes.resume_wish(actor=world.steward(), wish_id=wish.pk, at=world.later(days=5, hours=13))
    after = Case.objects.get(pk=wish.pk)
    assert after.stopped_seconds == (4 * 24 + 24 + 12) * 3600
    # it stood at four closes, Tuesday to Friday: four working days more, over National Day
    assert before.resolution_due_at == at("2025-09-28 18:00")
    assert after.resolution_due_at == at("2025-10-10 18:00")
    assert after.deadline_notes["resolution"]["stops"] == [
        [before.clock_stopped_at.astimezone(UTC).isoformat(), world.later(days=5, hours=13).isoformat()]
    ]
