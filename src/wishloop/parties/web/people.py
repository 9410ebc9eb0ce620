"""Pages of people and organisations."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.clock import now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Absent, Problem
from wishloop.core.text import cleaned
from wishloop.parties import operations, queries
from wishloop.parties.labels import FIELD_LABELS
from wishloop.parties.models import Party, PartyKind, Role
from wishloop.parties.permissions import KEEPERS
from wishloop.parties.web.access import requires
from wishloop.parties.web.doors import actor_from, today
from wishloop.parties.web.forms import (
    EditPersonForm,
    OrganisationForm,
    PersonForm,
    RevealForm,
    run,
)

SEERS = (*KEEPERS, "supervisor")
ORGANISATION_KEEPERS = ("steward", "administrator")
SHOWN_SECONDS = 60


@requires(*SEERS)
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """List people and organisations of one's subtree, masked; found by masked name, or phone and ID number exactly."""
    return _list(request, request.GET)


@requires(*SEERS)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Search: a number is answered here, so that it stands in no address, history or access log; the rest becomes an address."""
    asked = request.POST
    if queries.is_number(cleaned(asked.get("q", ""), one_line=True)):
        response = _list(request, asked)
        response["Cache-Control"] = "no-store, private"
        return response
    kept = {name: asked[name] for name in ("q", "kind", "role", "skill") if asked.get(name)}
    return redirect(f"{reverse('parties:people')}?{urlencode(kept)}")


def _list(request: HttpRequest, asked: QueryDict) -> HttpResponse:
    actor = actor_from(request)
    rows = queries.people(
        actor=actor,
        kind=asked.get("kind", "") if asked.get("kind", "") in PartyKind.values else "",
        words=cleaned(asked.get("q", ""), one_line=True)[:60],
        skill=cleaned(asked.get("skill", ""))[:40],
        role=asked.get("role", "") if asked.get("role", "") in Role.values else "",
        on=today(),
    )
    page = keyset_page(rows, order=queries.PARTY_ORDER, cursor=asked.get("cursor"), page_size=30)
    return render(
        request,
        "parties/people.html",
        {
            "page": page,
            "asked": asked,
            "kinds": PartyKind.choices,
            "roles": Role.choices,
            "skills": queries.skills(),
            "may_add": actor.holds(*KEEPERS),
            "may_add_organisation": actor.holds(*ORGANISATION_KEEPERS),
            "filtered": any(asked.get(name) for name in ("q", "kind", "skill", "role")),
        },
    )


@requires(*SEERS)
@require_GET
def party_page(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Show one person or organisation."""
    return render(request, "parties/party.html", _party_context(request, party_id))


def _party_context(request: HttpRequest, party_id: UUID) -> dict[str, object]:
    actor = actor_from(request)
    party = queries.party_for(actor=actor, party_id=party_id)
    filled = queries.filled_fields(party_id=party_id)
    return {
        "party": party,
        "fields": [(name, label, name in filled) for name, label in FIELD_LABELS.items()],
        "consents": queries.consents_of(party_id=party_id),
        "accounts": queries.accounts_of(party_id=party_id),
        "own_looks": queries.data_views(actor=actor, party=party_id).order_by(*queries.DATA_VIEW_ORDER)[:5],
        "may_see_record": actor.may(party.place_path, *SEERS),
        "may_reveal": party.kind == PartyKind.PERSON
        and party.forgotten_at is None
        and actor.may(party.place_path, *SEERS),
        "may_edit": party.forgotten_at is None
        and actor.may(
            party.place_path, *(KEEPERS if party.kind == PartyKind.PERSON else ORGANISATION_KEEPERS)
        ),
        "may_consent": party.kind == PartyKind.PERSON and actor.may(party.place_path, *KEEPERS),
        "may_administer": actor.may(party.place_path, "administrator"),
    }


