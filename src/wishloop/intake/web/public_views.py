"""The public form: write, see how it will look in public, send, get a code. Works without JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from wishloop.core.actor import PUBLIC
from wishloop.core.clock import now
from wishloop.core.masking import mask_text
from wishloop.core.problem import Absent, Problem
from wishloop.core.proof_of_work import accept_answer, accept_solution, new_challenge, new_question
from wishloop.core.rate_limits import address_of, knock
from wishloop.intake.advice import advice_for
from wishloop.intake.limits import CHALLENGE, PREVIEW, SUBMIT, SUBMIT_WITHOUT_PROOF
from wishloop.intake.models import PlaceCode
from wishloop.intake.operations import submit_wish, tracking_secret
from wishloop.intake.operations.submitting import home_place, problems_with
from wishloop.intake.qr import data_uri
from wishloop.intake.queries import live_place_code
from wishloop.intake.web.photos import sealed, stored
from wishloop.intake.web.public_forms import WishForm
from wishloop.places.queries import choices_below
from wishloop.wishes.queries import registered_wish
from wishloop.wishes.suggestions import find_dangers

_SENT = "intake_sent"
MAX_SENT = 30


class _Check(CsrfViewMiddleware):
    """Django's own check, asked instead of obeyed: a stale page gets its form back with everything typed."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _from_our_page(request: HttpRequest) -> bool:
    check = _Check(lambda _request: HttpResponse())
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is None


@require_GET
@never_cache
def challenge(request: HttpRequest) -> JsonResponse:
    """Return a puzzle for the browser to solve (ALTCHA)."""
    at = now()
    knock(CHALLENGE, address_of(request), at=at)
    return JsonResponse(new_challenge(at=at))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, token: str = "") -> HttpResponse:
    """The form, its preview and the sending. ``token`` is a place's QR code."""
    code = live_place_code(token) if token else None
    if request.method == "GET":
        initial = {"place": code.place.code} if code else {}
        form = WishForm(places=_places(code), initial=initial)
        return _form_page(request, form, code, dead=bool(token) and code is None)
    form = WishForm(request.POST, request.FILES, places=_places(code))
    form.is_valid()
    if not _from_our_page(request):
        form.add_error(None, _("页面打开太久了，请再点一次。您填写的内容都还在。"))
    else:
        _check(form)
    if form.errors or request.POST.get("action") == "edit":
        if request.POST.get("action") == "edit":
            form.errors.clear()
        return _form_page(request, form, code, status=422 if form.errors else 200)
    if request.POST.get("action") != "send":
        return _preview_or_limit(request, form, code)
    return _send(request, form, code)


def _places(code: PlaceCode | None) -> list[tuple[str, Any]]:
    """Return the select's groups; a unit not among them (a grid, a provisional one) stands first when a poster names it."""
    groups: list[tuple[str, Any]] = list(choices_below(home_place().path))
    listed = {value for _name, options in groups for value, _label in options}
    if code is not None and code.place.code not in listed:
        groups.insert(0, (code.place.code, code.place.name))
    return groups


def _check(form: WishForm) -> None:
    for problem in problems_with(
        text=form.cleaned_data.get("text", ""),
        place=form.where(),
        reporter=form.asker(),
        beneficiary=form.helped(),
        consents=form.consents(),
        for_child=form.for_child,
    ):
        form.show(problem)


def _form_page(
    request: HttpRequest, form: WishForm, code: PlaceCode | None, *, dead: bool = False, status: int = 200
) -> HttpResponse:
    get_token(request)
    text = str(form.data.get("text", "")) if form.is_bound else ""
    context = {
        "form": form,
        "code": code,
        "dead": dead,
        "stored_photos": sealed(form.photo_ids),
        "advice": advice_for(find_dangers(text)) if text else [],
    }
    return render(request, "intake/submit.html", context, status=status)


def _preview_or_limit(request: HttpRequest, form: WishForm, code: PlaceCode | None) -> HttpResponse:
    try:
        at = now()
        knock(PREVIEW, address_of(request), at=at)
        form.photo_ids = stored(form.cleaned_data["photos"], form.photo_ids, actor=PUBLIC, at=at)
    except Problem as problem:
        return _refused(request, form, code, problem, preview=False)
    return _preview(request, form, code)


