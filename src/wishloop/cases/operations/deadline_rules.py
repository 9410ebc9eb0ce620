"""Writing deadline rules: each change is a new dated version. No promise already made is ever rewritten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.models import DeadlineRule
from wishloop.cases.permissions import may_edit_rules
from wishloop.cases.states import TIER_LABELS
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.core.text import required_text

if TYPE_CHECKING:
    from wishloop.places.models import Place

MARKS = ("official", "read", "unsure")
# Beyond these nobody can tell a promise from none; they also keep the calendar that must be read short.
MOST = {"hours": 24 * 366, "days": 3 * 366, "working_hours": 2000, "working_days": 500}
KINDS = ("wish", "claim")


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What a rule says. Empty ``tier`` or ``category_code`` and no ``place`` mean: all of them."""

    kind: str
    measure: str
    amount: int
    unit: str
    valid_from: date
    source: str
    source_mark: str = "unsure"
    tier: str = ""
    category_code: str = ""
    place: Place | None = None


def draft_rule(*, actor: Actor, terms: RuleTerms, at: datetime) -> DeadlineRule:
    """Return the rule as it would be written, checked and not saved: for a preview, and as the first half of writing it.

    Raises:
        Problem: at the field: ``unknown_choice`` (kind, tier, measure, unit, source_mark), ``out_of_range`` at ``amount``,
            ``bad_code`` at ``category_code``, ``missing`` at ``source``, ``in_the_past`` at ``valid_from``, ``ended`` at ``place``.
        Forbidden: not an administrator of the place, or of the whole city for a rule of everywhere.
    """
    if not may_edit_rules(actor, terms.place.path if terms.place else None):
        raise Forbidden(_("要由本级管理员来修改期限规则；适用于各地的规则要由市级管理员修改。"))
    _check_choices(terms)
    if not 1 <= terms.amount <= MOST[terms.unit]:
        raise Problem(
            "out_of_range", _("请填 1 到 %(most)d 之间的整数。") % {"most": MOST[terms.unit]}, "amount"
        )
    if terms.category_code and not re.fullmatch(r"[-a-zA-Z0-9_]{1,40}", terms.category_code):
        raise Problem("bad_code", _("类别代码只能用字母、数字和横线。"), "category_code")
    if terms.valid_from < at.astimezone(SHANGHAI).date():
        raise Problem("in_the_past", _("生效日期不能早于今天：过去作出的承诺不能改。"), "valid_from")
    if terms.place is not None and terms.place.valid_to is not None:
        raise Problem("ended", _("这个单位已停用，请选择在用的单位。"), "place")
    source = required_text(
        terms.source,
        field="source",
        max_chars=300,
        one_line=True,
        missing=_("请写明依据，如文件名称和文号。"),
    )
    return DeadlineRule(
        kind=terms.kind, tier=terms.tier, category_code=terms.category_code, place=terms.place, measure=terms.measure,
        amount=terms.amount, unit=terms.unit, valid_from=terms.valid_from, source=source,
        source_mark=terms.source_mark,
    )  # fmt: skip


def _check_choices(terms: RuleTerms) -> None:
    for name, said, known in (
        ("kind", terms.kind, KINDS),
        ("tier", terms.tier, ("", *TIER_LABELS)),
        ("measure", terms.measure, DeadlineRule.Measure.values),
        ("unit", terms.unit, DeadlineRule.Unit.values),
        ("source_mark", terms.source_mark, MARKS),
    ):
        if said not in known:
            raise Problem("unknown_choice", _("请从列表中选择。"), name)


@transaction.atomic
def write_rule(*, actor: Actor, terms: RuleTerms, at: datetime) -> DeadlineRule:
    """Write a rule, or the next version of one: the version before it ends on the day this one begins.

    A version of the same scope and day that has not begun is replaced: nobody was promised anything by it.

    Raises:
        Problem, Forbidden: as ``draft_rule``. Conflict: ``version_exists`` when one began on this very day.
    """
    rule = draft_rule(actor=actor, terms=terms, at=at)
    today = at.astimezone(SHANGHAI).date()
    versions = list(
        DeadlineRule.objects.select_for_update()
        .filter(
            kind=rule.kind,
            measure=rule.measure,
            tier=rule.tier,
            category_code=rule.category_code,
            place=rule.place,
        )
        .order_by("valid_from")
    )
    same_day = next((version for version in versions if version.valid_from == rule.valid_from), None)
    if same_day is not None:
        if same_day.valid_from <= today:
            raise Conflict("version_exists", _("今天已有一个版本生效。请把生效日期改为明天或以后。"))
        versions.remove(same_day)
        same_day.delete()
    before = [version for version in versions if version.valid_from < rule.valid_from]
    after = [version for version in versions if version.valid_from > rule.valid_from]
    if before and (before[-1].valid_to is None or before[-1].valid_to > rule.valid_from):
        before[-1].valid_to = rule.valid_from
        before[-1].save(update_fields=["valid_to"])
    rule.valid_to = after[0].valid_from if after else None
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as error:  # the first version of a scope, written twice at once
        raise Conflict("version_exists", _("刚刚有人写入了同一天的版本，请刷新后核对。")) from error
    return rule


@transaction.atomic
def end_rule(*, actor: Actor, rule_id: UUID, on: date, at: datetime) -> DeadlineRule:
    """Let a rule end on a day; the next wider rule speaks from then on.

    Raises:
        Problem: ``in_the_past`` at ``on``. Absent, Forbidden. Conflict: ``ended`` when it had ended.
    """
    rule = _held(actor, rule_id)
    today = at.astimezone(SHANGHAI).date()
    if rule.valid_to is not None and rule.valid_to <= today:
        raise Conflict("ended", _("这条规则已经失效。"))
    if on <= max(today, rule.valid_from):
        raise Problem("in_the_past", _("失效日期要在今天和生效日期之后。"), "on")
    rule.valid_to = on
    rule.save(update_fields=["valid_to"])
    return rule


@transaction.atomic
def withdraw_rule(*, actor: Actor, rule_id: UUID, at: datetime) -> None:
    """Take back a version that has not begun; the version before it goes on.

    Raises:
        Absent, Forbidden. Conflict: ``begun`` when it is in force or was: end it instead.
    """
    rule = _held(actor, rule_id)
    if rule.valid_from <= at.astimezone(SHANGHAI).date():
        raise Conflict("begun", _("这个版本已经生效，不能撤回；可以让它失效，或写一个新版本。"))
    DeadlineRule.objects.filter(
        kind=rule.kind, measure=rule.measure, tier=rule.tier, category_code=rule.category_code, place=rule.place,
        valid_to=rule.valid_from,
    ).update(valid_to=rule.valid_to)  # fmt: skip
    rule.delete()


def _held(actor: Actor, rule_id: UUID) -> DeadlineRule:
    rule = (
        DeadlineRule.objects.select_for_update(of=("self",))
        .select_related("place")
        .filter(pk=rule_id)
        .first()
    )
    if rule is None:
        raise Absent()
    if not may_edit_rules(actor, rule.place.path if rule.place else None):
        raise Forbidden(_("要由本级管理员来修改期限规则；适用于各地的规则要由市级管理员修改。"))
    return rule


def soonest_start(at: datetime) -> date:
    """Return the first day a new version of a rule in force may begin: tomorrow."""
    return at.astimezone(SHANGHAI).date() + timedelta(days=1)
