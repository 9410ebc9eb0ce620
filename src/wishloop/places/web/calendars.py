"""The calendar of a place: a year at a glance, days that differ, office hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.problem import Problem
from wishloop.core.problem_forms import run_form
from wishloop.core.staff_pages import open_to
from wishloop.places import operations as places
from wishloop.places.models import Place
from wishloop.places.permissions import may_edit
from wishloop.places.queries import calendars_along, days_along, names_along, place_seen_by, working_time_of
from wishloop.places.web.forms import WEEKDAYS, DaysForm, HoursForm, spans_text
from wishloop.places.web.tree import READERS, actor_of_request
from wishloop.places.web.year import runs_of, year_of


def _year(request: HttpRequest) -> int:
    """Return the year asked for, kept within what anybody plans."""
    this = now().astimezone(SHANGHAI).year
    text = request.GET.get("year", "")
    return min(max(int(text), 2004), this + 5) if text.isdecimal() and len(text) == 4 else this


def _hours_initial(place: Place, week: Any, own: Any) -> dict[str, Any]:
    found: dict[str, Any] = {f"hours_{n}": spans_text(week.get(n, ())) for n in range(1, 8)}
    found["follow_national"] = own.follow_national if own else True
    found["source"] = own.source if own else ""
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*READERS)
def calendar_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a year; let administrators enter closures, half days and office hours."""
    actor = actor_of_request(request)
    place = place_seen_by(actor, code=code)
    year = _year(request)
    first, last = date(year, 1, 1), date(year, 12, 31)
    working = working_time_of(place_path=place.path, first=first, last=last)
    along = calendars_along(place.path)
    own = next((calendar for calendar in along if calendar.place == place), None)
    speaks = next((calendar for calendar in reversed(along) if calendar.hours), None)
    part = request.POST.get("part", "")
    days_form = DaysForm(request.POST if part == "days" else None, auto_id="days_%s")
    hours_form = HoursForm(
        request.POST if part == "hours" else None,
        auto_id="hours_%s",
        initial=_hours_initial(place, working.week, own),
    )
    if request.method == "POST" and _save(request, actor, place, part, days_form, hours_form):
        return redirect(f"{request.path}?year={year}")
    entries = days_along(place.path, first=first, last=last)
    wrong = next((form for form in (days_form, hours_form) if form.errors), None)
    context = {
        "place": place, "along": names_along(place.path), "year": year, "runs": runs_of(entries),
        "months": year_of(year, working, {entry.on: entry for entry in entries}),
        "worked": sum(bool(working.spans(date.fromordinal(n))) for n in range(first.toordinal(), last.toordinal() + 1)),
        "week": [(label, spans_text(working.week.get(n, ()))) for n, label in enumerate(WEEKDAYS, start=1)],
        "weekday_names": [str(label)[-1] for label in WEEKDAYS],
        "own": own, "speaks": speaks, "days_form": days_form, "hours_form": hours_form, "form": wrong,
        "unknown": bool(working.known_until and last > working.known_until),
        "may_edit": may_edit(actor, place.path),
    }  # fmt: skip
    return render(request, "places/calendar.html", context, status=422 if wrong else 200)


def _save(
    request: HttpRequest, actor: Actor, place: Place, part: str, days_form: DaysForm, hours_form: HoursForm
) -> bool:
    """Do what one of the page's forms asks for; tells whether it was done."""
    if part == "days":
        count = run_form(days_form, lambda: _enter(actor, place, days_form))
        if count:
            text = ngettext("已录入 %(n)d 天。", "已录入 %(n)d 天。", count) % {"n": count}
            messages.success(request, text)
        return count is not None
    if part == "hours":
        done = run_form(
            hours_form,
            lambda: places.set_office_hours(
                actor=actor,
                place=place,
                hours=hours_form.hours(),
                follow_national=hours_form.cleaned_data["follow_national"],
                source=hours_form.cleaned_data["source"],
            ),
        )
        if done is not None:
            messages.success(request, _("办公时间已保存。已经作出的承诺不变。"))
        return done is not None
    if part == "inherit":
        places.inherit_office_hours(actor=actor, place=place)
        messages.success(request, _("已改用上级的办公时间。"))
        return True
    if part == "remove":
        days = [parse_date(request.POST.get(name, "")) for name in ("first", "last")]
        first, last = days[0], days[1] or days[0]
        if first is None or last is None:
            raise Problem("bad_date", _("请选择要撤销的日期。"))
        count = places.remove_days(actor=actor, place=place, first=first, last=last)
        messages.success(
            request, ngettext("已撤销 %(n)d 天的安排。", "已撤销 %(n)d 天的安排。", count) % {"n": count}
        )
        return True
    raise Problem("unknown_choice", _("页面已过期，请重新打开。"))


def _enter(actor: Actor, place: Place, form: DaysForm) -> int:
    facts = dict(form.cleaned_data)
    facts["last"] = facts["last"] or facts["first"]
    return places.enter_days(actor=actor, place=place, **facts)
