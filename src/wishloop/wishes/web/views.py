"""Staff and helper pages of wishes."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.cases.explanations import explain
from wishloop.cases.queries import evidence_of
from wishloop.cases.states import Tier
from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Problem
from wishloop.evidence.operations import store_medium
from wishloop.parties import operations as parties
from wishloop.parties.queries import party_names
from wishloop.parties.web.access import requires
from wishloop.wishes import operations
from wishloop.wishes.operations.contacting import contact_for_claimant
from wishloop.wishes.queries import (
    categories,
    claims_of,
    history_of,
    possible_duplicates,
    staff_wishes,
    wish_seen_by,
    wishes_near,
)
from wishloop.wishes.states import TABLE
from wishloop.wishes.suggestions import category_words, suggest
from wishloop.wishes.web.forms import ClaimForm, MoveForm
from wishloop.wishes.web.moves import DOINGS, PRIMARY, initial_for

READERS = ("grid_worker", "steward", "supervisor", "leader", "administrator")
HELPERS = ("member", "volunteer", "partner")
TERMS = "2025-01"


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor the middleware put on the request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


@requires("steward", "grid_worker", "administrator", "supervisor")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The triage desk: what waits for a decision, the most pressing first, each with suggestions and look-alikes."""
    rows = staff_wishes(actor_of(request)).filter(case__state__in=["received", "reopened"])
    page = keyset_page(
        rows, order=["case__response_due_at", "case_id"], cursor=request.GET.get("cursor"), page_size=20
    )
    words = category_words()
    cards = [
        {"wish": wish, "guess": suggest(wish.text, words, said_urgent=wish.said_urgent)} for wish in page.rows
    ]
    return render(request, "wishes/desk.html", {"page": page, "cards": cards, "waiting": rows.count()})


def _rank(name: str, case: Any) -> int:
    """Return where a move stands among those offered: what the state waits for first, sorting again last."""
    if name == "triage" and case.state == "triaged":
        return len(PRIMARY)
    if name == "publish" and case.tier == Tier.SAFETY_HAZARD:
        return len(PRIMARY) + 1
    return PRIMARY.index(name) if name in PRIMARY else 99


def _offered(
    request: HttpRequest, seen: Any, bound: MoveForm | None, bound_name: str
) -> list[dict[str, Any]]:
    offered = []
    for name in sorted(seen.moves, key=lambda name: _rank(name, seen.case)):
        doing = DOINGS.get(name)
        if doing is None or (name == "take_down" and seen.wish.published_at is None):
            continue
        form = (
            bound
            if bound is not None and name == bound_name
            else doing.form(seen=seen, initial=initial_for(name, seen), prefix=None)
        )
        form.auto_id = f"id_{name}_%s"
        offered.append(
            {
                "name": name,
                "move": TABLE.move(name),
                "form": form,
                "primary": name in PRIMARY,
                "danger": doing.danger,
                "open": form is bound,
            }
        )
    return offered


def _case_context(
    request: HttpRequest, code: str, bound: MoveForm | None = None, bound_name: str = ""
) -> dict[str, Any]:
    actor = actor_of(request)
    seen = bound.seen if bound is not None else wish_seen_by(actor, code=code)
    events = list(history_of(seen.case))
    for event in events:
        event.label = TABLE.move(event.move).label  # type: ignore[attr-defined]
    triaging = seen.case.state in {"received", "reopened", "triaged"}
    staff = bool(seen.relations & {"steward", "grid_worker"}) or actor.may(seen.case.place_path, *READERS)
    return {
        "seen": seen, "wish": seen.wish, "case": seen.case, "events": events, "staff": staff,
        "evidence": list(evidence_of(seen.case.pk)), "deadlines": [(measure, explain(seen.case.deadline_notes.get(measure, {}))) for measure in ("response", "resolution")],
        "guess": suggest(seen.wish.text, category_words(), said_urgent=seen.wish.said_urgent) if triaging and staff else None,
        "duplicates": possible_duplicates(seen.wish) if triaging and staff else [],
        "offered": _offered(request, seen, bound, bound_name),
        "is_claimant": bool(seen.relations & {"claimant", "team"}),
    }  # fmt: skip


