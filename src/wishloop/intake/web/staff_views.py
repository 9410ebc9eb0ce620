"""Staff take needs down: one by one, quickly, and a meeting's at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.identifiers import new_id, normalise_code
from wishloop.core.problem import Problem
from wishloop.core.staff_pages import open_to
from wishloop.intake.operations import PlaceSaid, tracking_secret
from wishloop.intake.operations.staff_entry import (
    WRITERS,
    MeetingRowProblem,
    enter_wish,
    record_meeting,
)
from wishloop.intake.operations.submitting import home_place
from wishloop.intake.qr import data_uri
from wishloop.intake.queries import recent_meetings
from wishloop.intake.web.photos import stored
from wishloop.intake.web.staff_forms import EntryForm, MeetingForm, MeetingRow
from wishloop.parties.queries import find_by_phone
from wishloop.places.queries import choices_below
from wishloop.wishes.queries import categories, open_wishes_of, wish_seen_by, wishes_entered_by

_LAST = "intake_last"
_KEPT = ("channel", "place", "happened_at", "how")
ROWS, MORE_ROWS, MAX_ROWS = 5, 5, 60


def place_choices(actor: Actor) -> list[tuple[str, Any]]:
    """Return the district's units as groups, those of the actor's own places first."""
    groups = choices_below(home_place().path)
    scopes = tuple(scope.rstrip(".").rpartition(".")[2] for scope in actor.scopes(*WRITERS))

    def own(group: tuple[str, list[tuple[str, str]]]) -> bool:
        return any(code.startswith(scope) for code, _name in group[1] for scope in scopes)

    return sorted(groups, key=lambda group: not own(group))


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


@open_to(*WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take one need down; channel, place and time stay for the next."""
    actor = _actor(request)
    choices = {
        "places": place_choices(actor),
        "categories": [(c.code, c.name) for c in categories() if c.is_wish],
    }
    if request.method == "GET":
        initial = {"happened_at": now(), **request.session.get(_LAST, {})}
        return _entry_page(request, EntryForm(initial=initial, **choices))
    form = EntryForm(request.POST, request.FILES, **choices)
    if request.POST.get("action") == "lookup":
        form.is_valid()
        return _looked_up(request, form)
    if not form.is_valid():
        return _entry_page(request, form, status=422)
    try:
        at = now()
        told = form.told(stored(form.cleaned_data["photos"], (), actor=actor, at=at))
        taken = enter_wish(
            actor=actor,
            told=told,
            place=form.where(),
            channel=form.cleaned_data["channel"],
            happened_at=form.cleaned_data["happened_at"] or at,
            at=at,
        )
    except Problem as problem:
        form.show(problem)
        return _entry_page(request, form, status=problem.status)
    request.session[_LAST] = {name: request.POST.get(name, "") for name in _KEPT}
    words = (
        _("已登记 %(code)s，查询码 %(secret)s。")
        if taken.created
        else _("这条刚才已经登记过：%(code)s，查询码 %(secret)s。")
    )
    messages.success(request, words % {"code": taken.case.code, "secret": taken.secret})
    return redirect("intake:new")


def _entry_page(request: HttpRequest, form: EntryForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = _actor(request)
    today = now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = wishes_entered_by(user_id=actor.account(), since=today)[:20]
    return render(request, "intake/new.html", {"form": form, "mine": mine, **extra}, status=status)


def _looked_up(request: HttpRequest, form: EntryForm) -> HttpResponse:
    """Show who is known by this phone (masked) and what of theirs is open, so that nothing is entered twice."""
    form.errors.clear()
    try:
        known = find_by_phone(form.data.get("phone", ""))
    except Problem as problem:
        form.show(problem)
        return _entry_page(request, form, status=problem.status)
    theirs = open_wishes_of(party_ids=[party.pk for party in known])[:10]
    return _entry_page(request, form, known=known, theirs=theirs, looked_up=True)


@open_to(*WRITERS)
@require_GET
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """A slip for the resident to keep: code, secret, QR code; printed after an entry."""
    seen = wish_seen_by(_actor(request), code=normalise_code(code))
    address = f"{settings.PUBLIC_URL}{reverse('intake:track_case', args=[seen.case.code])}"
    context = {
        "case": seen.case,
        "wish": seen.wish,
        "secret": tracking_secret(seen.case.pk),
        "qr": data_uri(address),
        "address": address,
        "due_at": seen.case.response_due_at or seen.case.resolution_due_at,
    }
    return render(request, "intake/slip.html", context)


@open_to(*WRITERS)
@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest) -> HttpResponse:
    """Record a meeting with its wishes; "more rows" gives further rows and keeps what is written."""
    actor = _actor(request)
    places = place_choices(actor)
    if request.method == "GET":
        last = request.session.get(_LAST, {})
        form = MeetingForm(initial={"held_at": now(), "place": last.get("place", "")}, places=places)
        return _meeting_page(
            request, form, [MeetingRow(prefix=f"r{n}", initial={"id": new_id()}) for n in range(ROWS)]
        )
    form = MeetingForm(request.POST, places=places)
    rows = [MeetingRow(request.POST, prefix=f"r{n}") for n in range(_row_count(request))]
    fine = all([form.is_valid(), *[row.is_valid() for row in rows]])
    if request.POST.get("action") == "more":
        form.errors.clear()
        extra = [MeetingRow(prefix=f"r{len(rows) + n}", initial={"id": new_id()}) for n in range(MORE_ROWS)]
        return _meeting_page(request, form, [*rows, *extra][:MAX_ROWS])
    if not fine:
        return _meeting_page(request, form, rows, status=422)
    return _record(request, actor, form, rows, now())


def _row_count(request: HttpRequest) -> int:
    given = request.POST.get("rows", "")
    return min(MAX_ROWS, int(given)) if given.isdecimal() else ROWS


def _record(
    request: HttpRequest, actor: Actor, form: MeetingForm, rows: list[MeetingRow], at: datetime
) -> HttpResponse:
    filled = [row for row in rows if not row.blank]
    data = form.cleaned_data
    try:
        _meeting, taken = record_meeting(
            actor=actor,
            meeting_id=data.get("id"),
            title=data["title"],
            channel=data["channel"],
            place=PlaceSaid(code=data.get("place", "")),
            held_at=data["held_at"],
            attendees=data.get("attendees"),
            minutes=data["minutes"],
            wishes=[row.told() for row in filled],
            at=at,
        )
    except MeetingRowProblem as problem:
        filled[problem.row].show(problem)
        return _meeting_page(request, form, rows, status=problem.status)
    except Problem as problem:
        form.show(problem)
        return _meeting_page(request, form, rows, status=problem.status)
    codes = "、".join(one.case.code for one in taken)
    messages.success(
        request, _("会议已登记，%(n)d 条心愿进入分类：%(codes)s") % {"n": len(taken), "codes": codes}
    )
    return redirect("intake:meeting")


def _meeting_page(
    request: HttpRequest, form: MeetingForm, rows: list[MeetingRow], *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "meetings": recent_meetings(_actor(request), limit=8),
        "max_rows": MAX_ROWS,
    }
    return render(request, "intake/meeting.html", context, status=status)
