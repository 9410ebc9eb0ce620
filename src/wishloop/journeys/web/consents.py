"""Taking back a consent from a person's page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wishloop.core.clock import now
from wishloop.journeys.withdraw_consent import withdraw_consent
from wishloop.parties.queries import consent_for
from wishloop.parties.web.access import requires


@requires("grid_worker", "steward", "administrator")
@require_POST
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Take back one consent; says which public pages came down with it."""
    actor = request.actor  # type: ignore[attr-defined]
    consent = consent_for(actor=actor, consent_id=consent_id)
    done = withdraw_consent(
        actor=actor, party_id=consent.party_id, purpose=consent.purpose, case_id=consent.case_id,
        note=request.POST.get("note", ""), at=now(),
    )  # fmt: skip
    if done.taken_down:
        codes = "、".join(done.taken_down)
        messages.success(request, _("已撤回，这些心愿已从公开页面撤下：%(codes)s。") % {"codes": codes})
    else:
        messages.success(request, _("已撤回。"))
    return redirect("parties:party", party_id=consent.party_id)