def _preview(
    request: HttpRequest, form: WishForm, code: PlaceCode | None, *, problem: Problem | None = None
) -> HttpResponse:
    """Show the wish as the public would read it, what is covered and why, before anything is sent."""
    get_token(request)
    data = form.cleaned_data
    names = [data.get("name", ""), data.get("helped_name", "")]
    masked = mask_text(data["text"], names, minor=form.for_child)
    context = {
        "form": form,
        "code": code,
        "masked": masked,
        "place": form.place_label(),
        "advice": advice_for(find_dangers(data["text"])),
        "question": new_question(at=now()),
        "problem": problem,
    }
    return render(request, "intake/preview.html", context, status=problem.status if problem else 200)


def _send(request: HttpRequest, form: WishForm, code: PlaceCode | None) -> HttpResponse:
    at = now()
    wish_id = form.wish_id
    if registered_wish(wish_id=wish_id) is not None:
        return _already(request, wish_id)
    try:
        _prove(request, form, at)
        taken = submit_wish(
            actor=PUBLIC,
            wish_id=wish_id,
            text=form.cleaned_data["text"],
            place=form.where(),
            channel="qr_code" if code else "web",
            at=at,
            reporter=form.asker(),
            beneficiary=form.helped(),
            consents=form.consents(),
            said_urgent=form.cleaned_data["urgent"],
            photos=form.photo_ids,
        )
    except Problem as problem:
        return _refused(request, form, code, problem)
    sent = [*request.session.get(_SENT, []), str(taken.case.pk)]
    request.session[_SENT] = sent[-MAX_SENT:]
    return redirect("intake:done", wish_id=taken.case.pk)


def _prove(request: HttpRequest, form: WishForm, at: datetime) -> None:
    """Let through a solved puzzle, or an answered question on a much narrower limit.

    Raises:
        Problem: ``too_many``, or what is wrong with puzzle or answer.
    """
    address = address_of(request)
    if form.cleaned_data["altcha"]:
        accept_solution(form.cleaned_data["altcha"], at=at)
        knock(SUBMIT, address, at=at)
    elif form.cleaned_data["answer"]:
        knock(SUBMIT_WITHOUT_PROOF, address, at=at)
        accept_answer(form.cleaned_data["question"], form.cleaned_data["answer"], at=at)
    else:
        accept_solution("", at=at)


def _refused(
    request: HttpRequest, form: WishForm, code: PlaceCode | None, problem: Problem, *, preview: bool = True
) -> HttpResponse:
    """Show the page again with the problem and everything typed."""
    if preview and problem.field in {None, "altcha", "answer"}:
        response = _preview(request, form, code, problem=problem)
    else:
        form.show(problem)
        response = _form_page(request, form, code, status=problem.status)
    after = problem.data.get("retry_after_seconds")
    if after is not None:
        response["Retry-After"] = str(after)
    return response


def _already(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Answer a form that was sent before: its own browser gets its result again, anybody else learns nothing."""
    if str(wish_id) in request.session.get(_SENT, []):
        return redirect("intake:done", wish_id=wish_id)
    raise Problem(
        "already_sent",
        gettext_lazy("这条心愿已经收到过了。请凭编号在“查询进度”里查看；要再提一条，请重新打开许愿页。"),
        status=409,
    )


@require_GET
@never_cache
def done(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Show the tracking code of a wish this browser has sent: big, to copy, as QR code, as a slip to print."""
    wish = registered_wish(wish_id=wish_id) if str(wish_id) in request.session.get(_SENT, []) else None
    if wish is None:
        raise Absent()
    case = wish.case
    address = f"{settings.PUBLIC_URL}{reverse('intake:track_case', args=[case.code])}"
    context = {
        "wish": wish,
        "case": case,
        "secret": tracking_secret(case.pk),
        "has_phone": wish.reporter_id is not None,
        "address": address,
        "qr": data_uri(address),
        "due_at": case.response_due_at or case.resolution_due_at,
        "advice": advice_for(find_dangers(wish.text)),
        "draft_key": f"wishloop-draft:{reverse('intake:submit')}:wish",
    }
    return render(request, "intake/done.html", context)
