"""Entering office hours, closures and half days of a place. No promise already made changes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Problem
from wishloop.core.text import optional_text, required_text
from wishloop.places.models import CalendarDay, Place, WorkCalendar
from wishloop.places.operations.holding import hold_place

Span = tuple[time, time]
MAX_DAYS_AT_ONCE = 62


@transaction.atomic
def set_office_hours(
    *,
    actor: Actor,
    place: Place,
    hours: Mapping[int, Sequence[Span]],
    follow_national: bool = True,
    source: str = "",
) -> WorkCalendar:
    """Give a place office hours of its own, for itself and all below it that have none.

    Args:
        hours: ISO weekday 1..7 to spans of local time; weekdays left out are days off.
        follow_national: whether national holidays and adjusted workdays count here.

    Raises:
        Problem: ``no_hours`` (nobody would ever work, no deadline could be counted), ``bad_span``, ``overlap`` at ``hours_N``.
        Absent, Forbidden: not an administrator there.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    kept = {str(weekday): _spans(hours.get(weekday, ()), f"hours_{weekday}") for weekday in range(1, 8)}
    if not any(kept.values()):
        raise Problem("no_hours", _("至少要有一天上班，否则无法计算期限。"), "hours_1")
    calendar, _created = WorkCalendar.objects.update_or_create(
        place=held,
        defaults={
            "hours": {weekday: spans for weekday, spans in kept.items() if spans},
            "follow_national": follow_national,
            "source": optional_text(source, field="source", max_chars=200, one_line=True),
        },
    )
    return calendar


@transaction.atomic
def inherit_office_hours(*, actor: Actor, place: Place) -> None:
    """Let a place work by the hours of the one above it again; its own days stay.

    Raises:
        Problem: ``top_level`` for a place with none above it. Absent, Forbidden.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    if held.parent_id is None:
        raise Problem("top_level", _("最上级单位必须有自己的办公时间。"))
    WorkCalendar.objects.filter(place=held).update(hours={}, source="")


@transaction.atomic
def enter_days(
    *,
    actor: Actor,
    place: Place,
    first: date,
    last: date,
    kind: str,
    reason: str,
    hours: Sequence[Span] = (),
    source: str = "",
) -> int:
    """Enter days that differ here and below: off, worked though a rest day, or worked for other hours (half day).

    Days entered before for the same dates are replaced. Returns how many days were entered.

    Raises:
        Problem: ``unknown_choice`` at ``kind``; ``not_later``, ``too_many`` at ``last``; ``missing`` at ``reason``;
            ``bad_span``, ``overlap``, ``no_hours`` at ``hours``. Absent, Forbidden: not an administrator there.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    if kind not in CalendarDay.Kind.values:
        raise Problem("unknown_choice", _("请选择放假、调休上班或当日工作时段。"), "kind")
    why = required_text(
        reason, field="reason", max_chars=200, missing=_("请写明原因，如“藏历新年”。"), one_line=True
    )
    where = optional_text(source, field="source", max_chars=200, one_line=True)
    if last < first:
        raise Problem("not_later", _("结束日期不能早于开始日期。"), "last")
    count = (last - first).days + 1
    if count > MAX_DAYS_AT_ONCE:
        raise Problem("too_many", _("一次最多录入 62 天，请分几次。"), "last")
    spans = _spans(hours, "hours") if kind == CalendarDay.Kind.HOURS else []
    if kind == CalendarDay.Kind.HOURS and not spans:
        raise Problem("no_hours", _("请写明当日工作时段；全天不上班请选“放假”。"), "hours")
    calendar, _created = WorkCalendar.objects.get_or_create(place=held, defaults={"hours": {}})
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                calendar=calendar,
                on=first + timedelta(days=n),
                kind=kind,
                hours=spans or None,
                reason=why,
                source=where,
            )
            for n in range(count)
        ],
        update_conflicts=True,
        unique_fields=["calendar", "on"],
        update_fields=["kind", "hours", "reason", "source"],
    )
    return count


@transaction.atomic
def remove_days(*, actor: Actor, place: Place, first: date, last: date) -> int:
    """Take back what the place entered for these dates: the places above it and the nation decide again.

    Returns how many days were taken back. Raises Absent, Forbidden: not an administrator there.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    deleted, _rows = CalendarDay.objects.filter(calendar__place=held, on__gte=first, on__lte=last).delete()
    return deleted


def _spans(spans: Sequence[Span], field: str) -> list[list[str]]:
    """Return spans as stored: in order, each forward, none overlapping."""
    stored: list[list[str]] = []
    for opens, closes in sorted(spans):
        if closes <= opens:
            raise Problem("bad_span", _("下班时间要晚于上班时间。"), field)
        if stored and stored[-1][1] > f"{opens:%H:%M}":
            raise Problem("overlap", _("两段时间重叠，请检查。"), field)
        stored.append([f"{opens:%H:%M}", f"{closes:%H:%M}"])
    return stored
