"""Figures of a subtree and period, each with numerator, denominator, what is left out and why, and its definition (F26).

One population for all: the wishes told within the period (Asia/Shanghai days) in the subtree. Computed from rows in one pass;
the public's page, the staff's page, the API and ``wishloop kpis`` call this and nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.core.clock import SHANGHAI
from wishloop.wishes.models import Wish

VERSION = "2025-1"
SATISFIED_FROM = 4
_NO_WISH = Q(case__state__in=["merged", "withdrawn", "declined"])
_SUSPENDED = Q(case__state="suspended")


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate. ``selects`` is the list filter that shows exactly the numerator's rows, ``of`` the denominator's."""

    code: str
    label: str | Promise
    definition: str | Promise
    numerator: int
    denominator: int
    excluded: tuple[tuple[str | Promise, int], ...] = ()
    version: str = VERSION
    selects: str = ""
    of: str = ""

    @property
    def value(self) -> float | None:
        """Return the rate from 0 to 1, None when there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None

    def as_json(self) -> dict[str, Any]:
        """Return the figure for programs: value, both counts, what is left out, definition and version."""
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": None if self.value is None else round(self.value, 6),
            "excluded": [{"reason": str(reason), "count": count} for reason, count in self.excluded],
            "label": str(self.label),
            "definition": str(self.definition),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """Plain counts of the population."""

    received: int = 0
    published: int = 0
    claimed: int = 0
    granted: int = 0
    confirmed: int = 0
    closed: int = 0
    open: int = 0
    suspended: int = 0
    reopened: int = 0
    hazards: int = 0
    beneficiaries: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the counts for programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one subtree and period."""

    first: date
    last: date
    counts: Counts
    figures: dict[str, Figure]
    by_category: list[dict[str, Any]] = field(default_factory=list)
    by_channel: list[dict[str, Any]] = field(default_factory=list)
    by_month: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "counts": self.counts.as_json(),
            "figures": {code: figure.as_json() for code, figure in self.figures.items()},
            "by_category": self.by_category,
            "by_channel": self.by_channel,
            "by_month": [{**row, "month": row["month"].isoformat()} for row in self.by_month],
        }


# What each list filter means; the lists behind the numbers use the very same conditions.
SELECTIONS: dict[str, Q] = {
    "valid": ~_NO_WISH,
    "published": Q(published_at__isnull=False),
    "claimed": Q(published_at__isnull=False, claimed_at__isnull=False),
    "granted": Q(granted_at__isnull=False),
    "rated": Q(rating__isnull=False),
    "satisfied": Q(rating__gte=SATISFIED_FROM),
    "dissatisfied": Q(rating__lt=SATISFIED_FROM),
    "solved": Q(rating__isnull=False, case__state__in=["confirmed", "closed"]),
    "response_due": ~_NO_WISH & Q(case__response_due_at__isnull=False),
    "responded_in_time": ~_NO_WISH & Q(case__responded_at__lte=F("case__response_due_at")),
    "resolved": ~_NO_WISH & Q(case__resolved_at__isnull=False, case__resolution_due_at__isnull=False),
    "resolved_in_time": ~_NO_WISH & Q(case__resolved_at__lte=F("case__resolution_due_at")),
    "reopened": Q(case__reopened_count__gt=0),
    "open": Q(case__closed_at__isnull=True) & ~_NO_WISH,
    "suspended": _SUSPENDED,
    "confirmed": Q(confirmed_at__isnull=False),
    "closed": Q(case__state="closed"),
    "hazards": Q(case__tier="safety_hazard"),
    "no_wish": _NO_WISH,
}


def population(*, place_path: str, first: date, last: date) -> QuerySet[Wish]:
    """Return the wishes told in a subtree from one day to another, both included (Asia/Shanghai)."""
    begin = datetime.combine(first, time.min, SHANGHAI)
    end = datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
    return Wish.objects.filter(
        case__place_path__startswith=place_path, case__happened_at__gte=begin, case__happened_at__lt=end
    )


def report(*, place_path: str, first: date, last: date, breakdowns: bool = True) -> Report:
    """Return every figure of a subtree and period. One query, and three more for the breakdowns."""
    rows = population(place_path=place_path, first=first, last=last)
    c: dict[str, int] = rows.aggregate(
        received=Count("pk"),
        beneficiaries=Sum("beneficiary_count", filter=SELECTIONS["granted"], default=0),
        **{name: Count("pk", filter=condition) for name, condition in SELECTIONS.items()},
    )
    counts = Counts(**{name: c[name] for name in Counts.__dataclass_fields__})
    return Report(
        first=first,
        last=last,
        counts=counts,
        figures={figure.code: figure for figure in _figures(c)},
        by_category=_grouped(rows, "category_id") if breakdowns else [],
        by_channel=_grouped(rows, "case__channel") if breakdowns else [],
        by_month=_by_month(rows) if breakdowns else [],
    )


def _figures(c: dict[str, int]) -> list[Figure]:
    no_wish = (_("合并、撤回或不予受理"), c["no_wish"])
    return [
        Figure(
            "claim_rate", _("认领率"), _("已公开的心愿中，已有人认领的比例。直接派办的安全隐患不公开认领，不计入。"),
            c["claimed"], c["published"], ((_("没有公开（含直接派办）"), c["received"] - c["published"]),),
            selects="claimed", of="published",
        ),
        Figure(
            "satisfaction", _("满意度"), _("居民已评分的心愿中，打 4 星或 5 星的比例。没有评分的不计入，也不推定满意。"),
            c["satisfied"], c["rated"], ((_("圆梦但未评分"), max(0, c["granted"] - c["rated"])),),
            selects="satisfied", of="rated",
        ),
        Figure(
            "response", _("按时响应率"), _("应响应的心愿中，在响应期限内有人处理的比例。挂账的仍计入分母。"),
            c["responded_in_time"], c["response_due"], (no_wish, (_("其中挂账"), c["suspended"])),
            selects="responded_in_time", of="response_due",
        ),
        Figure(
            "on_time", _("按时办结率"), _("已圆梦的心愿中，在办结期限内完成的比例。"),
            c["resolved_in_time"], c["resolved"], ((_("还在办理"), c["open"]),),
            selects="resolved_in_time", of="resolved",
        ),
        Figure(
            "resolution", _("解决率"), _("居民已答复的心愿中，确认已经解决的比例。"),
            c["solved"], c["rated"], ((_("未答复"), max(0, c["granted"] - c["rated"])),), selects="solved", of="rated",
        ),
        Figure(
            "reopened", _("重办率"), _("全部有效心愿中，重新办理过的比例。"), c["reopened"], c["valid"], (no_wish,),
            selects="reopened", of="valid",
        ),
    ]  # fmt: skip


def _grouped(rows: QuerySet[Wish], by: str) -> list[dict[str, Any]]:
    grouped = (
        rows.exclude(_NO_WISH)
        .values(key=F(by))
        .annotate(received=Count("pk"), granted=Count("pk", filter=SELECTIONS["granted"]))
        .order_by("-received", "key")
    )
    return [dict(row) for row in grouped]


def _by_month(rows: QuerySet[Wish]) -> list[dict[str, Any]]:
    grouped = (
        rows.exclude(_NO_WISH)
        .values(month=TruncMonth("case__happened_at", tzinfo=SHANGHAI))
        .annotate(received=Count("pk"), granted=Count("pk", filter=SELECTIONS["granted"]))
        .order_by("month")
    )
    return [{**row, "month": row["month"].date()} for row in grouped]
