"""Routes of deadline rules: the same operations as the pages."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from ninja.params.functions import Query

from wishloop.cases.models import DeadlineRule
from wishloop.cases.operations.deadline_rules import (
    RuleTerms,
    draft_rule,
    end_rule,
    withdraw_rule,
    write_rule,
)
from wishloop.cases.rules import all_rules, preview_rule
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.problem import Problem
from wishloop.parties.api.access import signed_in
from wishloop.places.queries import place_by_code

router = Router(tags=["deadline rules"])
READERS = ("administrator", "steward", "supervisor")


class RuleIn(Schema):
    """A rule to write. Empty ``tier`` or ``category_code`` and no ``place`` mean: all of them."""

    kind: str = "wish"
    measure: str
    amount: int
    unit: str
    valid_from: date
    source: str
    source_mark: str = "unsure"
    tier: str = ""
    category_code: str = ""
    place: str | None = None


class RuleOut(RuleIn):
    """A rule as it stands."""

    id: UUID
    valid_to: date | None

    @classmethod
    def of(cls, rule: DeadlineRule) -> RuleOut:
        """Return the shape of a rule whose place is loaded."""
        return cls(
            id=rule.pk, kind=rule.kind, measure=rule.measure, amount=rule.amount, unit=rule.unit,
            valid_from=rule.valid_from, valid_to=rule.valid_to, source=rule.source, source_mark=rule.source_mark,
            tier=rule.tier, category_code=rule.category_code, place=rule.place.code if rule.place else None,
        )  # fmt: skip


class AffectedOut(Schema):
    """An open case in the rule's scope; its promise stays."""

    code: str
    promised_at: datetime | None
    would_be_at: datetime


class PreviewOut(Schema):
    """What a rule would mean for open cases."""

    total: int
    sooner: int
    later: int
    same: int
    cases: list[AffectedOut]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _terms(body: RuleIn) -> RuleTerms:
    facts = body.dict()
    code = facts.pop("place")
    place = place_by_code(code) if code else None
    if code and place is None:
        raise Problem("unknown_place", _("找不到这个单位，请核对编码。"), "place")
    return RuleTerms(place=place, **facts)


@router.get("/deadline-rules", response=list[RuleOut], auth=signed_in(*READERS), summary="All deadline rules")
def list_rules(request: HttpRequest, kind: str = Query("", max_length=20)) -> list[RuleOut]:
    """List every version of every rule, newest first within one scope."""
    rows = all_rules().filter(kind=kind) if kind else all_rules()
    return [RuleOut.of(rule) for rule in rows]


@router.post(
    "/deadline-rules/preview", response=PreviewOut, auth=signed_in("administrator"), summary="Preview a rule"
)
def preview(request: HttpRequest, body: RuleIn) -> PreviewOut:
    """Say which open cases a rule would speak for; nothing is written."""
    rule = draft_rule(actor=_actor(request), terms=_terms(body), at=now())
    found = preview_rule(actor=_actor(request), rule=rule, on=now().astimezone(SHANGHAI).date())
    cases = [
        AffectedOut(code=row.case.code, promised_at=row.promised_at, would_be_at=row.would_be_at)
        for row in found.rows
    ]
    return PreviewOut(total=found.total, sooner=found.sooner, later=found.later, same=found.same, cases=cases)


@router.post(
    "/deadline-rules", response={201: RuleOut}, auth=signed_in("administrator"), summary="Write a rule"
)
def write(request: HttpRequest, body: RuleIn) -> Status[RuleOut]:
    """Write a rule or the next version of one."""
    return Status(201, RuleOut.of(write_rule(actor=_actor(request), terms=_terms(body), at=now())))


@router.post(
    "/deadline-rules/{rule_id}/end", response=RuleOut, auth=signed_in("administrator"), summary="End a rule"
)
def end(request: HttpRequest, rule_id: UUID, on: date) -> RuleOut:
    """Let a rule end on a day."""
    return RuleOut.of(end_rule(actor=_actor(request), rule_id=rule_id, on=on, at=now()))


@router.delete(
    "/deadline-rules/{rule_id}",
    response={204: None},
    auth=signed_in("administrator"),
    summary="Take a rule back",
)
def withdraw(request: HttpRequest, rule_id: UUID) -> Status[None]:
    """Take back a version that has not begun."""
    withdraw_rule(actor=_actor(request), rule_id=rule_id, at=now())
    return Status(204, None)