@requires(*SEERS)
@require_POST
def reveal(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Show one sealed field for a minute; the look and its reason are written down."""
    form = RevealForm(request.POST)
    shown = run(
        form,
        lambda: operations.reveal_field(
            actor=actor_from(request), party_id=party_id, field=form.cleaned_data["field"],
            reason=form.cleaned_data["reason"], at=now(),
        ),
    )  # fmt: skip
    context = _party_context(request, party_id)
    context["reveal_form"] = form
    if shown is not None:
        context |= {"shown_field": form.cleaned_data["field"], "shown": shown, "shown_seconds": SHOWN_SECONDS}
    response = render(request, "parties/party.html", context, status=200 if shown is not None else 422)
    response["Cache-Control"] = "no-store, private"
    return response


@requires(*KEEPERS)
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Register a person."""
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        added = run(form, lambda: _add(request, form))
        if added is not None:
            party, new = added
            words = _("已登记。") if new else _("这个人已经登记过，下面就是。新填的内容已补上。")
            messages.success(request, words)
            return redirect("parties:party", party_id=party.pk)
    return render(request, "parties/person_form.html", {"form": form}, status=422 if form.errors else 200)


def _add(request: HttpRequest, form: PersonForm) -> tuple[Party, bool]:
    facts = dict(form.cleaned_data)
    skills = facts.pop("skills")
    actor = actor_from(request)
    party, new = operations.add_person(actor=actor, at=now(), **facts)
    if skills and actor.may(party.place_path, *ORGANISATION_KEEPERS):
        operations.set_skills(actor=actor, party_id=party.pk, skills=skills)
    return party, new


@requires(*KEEPERS)
@require_http_methods(["GET", "POST"])
def edit_party(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Change a person or an organisation."""
    actor = actor_from(request)
    party = queries.party_for(actor=actor, party_id=party_id)
    if party.forgotten_at is not None:
        raise Absent()
    return (_edit_person if party.kind == PartyKind.PERSON else _edit_organisation)(request, party)


def _edit_person(request: HttpRequest, party: Party) -> HttpResponse:
    initial = {
        "place": party.place.name if party.place else "", "is_minor": party.is_minor, "capacity": party.capacity,
        "skills": [skill.code for skill in party.skills.all()],
    }  # fmt: skip
    form = EditPersonForm(
        request.POST or None, initial=initial, filled=queries.filled_fields(party_id=party.pk)
    )
    if request.method == "POST" and run(form, lambda: _change(request, party, form)) is not None:
        messages.success(request, _("已保存。"))
        return redirect("parties:party", party_id=party.pk)
    return render(
        request,
        "parties/person_form.html",
        {"form": form, "party": party},
        status=422 if form.errors else 200,
    )


def _change(request: HttpRequest, party: Party, form: EditPersonForm) -> Party:
    actor, told = actor_from(request), form.told()
    changed = operations.edit_person(
        actor=actor, party_id=party.pk, at=now(), name=told["name"], phone=told["phone"],
        id_number=told["id_number"], address=told["address"], health=told["health"],
        place=form.cleaned_data["place"], is_minor=form.cleaned_data["is_minor"],
        capacity=form.cleaned_data["capacity"],
    )  # fmt: skip
    if actor.may(changed.place_path, *ORGANISATION_KEEPERS):
        operations.set_skills(actor=actor, party_id=party.pk, skills=form.cleaned_data["skills"])
    return changed


@requires(*ORGANISATION_KEEPERS)
@require_http_methods(["GET", "POST"])
def add_organisation(request: HttpRequest) -> HttpResponse:
    """Register an organisation."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST":
        party = run(
            form,
            lambda: operations.register_organisation(
                actor=actor_from(request), at=now(), **form.cleaned_data
            ),
        )
        if party is not None:
            messages.success(request, _("单位已登记。"))
            return redirect("parties:party", party_id=party.pk)
    return render(
        request, "parties/organisation_form.html", {"form": form}, status=422 if form.errors else 200
    )


def _edit_organisation(request: HttpRequest, party: Party) -> HttpResponse:
    details = party.organisation
    initial = {
        "name": details.name, "kind": details.kind, "credit_code": details.credit_code, "capacity": party.capacity,
        "place": party.place.name if party.place else "",
    }  # fmt: skip
    form = OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST":
        changed = run(
            form,
            lambda: operations.edit_organisation(
                actor=actor_from(request), party_id=party.pk, at=now(), **form.cleaned_data
            ),
        )
        if changed is not None:
            messages.success(request, _("已保存。"))
            return redirect("parties:party", party_id=party.pk)
    return render(
        request, "parties/organisation_form.html", {"form": form, "party": party},
        status=422 if form.errors else 200,
    )  # fmt: skip


@requires("administrator")
@require_http_methods(["GET", "POST"])
def forget(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Ask once more, then forget a person."""
    party = queries.party_for(actor=actor_from(request), party_id=party_id)
    if party.kind != PartyKind.PERSON:
        raise Absent()
    error = ""
    if request.method == "POST":
        if request.POST.get("sure") == "yes":
            try:
                operations.forget_person(actor=actor_from(request), party_id=party_id, at=now())
            except Problem as problem:
                error = str(problem.message)
            else:
                messages.success(request, _("个人信息已经删除，无法恢复。"))
                return redirect("parties:people")
        else:
            error = _("请先勾选“我确认”。")
    return render(
        request, "parties/forget.html", {"party": party, "error": error}, status=422 if error else 200
    )
