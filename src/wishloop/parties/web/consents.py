"""Pages of consent: recording it at a desk, and the sheet people sign."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wishloop.core.clock import now
from wishloop.core.problem import Absent
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
    if request.method == "POST" and _record(request, party, form) is not None:
        messages.success(request, _("同意已登记。"))
        return redirect("parties:party", party_id=party.pk)
    return render(
        request, "parties/consent_form.html", {"form": form, "party": party},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _record(request: HttpRequest, party: Party, form: ConsentForm) -> list[Consent] | None:
    return run(
        form,
        lambda: operations.record_consents_at_desk(
            actor=actor_from(request), party_id=party.pk, at=now(), **form.cleaned_data
        ),
    )


@requires(*KEEPERS)
@require_GET
def sheet(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Show the sheet to print and sign; it carries no personal data but what the person writes on it."""
    return render(
        request,
        "parties/consent_sheet.html",
        {"party": _person(request, party_id), "wording": operations.WORDING},
    )