@requires(*READERS, *HELPERS)
@require_GET
def case_page(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one wish in one place: words, clock, people, evidence, history, next moves."""
    return render(request, "wishes/case.html", _case_context(request, code))


@requires(*READERS, *HELPERS)
@require_POST
def make_move(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Make one move; a refusal comes back on the same page with everything typed still there."""
    actor = actor_of(request)
    seen = wish_seen_by(actor, code=code)
    doing = DOINGS.get(name)
    if doing is None:
        raise Problem("unknown_move", _("没有这一步。"), status=404)
    form = doing.form(request.POST, request.FILES, seen=seen)
    if form.is_valid():
        try:
            with transaction.atomic():
                if name == "grant" and request.FILES:
                    _store_handover(request, actor, seen)
                doing.act(actor, seen, form.cleaned_data, now())
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            status = problem.status
        else:
            messages.success(request, str(doing.done))
            return redirect("wishes:case", code)
    else:
        status = 422
    return render(request, "wishes/case.html", _case_context(request, code, form, name), status=status)


def _store_handover(request: HttpRequest, actor: Actor, seen: Any) -> None:
    for upload in request.FILES.getlist("photos"):
        at = now()
        medium = store_medium(actor=actor, upload=upload, filename=upload.name or "photo", at=at)
        operations.attach_evidence(
            actor=actor, wish_id=seen.wish.pk, medium_id=medium.pk, purpose="handover", at=at
        )


@requires(*HELPERS)
@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """Published wishes a helper may claim, newest first, with search."""
    rows = wishes_near(actor_of(request))
    words = request.GET.get("q", "").strip()[:100]
    for word in words.split():
        rows = rows.filter(public_text__icontains=word)
    page = keyset_page(
        rows, order=["-published_at", "-case_id"], cursor=request.GET.get("cursor"), page_size=20
    )
    return render(request, "wishes/near.html", {"page": page, "words": words})


def _names(actor: Actor) -> list[tuple[str, str]]:
    return party_names([party for party in (actor.party_id, actor.acts_for_id) if party])


@requires(*HELPERS)
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Read the wish and the terms, then claim it."""
    actor = actor_of(request)
    seen = wish_seen_by(actor, code=code)
    form = ClaimForm(request.POST or None, names=_names(actor))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            operations.claim_wish(
                actor=actor,
                wish_id=seen.wish.pk,
                claimant_id=UUID(form.cleaned_data["claimant"]),
                terms=TERMS,
                at=now(),
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
            status = problem.status
        else:
            messages.success(request, _("已认领，谢谢您。现在可以看到联系方式了。"))
            return redirect("wishes:case", code)
    return render(
        request,
        "wishes/claim.html",
        {"seen": seen, "wish": seen.wish, "case": seen.case, "form": form},
        status=status,
    )


@requires(*HELPERS)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What I carry now."""
    rows = claims_of(actor_of(request), states=["active"])
    return render(request, "wishes/mine.html", {"claims": list(rows[:100])})


@requires(*HELPERS)
@require_GET
def record(request: HttpRequest) -> HttpResponse:
    """What I have done: granted, withdrawn, expired, with stars."""
    rows = list(claims_of(actor_of(request))[:500])
    counts = Counter(claim.state for claim in rows)
    return render(request, "wishes/record.html", {"claims": rows, "counts": counts})


@requires(*HELPERS, "steward", "grid_worker")
@require_POST
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Show name and phone to whoever carries the wish now; the look is written down."""
    found = contact_for_claimant(
        actor=actor_of(request), wish_id=wish_seen_by(actor_of(request), code=code).wish.pk, at=now()
    )
    response = render(request, "wishes/contact.html", {"found": found, "code": code})
    response["Cache-Control"] = "no-store"
    return response


@requires("steward", "grid_worker", "supervisor", "administrator")
@require_POST
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Show one sealed field of the person behind a wish to staff who say why."""
    actor = actor_of(request)
    seen = wish_seen_by(actor, code=code)
    party = seen.wish.beneficiary_id or seen.wish.reporter_id
    if party is None:
        raise Problem("no_person", _("这条心愿没有留下个人信息。"), status=404)
    shown = parties.reveal_field(
        actor=actor, party_id=party, field=request.POST.get("field", ""), reason=request.POST.get("reason", ""), at=now(),
        case_id=seen.case.pk,
    )  # fmt: skip
    response = render(request, "wishes/contact.html", {"found": {request.POST["field"]: shown}, "code": code})
    response["Cache-Control"] = "no-store"
    return response


@requires("administrator", "steward", "supervisor")
@require_GET
def category_list(request: HttpRequest) -> HttpResponse:
    """The categories with their tier, skills and keywords."""
    rows = categories(only_active=False).prefetch_related("skills")
    return render(request, "wishes/categories.html", {"rows": rows})
