"""Staff overview pages."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wishloop.cases.queries import unread_notices
from wishloop.cases.states import Channel, Tier
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Problem
from wishloop.dashboards import queries
from wishloop.dashboards.register import register_workbook
from wishloop.parties.web.access import requires
from wishloop.places.queries import choices_below, place_by_code, places_at
from wishloop.wishes import operations
from wishloop.wishes.figures import report
from wishloop.wishes.queries import categories, staff_wishes
from wishloop.wishes.states import TABLE

READERS = ("grid_worker", "steward", "supervisor", "leader", "administrator")
FILTERS = ("view", "place", "category", "tier", "state", "channel", "q", "figure", "from", "to")
ORDER = ["-case__recorded_at", "-case_id"]
MAX_BULK = 200


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name].strip() for name in FILTERS if request.GET.get(name, "").strip()}


@requires("grid_worker", "steward", "supervisor", "leader", "administrator", "member", "volunteer", "partner")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page their day begins with."""
    return redirect("dashboards:today" if _actor(request).holds(*READERS) else "wishes:near")


@requires(*READERS)
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Due, overdue, new, mine: what today asks for, the most pressing first."""
    actor, at = _actor(request), now()
    rows = queries.in_view(staff_wishes(actor), "open", actor=actor, at=at)
    pressing = rows.filter(case__clock_stopped_at__isnull=True, case__resolved_at__isnull=True)
    context = {
        "counts": queries.today_counts(actor, at=at),
        "pressing": list(pressing.order_by("case__resolution_due_at", "case_id")[:10]),
        "notices": _with_labels(list(unread_notices(actor.account())[:10])),
        "today": at.astimezone(SHANGHAI).date(),
    }
    return render(request, "dashboards/today.html", context)


def _with_labels(notices: list[Any]) -> list[Any]:
    for notice in notices:
        notice.label = TABLE.move(notice.event.move).label
    return notices


def _scope_choices(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for place in places_at(actor.scopes(*READERS)):
        below = choices_below(place.path)
        groups += below or [(place.name, [(place.code, place.name)])]
    return groups


@requires(*READERS)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """All wishes of the subtree with saved filters, search, bulk actions and keyset pages."""
    actor, filters = _actor(request), _filters(request)
    problem: Problem | None = None
    try:
        rows = queries.inbox(actor, filters, at=now())
        page = keyset_page(rows, order=ORDER, cursor=request.GET.get("cursor"), page_size=30)
    except Problem as refused:
        problem, page = refused, None
    context = {
        "filters": filters, "page": page, "problem": problem, "views": queries.VIEWS, "view": filters.get("view", "open"),
        "place_groups": _scope_choices(actor), "categories": categories(), "tiers": Tier.choices, "states": TABLE.states,
        "channels": Channel.choices, "may_act": actor.holds("steward"),
    }  # fmt: skip
    return render(request, "dashboards/inbox.html", context, status=problem.status if problem else 200)


@requires("steward")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one thing to many wishes: each for itself, so that one refusal never holds up the rest."""
    actor, at = _actor(request), now()
    chosen = request.POST.getlist("wish")[:MAX_BULK]
    action = request.POST.get("action", "")
    done, refused = 0, []
    for wish_id in chosen:
        try:
            _act(actor, wish_id, action, request.POST.get("reason", ""), at)
            done += 1
        except Problem as problem:
            refused.append(str(problem.message))
    if done:
        messages.success(request, ngettext("已处理 %(n)d 条。", "已处理 %(n)d 条。", done) % {"n": done})
    for message in sorted(set(refused)):
        messages.error(
            request, _("%(n)d 条没有办成：%(why)s") % {"n": refused.count(message), "why": message}
        )
    if not chosen:
        messages.info(request, _("请先勾选要处理的心愿。"))
    query = request.POST.get("query", "")
    response = redirect("dashboards:inbox")
    response["Location"] += f"?{query}" if query else ""
    return response


def _act(actor: Actor, wish_id: str, action: str, reason: str, at: Any) -> None:
    try:
        identifier = UUID(wish_id)
    except ValueError as error:
        raise Problem("unknown_choice", _("勾选的内容不对，请刷新页面再试。"), "wish") from error
    if action == "mine":
        operations.appoint_responsible(actor=actor, wish_id=identifier, user_id=actor.account(), at=at)
    elif action == "close":
        operations.close_wish(actor=actor, wish_id=identifier, at=at)
    elif action == "decline":
        operations.decline_wish(actor=actor, wish_id=identifier, reason=reason, at=at)
    else:
        raise Problem("unknown_choice", _("请选择要做的事。"), "action")


@requires(*READERS)
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The register (台账) of the filtered list as a workbook."""
    rows = queries.inbox(_actor(request), _filters(request), at=now()).order_by(*ORDER)
    response = StreamingHttpResponse(
        register_workbook(rows.iterator(chunk_size=500)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = 'attachment; filename="register.xlsx"'
    return cast(HttpResponse, response)  # it is sent piece by piece, like one


@requires(*READERS)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure of any subtree in scope and any period; each number opens the list behind it."""
    actor, filters = _actor(request), _filters(request)
    first, last = queries.period(filters)
    scopes = actor.scopes(*READERS)
    place = place_by_code(filters["place"]) if filters.get("place") else next(iter(places_at(scopes)), None)
    if place is None or not actor.may(place.path, *READERS):
        raise Problem("unknown_place", _("没有这个地区，或不在您的范围内。"), "place", status=404)
    found = report(place_path=place.path, first=first, last=last)
    names = {c.code: c for c in categories(only_active=False)}
    context = {
        "report": found, "place": place, "first": first, "last": last, "place_groups": _scope_choices(actor),
        "by_category": [{**row, "category": names.get(row["key"])} for row in found.by_category if row["key"]],
        "by_channel": [{**row, "name": dict(Channel.choices).get(row["key"], row["key"])} for row in found.by_channel],
    }  # fmt: skip
    return render(request, "dashboards/figures.html", context)
