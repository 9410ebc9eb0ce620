"""Pages of deadline rules: the list with its history, a new version with a preview, ending and taking back."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.cases.models import DeadlineRule
from wishloop.cases.operations.deadline_rules import (
    draft_rule,
    end_rule,
    soonest_start,
    withdraw_rule,
    write_rule,
)
from wishloop.cases.permissions import may_edit_rules
from wishloop.cases.rules import histories, known_categories, preview_rule, rule_by_id
from wishloop.cases.web.rules_forms import KIND_LABELS, RuleForm
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.problem import Problem
from wishloop.core.problem_forms import run_form
from wishloop.parties.web.access import requires
from wishloop.places.queries import place_by_path

if TYPE_CHECKING:
    from wishloop.places.models import Place


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


@requires("administrator", "steward", "supervisor")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule with its versions, grouped by kind and place."""
    actor = _actor(request)
    found = []
    for history in histories(on=_today()):
        path = history.scope.place.path if history.scope.place else None
        found.append({"history": history, "may_edit": may_edit_rules(actor, path)})
    groups = [
        {"kind": KIND_LABELS.get(kind, kind), "place": rows[0]["history"].scope.place, "rows": rows}
        for (kind, _place), rows in (
            (key, list(rows)) for key, rows in groupby(_by_place(found), key=_group_key)
        )
    ]
    context = {"rule_groups": groups, "may_add": actor.holds("administrator"), "today": _today()}
    return render(request, "cases/rules.html", context)


def _group_key(row: dict[str, Any]) -> tuple[str, str]:
    scope: DeadlineRule = row["history"].scope
    return scope.kind, scope.place.path if scope.place else ""


def _by_place(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Wishes before claims, the rules of everywhere first, then tier by tier as on the list of tiers."""
    tiers = list(dict(RuleForm.base_fields["tier"].choices))  # type: ignore[attr-defined]
    return sorted(
        rows,
        key=lambda row: (
            row["history"].scope.kind != "wish", *_group_key(row), tiers.index(row["history"].scope.tier),
            row["history"].scope.category_code, row["history"].scope.measure != "response",
        ),
    )  # fmt: skip


def _initial(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Start from the version that is to be changed, or from an empty rule of one's own ground."""
    tomorrow = soonest_start(now())
    source_id = request.GET.get("from", "")
    if source_id:
        try:
            rule = rule_by_id(UUID(source_id))
        except ValueError as error:
            raise Problem("absent", _("找不到这条规则，请回到列表。"), status=404) from error
        names = ("kind", "measure", "tier", "category_code", "amount", "unit", "source_mark")
        place = rule.place if may_edit_rules(actor, rule.place.path if rule.place else None) else _own(actor)
        kept = {name: getattr(rule, name) for name in names}
        return {**kept, "place": place.code if place else "", "valid_from": tomorrow}
    place = None if may_edit_rules(actor, None) else _own(actor)
    return {
        "measure": "resolution",
        "unit": "working_days",
        "valid_from": tomorrow,
        "place": place.code if place else "",
    }


def _own(actor: Actor) -> Place | None:
    """Return the place an administrator writes rules for when they may not write them for everywhere."""
    return place_by_path(next(iter(actor.scopes("administrator")), ""))


@requires("administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Write a rule or a new version: first look at what it means for open cases, then write it."""
    actor = _actor(request)
    initial = _initial(request, actor)
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    context: dict[str, Any] = {"form": form, "categories": known_categories()}
    if request.method == "POST" and request.POST.get("do") == "write":
        if run_form(form, lambda: write_rule(actor=actor, terms=form.terms(), at=now())) is not None:
            messages.success(request, _("规则已写入。以前作出的承诺不变。"))
            return redirect("cases:rules")
    elif request.method == "POST":
        rule = run_form(form, lambda: draft_rule(actor=actor, terms=form.terms(), at=now()))
        if rule is not None:
            context |= {"rule": rule, "preview": preview_rule(actor=actor, rule=rule, on=_today())}
    return render(request, "cases/rule_form.html", context, status=422 if form.errors else 200)


@requires("administrator")
@require_POST
def end(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Let a rule end on a day."""
    on = parse_date(request.POST.get("on", "")) or soonest_start(now())
    end_rule(actor=_actor(request), rule_id=rule_id, on=on, at=now())
    messages.success(request, _("规则到 %(on)s 失效。") % {"on": on.isoformat()})
    return redirect("cases:rules")


@requires("administrator")
@require_POST
def withdraw(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take back a version that has not begun."""
    withdraw_rule(actor=_actor(request), rule_id=rule_id, at=now())
    messages.success(request, _("已撤回尚未生效的版本，原规则继续有效。"))
    return redirect("cases:rules")
