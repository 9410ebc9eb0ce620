"""Pages of consent: recording it at a desk, and the sheet people sign."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wishloop.core.clock import now
from wishloop.core.problem import Absent, Problem
from wishloop.parties import operations, queries
from wishloop.parties.models import Consent, Party, PartyKind
from wishloop.parties.permissions import KEEPERS
from wishloop.parties.web.access import requires
from wishloop.parties.web.doors import actor_from
from wishloop.parties.web.forms import ConsentForm, run


def _person(request: HttpRequest, party_id: UUID) -> Party:
    party = queries.party_for(actor=actor_from(request), party_id=party_id)
    if party.kind != PartyKind.PERSON or not actor_from(request).may(party.place_path, *KEEPERS):
        raise Absent()
    return party


@requires(*KEEPERS)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Record what a person consented to at a desk or a door."""
    party = _person(request, party_id)
    form = ConsentForm(request.POST or None, initial={"purposes": ["collect", "publish"]})
    if request.method == "POST" and run(form, lambda: _record(request, party, form)) is not None:
        messages.success(request, _("同意已登记。"))
        return redirect("parties:party", party_id=party.pk)
    return render(
        request, "parties/consent_form.html", {"form": form, "party": party},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _record(request: HttpRequest, party: Party, form: ConsentForm) -> list[Consent]:
    guardian_id = None
    if form.cleaned_data["guardian_phone"]:
        found = [
            row
            for row in queries.find_by_phone(form.cleaned_data["guardian_phone"])
            if row.pk != party.pk and not row.is_minor
        ]
        if not found:
            raise Problem(
                "unknown_guardian", _("没有登记过这个电话的成年人，请先登记监护人。"), "guardian_phone"
            )
        guardian_id = found[0].pk
    if party.is_minor and guardian_id is None:
        raise Problem("guardian_needed", _("未成年人要由监护人同意，请填监护人电话。"), "guardian_phone")
    return operations.record_consents(
        actor=actor_from(request), party=party, purposes=form.cleaned_data["purposes"], at=now(),
        guardian_id=guardian_id,
    )  # fmt: skip


@requires(*KEEPERS)
@require_GET
def sheet(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Show the sheet to print and sign; it carries no personal data but what the person writes on it."""
    return render(
        request,
        "parties/consent_sheet.html",
        {"party": _person(request, party_id), "wording": operations.WORDING},
    )
