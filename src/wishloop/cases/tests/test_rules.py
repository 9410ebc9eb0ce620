"""Deadline rules: written as dated versions, previewed, taken back; promises stay what they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from wishloop.cases.models import Case, DeadlineRule
from wishloop.cases.operations.deadline_rules import (
    RuleTerms,
    draft_rule,
    end_rule,
    withdraw_rule,
    write_rule,
)
from wishloop.cases.promises import promise
from wishloop.cases.rules import histories, preview_rule
from wishloop.core.actor import PUBLIC, SYSTEM, Actor
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.parties.models import Role
from wishloop.places.models import Place

pytestmark = pytest.mark.django_db
AT = datetime(2025, 9, 8, 2, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2025, 9, 8), date(2025, 9, 9)
ZHAXI = "5401.540102.540102005.540102005002."


def terms(**changed: Any) -> RuleTerms:
    return replace(
        RuleTerms(
            kind="wish", measure="resolution", amount=36, unit="hours", valid_from=TOMORROW, source="城关区试行办法",
            source_mark="read", tier="living_service",
        ),
        **changed,
    )  # fmt: skip


def promised_on(day: int) -> datetime | None:
    start = AT + timedelta(days=day)
    return promise(
        kind="wish", tier="living_service", category_code="", place_path=ZHAXI, start=start
    ).resolution_due_at


def test_a_new_version_begins_on_its_day_and_ends_the_one_before() -> None:
    rule = write_rule(actor=SYSTEM, terms=terms(), at=AT)
    former = DeadlineRule.objects.get(
        kind="wish", tier="living_service", measure="resolution", valid_to=TOMORROW
    )
    assert former.amount == 48
    assert promised_on(0) == AT + timedelta(hours=48)
    assert promised_on(1) == AT + timedelta(days=1, hours=36)
    history = next(
        h for h in histories(on=TODAY) if h.scope.tier == "living_service" and h.scope.measure == "resolution"
    )
    assert (history.current, history.coming, history.past) == (former, (rule,), ())
    later = next(h for h in histories(on=TOMORROW) if rule == h.current)
    assert later.past == (former,)


def test_a_version_that_has_not_begun_can_be_replaced_and_taken_back() -> None:
    write_rule(actor=SYSTEM, terms=terms(), at=AT)
    second = write_rule(actor=SYSTEM, terms=terms(amount=30), at=AT)
    assert promised_on(1) == AT + timedelta(days=1, hours=30)
    between = write_rule(actor=SYSTEM, terms=terms(amount=12, valid_from=TODAY + timedelta(days=5)), at=AT)
    assert promised_on(4) == AT + timedelta(days=4, hours=30)
    assert promised_on(5) == AT + timedelta(days=5, hours=12)
    withdraw_rule(actor=SYSTEM, rule_id=between.pk, at=AT)
    assert promised_on(5) == AT + timedelta(days=5, hours=30)
    withdraw_rule(actor=SYSTEM, rule_id=second.pk, at=AT)
    assert promised_on(5) == AT + timedelta(days=5, hours=48)


def test_what_is_in_force_is_ended_not_taken_back() -> None:
    rule = DeadlineRule.objects.get(kind="wish", tier="living_service", measure="resolution")
    with pytest.raises(Conflict) as caught:
        withdraw_rule(actor=SYSTEM, rule_id=rule.pk, at=AT)
    assert caught.value.code == "begun"
    street = write_rule(
        actor=SYSTEM, terms=terms(place=Place.objects.get(code="540102005"), valid_from=TODAY), at=AT
    )
    assert promised_on(3) == AT + timedelta(days=3, hours=36)
    with pytest.raises(Conflict) as caught:
        write_rule(actor=SYSTEM, terms=terms(place=street.place, valid_from=TODAY, amount=1), at=AT)
    assert caught.value.code == "version_exists"
    with pytest.raises(Problem) as problem:
        end_rule(actor=SYSTEM, rule_id=street.pk, on=TODAY, at=AT)
    assert (problem.value.code, problem.value.field) == ("in_the_past", "on")
    end_rule(actor=SYSTEM, rule_id=street.pk, on=TOMORROW, at=AT)
    assert promised_on(0) == AT + timedelta(hours=36)
    assert promised_on(3) == AT + timedelta(days=3, hours=48)
    with pytest.raises(Conflict):
        end_rule(actor=SYSTEM, rule_id=street.pk, on=date(2026, 1, 1), at=AT + timedelta(days=2))


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"kind": "parcel"}, "unknown_choice", "kind"),
        ({"tier": "vip"}, "unknown_choice", "tier"),
        ({"measure": "joy"}, "unknown_choice", "measure"),
        ({"unit": "weeks"}, "unknown_choice", "unit"),
        ({"source_mark": "sure"}, "unknown_choice", "source_mark"),
        ({"amount": 0}, "out_of_range", "amount"),
        ({"amount": 501, "unit": "working_days"}, "out_of_range", "amount"),
        ({"category_code": "修 理"}, "bad_code", "category_code"),
        ({"source": "  "}, "missing", "source"),
        ({"valid_from": date(2025, 9, 7)}, "in_the_past", "valid_from"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], code: str, field: str) -> None:
    count = DeadlineRule.objects.count()
    with pytest.raises(Problem) as caught:
        write_rule(actor=SYSTEM, terms=terms(**changed), at=AT)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert DeadlineRule.objects.count() == count


def may(actor: Actor, place: str | None) -> bool:
    where = Place.objects.get(code=place) if place else None
    try:
        rule = write_rule(actor=actor, terms=terms(place=where, tier="urgent"), at=AT)
        end_rule(actor=actor, rule_id=rule.pk, on=date(2026, 1, 1), at=AT)
        withdraw_rule(actor=actor, rule_id=rule.pk, at=AT)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("role", [*Role.values, None])
def test_role_grid(role: str | None) -> None:
    """Role by scope: only administrators, only for their ground; rules of everywhere only from the top of the tree."""

    def actor(scope: str) -> Actor:
        return Actor(kind="staff", roles=((role, scope),)) if role else PUBLIC

    is_admin = role == "administrator"
    assert may(actor("5401.540102."), "540102005") is is_admin
    assert may(actor("5401.540102."), "540102") is is_admin
    assert may(actor("5401.540102."), "540121") is False
    assert may(actor("5401.540102."), "5401") is False
    assert may(actor("5401.540102."), None) is False
    assert may(actor("5401."), None) is is_admin


def test_preview_names_the_open_cases_and_promises_stay(world: Any) -> None:
    open_case = world.triaged(tier="living_service").case
    other_tier = world.triaged(tier="ordinary").case
    elsewhere = world.triaged(tier="living_service", place=world.place("雪社区")).case
    granted, _helper = world.granted(tier="living_service")
    before = Case.objects.get(pk=open_case.pk).resolution_due_at
    rule = draft_rule(actor=SYSTEM, terms=terms(place=world.place("扎细街道")), at=AT)
    preview = preview_rule(actor=SYSTEM, rule=rule, on=TODAY)
    assert [row.case.pk for row in preview.rows] == [open_case.pk]
    assert (preview.total, preview.sooner, preview.later, preview.same) == (1, 1, 0, 0)
    assert preview.rows[0].would_be_at == AT + timedelta(hours=36)
    everywhere = preview_rule(actor=SYSTEM, rule=draft_rule(actor=SYSTEM, terms=terms(), at=AT), on=TODAY)
    assert {row.case.pk for row in everywhere.rows} == {open_case.pk, elsewhere.pk}
    write_rule(actor=SYSTEM, terms=terms(place=world.place("扎细街道")), at=AT)
    assert Case.objects.get(pk=open_case.pk).resolution_due_at == before
    # a wider rule says nothing where a nearer one speaks
    narrowed = preview_rule(
        actor=SYSTEM, rule=draft_rule(actor=SYSTEM, terms=terms(amount=1), at=AT), on=TOMORROW
    )
    assert {row.case.pk for row in narrowed.rows} == {elsewhere.pk}
    blind = Actor(kind="staff", roles=(("administrator", "5401.540102.540102006."),))
    assert {row.case.pk for row in preview_rule(actor=blind, rule=rule, on=TODAY).rows} == set()
    assert other_tier.pk
    assert granted.pk


def test_preview_costs_the_same_for_one_case_and_three(
    world: Any, django_assert_max_num_queries: Any
) -> None:
    rule = draft_rule(actor=SYSTEM, terms=terms(unit="working_days", amount=3), at=AT)
    for _ in range(3):
        world.triaged(tier="living_service")
        with django_assert_max_num_queries(5):
            preview_rule(actor=SYSTEM, rule=rule, on=TODAY)
