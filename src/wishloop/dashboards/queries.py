"""What staff look at: their day, their lists, their figures. Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import Channel, Tier
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Problem
from wishloop.places.queries import place_by_code
from wishloop.wishes.figures import SELECTIONS, population
from wishloop.wishes.queries import first_told_on, staff_wishes
from wishloop.wishes.states import TABLE

if TYPE_CHECKING:
    from wishloop.wishes.models import Wish

OPEN = TABLE.open_states
DUE_SOON = timedelta(hours=24)


def _running() -> Q:
    return Q(
        case__closed_at__isnull=True, case__resolved_at__isnull=True, case__clock_stopped_at__isnull=True
    )


def _due(at: datetime) -> Q:
    """Return the open wishes whose next deadline is at or before a moment: the first answer, then the result."""
    unanswered = Q(case__responded_at__isnull=True, case__response_due_at__lte=at)
    return _running() & (unanswered | Q(case__resolution_due_at__lte=at))


@dataclass(frozen=True, slots=True)
class View:
    """A saved list: its name and what is in it."""

    code: str
    label: str | Promise
    icon: str


VIEWS: tuple[View, ...] = (
    View("overdue", _("已超期"), "hazard"),
    View("due", _("24 小时内到期"), "clock"),
    View("new", _("新收到"), "bell"),
    View("mine", _("我负责的"), "person"),
    View("hazards", _("安全隐患"), "flag"),
    View("unclaimed", _("等待认领"), "wish"),
    View("call_back", _("等待回访"), "phone"),
    View("transferred", _("转办待接收"), "send"),
    View("review", _("挂账到期复查"), "pause"),
    View("open", _("全部在办"), "list"),
    View("all", _("全部"), "list"),
)


def in_view(rows: QuerySet[Wish], code: str, *, actor: Actor, at: datetime) -> QuerySet[Wish]:
    """Narrow wishes to one of the saved lists.

    Raises:
        Problem: ``unknown_choice`` at ``view``.
    """
    today = at.astimezone(SHANGHAI).date()
    conditions = {
        "overdue": _due(at),
        "due": _due(at + DUE_SOON) & ~_due(at),
        "new": Q(case__state__in=["received", "reopened"]),
        "mine": Q(case__responsible=actor.user_id, case__state__in=OPEN),
        "hazards": Q(case__tier=Tier.SAFETY_HAZARD, case__state__in=OPEN),
        "unclaimed": Q(case__state="published"),
        "call_back": Q(case__state="granted"),
        "transferred": Q(case__state="transferred"),
        "review": Q(case__state="suspended", case__review_on__lte=today),
        "open": Q(case__state__in=OPEN),
        "all": Q(),
    }
    if code not in conditions:
        raise Problem("unknown_choice", _("没有这个列表，请从左边选择。"), "view")
    return rows.filter(conditions[code])


def today_counts(actor: Actor, *, at: datetime) -> list[tuple[View, int]]:
    """Return how many wishes are in each saved list but the last, in one query."""
    rows = staff_wishes(actor).select_related(None)
    asked = [view for view in VIEWS if view.code != "all"]
    found = rows.aggregate(
        **{
            view.code: Count("pk", filter=Q(pk__in=in_view(rows, view.code, actor=actor, at=at).values("pk")))
            for view in asked
        }
    )
    return [(view, found[view.code]) for view in asked]


def inbox(actor: Actor, filters: Mapping[str, str], *, at: datetime) -> QuerySet[Wish]:
    """Return the wishes of the actor's subtree that fit: view, place (with everything below), category, tier, state, channel,
    ``q`` (words of the wish or a code), ``from``/``to`` with ``figure`` for the list behind a number.

    Raises:
        Problem: naming the filter that cannot be.
    """
    rows = in_view(staff_wishes(actor), filters.get("view") or "open", actor=actor, at=at)
    if filters.get("place"):
        place = place_by_code(filters["place"])
        if place is None:
            raise Problem("unknown_place", _("没有这个地区编码，请从列表中选择。"), "place")
        rows = rows.filter(case__place_path__startswith=place.path)
    for name, column, known in (
        ("tier", "case__tier", Tier.values), ("channel", "case__channel", Channel.values),
        ("state", "case__state", [s.code for s in TABLE.states]),
    ):  # fmt: skip
        value = filters.get(name)
        if value:
            if value not in known:
                raise Problem("unknown_choice", _("筛选条件不对，请从列表中选择。"), name)
            rows = rows.filter(**{column: value})
    if filters.get("category"):
        rows = rows.filter(category_id=filters["category"][:40])
    words = filters.get("q", "").strip().replace("\x00", "")[:100]
    for word in words.split():
        rows = rows.filter(Q(text__icontains=word) | Q(case__code__istartswith=word))
    if filters.get("figure"):
        rows = _behind_figure(rows, filters)
    return rows


def _behind_figure(rows: QuerySet[Wish], filters: Mapping[str, str]) -> QuerySet[Wish]:
    condition = SELECTIONS.get(filters["figure"])
    if condition is None:
        raise Problem("unknown_choice", _("没有这个数字的清单。"), "figure")
    first, last = period(filters)
    told = population(place_path="", first=first, last=last).filter(condition)
    return rows.filter(pk__in=told.values("pk"))


def period(filters: Mapping[str, str], *, today: date | None = None) -> tuple[date, date]:
    """Return the asked period, or the year up to today.

    Raises:
        Problem: ``bad_date`` at ``from`` or ``to``, ``bad_period``.
    """
    last = today or datetime.now(SHANGHAI).date()
    first = first_told_on() or last
    for name in ("from", "to"):
        if filters.get(name):
            try:
                day = date.fromisoformat(filters[name])
            except ValueError as error:
                raise Problem("bad_date", _("日期应写成 2025-09-08 这样。"), name) from error
            first, last = (day, last) if name == "from" else (first, day)
    if first > last:
        raise Problem("bad_period", _("开始日期要在结束日期之前。"), "from")
    return first, last
