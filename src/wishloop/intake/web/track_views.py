"""The resident's page: found by code and proof, kept open in this browser, with everything a resident may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.identifiers import normalise_code
from wishloop.core.problem import Absent, Problem
from wishloop.core.rate_limits import address_of, knock
from wishloop.core.text import cleaned
from wishloop.intake.limits import UNLOCK_ADDRESS, UNLOCK_CODE
from wishloop.intake.operations.tracking import open_tracking, resident_of, withdraw_publication
from wishloop.intake.queries import due_of, next_step, steps_for_resident
from wishloop.intake.web.photos import PhotosField, stored
from wishloop.parties.queries import has_consent
from wishloop.wishes import operations as wishes
from wishloop.wishes.queries import Seen, wish_seen_by
from wishloop.wishes.states import TABLE

_OPEN = "intake_open"
MAX_OPEN = 20


class TrackForm(forms.Form):
    """Code and proof."""

    code = forms.CharField(
        label=_("心愿编号"),
        help_text=_("以 XY 开头，大小写、空格、横线都可以。"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "code"}
        ),
    )
    key = forms.CharField(
        label=_("电话后四位，或查询码"),
        help_text=_("登记时留的电话的后四位；没留电话的，填回执上的六位查询码。"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ActionForm(forms.Form):
    """Anything a resident does on their page; ``words`` and ``rating`` where the action asks for them."""

    action = forms.CharField(max_length=20)
    words = forms.CharField(max_length=8000, required=False, strip=False)
    rating = forms.IntegerField(required=False)
    solved = forms.CharField(max_length=5, required=False)
    photos = PhotosField()


@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for code and proof."""
    if request.method == "GET":
        return render(
            request, "intake/track.html", {"form": TrackForm(initial={"code": request.GET.get("code", "")})}
        )
    return _unlock(request, TrackForm(request.POST))


def _unlock(request: HttpRequest, form: TrackForm) -> HttpResponse:
    form.is_valid()
    code, key = form.data.get("code", ""), form.data.get("key", "")
    if not form.errors:
        try:
            actor = _proven(request, cleaned(code, one_line=True), cleaned(key, one_line=True))
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            response = render(request, "intake/track.html", {"form": form}, status=problem.status)
            after = problem.data.get("retry_after_seconds")
            if after is not None:
                response["Retry-After"] = str(after)
            return response
        opened = {**request.session.get(_OPEN, {}), str(actor.case_id): str(actor.party_id or "")}
        request.session[_OPEN] = dict(list(opened.items())[-MAX_OPEN:])
        return redirect("intake:track_case", code=normalise_code(code))
    return render(request, "intake/track.html", {"form": form}, status=422)


def _proven(request: HttpRequest, code: str, key: str) -> Actor:
    if not code:
        raise Problem("missing", _("请填写心愿编号。"), "code")
    if not key:
        raise Problem("missing", _("请填写电话后四位或查询码。"), "key")
    at = now()
    knock(UNLOCK_ADDRESS, address_of(request), at=at)
    knock(UNLOCK_CODE, normalise_code(code), at=at)
    return open_tracking(code=code, key=key)


def _seen(request: HttpRequest, code: str) -> tuple[Actor, Seen] | None:
    """Return the resident and their wish when this browser has opened it."""
    wanted = normalise_code(code)
    for case_id, party_id in request.session.get(_OPEN, {}).items():
        actor = resident_of(wish_id=UUID(case_id), party_id=UUID(party_id) if party_id else None)
        try:
            seen = wish_seen_by(actor, wish_id=UUID(case_id))
        except Absent:
            continue
        if seen.case.code == wanted:
            return actor, seen
    return None


@never_cache
@require_http_methods(["GET", "POST"])
def track_case(request: HttpRequest, code: str) -> HttpResponse:
    """Show one wish to its resident, or ask for the proof first; take what they do there."""
    found = _seen(request, code)
    if found is None:
        if request.method == "POST" and "key" in request.POST:
            return _unlock(request, TrackForm(request.POST))
        asked = TrackForm(initial={"code": normalise_code(code)})
        return render(request, "intake/track.html", {"form": asked})
    actor, seen = found
    if request.method == "GET":
        return _page(request, seen)
    form = ActionForm(request.POST, request.FILES)
    form.is_valid()
    try:
        if form.errors:
            raise Problem("invalid", _("填写的内容有误，请按提示修改后再提交。"))
        _do(actor, seen, form)
    except Problem as problem:
        return _page(request, wish_seen_by(actor, wish_id=seen.case.pk), problem=problem, form=form)
    return redirect("intake:track_case", code=seen.case.code)


def _do(actor: Actor, seen: Seen, form: ActionForm) -> None:
    """Carry out one action of the resident.

    Raises:
        Problem: what the operation refuses; ``unknown_choice`` for an action there is not.
    """
    at, wish_id = now(), seen.case.pk
    words = cleaned(form.cleaned_data["words"])
    data = form.cleaned_data
    actions: dict[str, Callable[[], object]] = {
        "comment": lambda: _add(actor, wish_id, words, data["photos"], at),
        "confirm": lambda: wishes.confirm_wish(
            actor=actor,
            wish_id=wish_id,
            solved=data["solved"] != "no",
            rating=data["rating"] or 0,
            words=words,
            at=at,
        ),
        "reopen": lambda: wishes.reopen_wish(actor=actor, wish_id=wish_id, reason=words, at=at),
        "appeal": lambda: wishes.appeal_decline(actor=actor, wish_id=wish_id, reason=words, at=at),
        "withdraw": lambda: wishes.withdraw_wish(actor=actor, wish_id=wish_id, reason=words, at=at),
        "unpublish": lambda: withdraw_publication(actor=actor, wish_id=wish_id, at=at),
    }
    act = actions.get(data["action"])
    if act is None:
        raise Problem("unknown_choice", _("没有这个操作，请刷新页面再试。"))
    act()


@transaction.atomic
def _add(actor: Actor, wish_id: UUID, words: str, uploads: list[Any], at: datetime) -> None:
    """Add words, photos or both."""
    for medium_id in stored(uploads, (), actor=actor, at=at):
        wishes.attach_evidence(actor=actor, wish_id=wish_id, medium_id=medium_id, purpose="need", at=at)
    if words or not uploads:
        wishes.comment_on_wish(actor=actor, wish_id=wish_id, words=words, at=at)


def _page(
    request: HttpRequest, seen: Seen, *, problem: Problem | None = None, form: ActionForm | None = None
) -> HttpResponse:
    wish = seen.wish
    person = wish.beneficiary_id or wish.reporter_id
    context = {
        "seen": seen,
        "wish": wish,
        "case": seen.case,
        "state": TABLE.state(seen.case.state),
        "steps": steps_for_resident(seen),
        "next_step": next_step(seen),
        "due_at": due_of(seen),
        "claimant": seen.claim.claimant.public_name
        if seen.claim
        else (wish.team.public_name if wish.team else ""),
        "moves": seen.moves,
        "publishing": bool(person) and has_consent(party_id=person, purpose="publish", case_id=wish.pk),  # type: ignore[arg-type]
        "problem": problem,
        "action": form.data.get("action", "") if form else "",
        "words": form.data.get("words", "") if form else "",
        "rating": form.data.get("rating", "") if form else "",
        "solved": form.data.get("solved", "") if form else "",
    }
    return render(request, "intake/track_case.html", context, status=problem.status if problem else 200)
