"""What a person or organisation did and asked for: their claims and their wishes, for staff who keep them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wishloop.core.paging import keyset_page
from wishloop.parties.queries import party_for
from wishloop.parties.web.access import requires
from wishloop.wishes.queries import claim_counts_of, claims_by, wishes_of_person


@requires("grid_worker", "steward", "supervisor", "administrator")
@require_GET
def party_record(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Show the record of a person or organisation of one's subtree; wishes elsewhere are counted, not shown."""
    actor = request.actor  # type: ignore[attr-defined]
    party = party_for(actor=actor, party_id=party_id)
    claims = keyset_page(
        claims_by(actor, party_id=party_id),
        order=["-claimed_at", "-id"],
        cursor=request.GET.get("cursor"),
        page_size=30,
    )
    wishes = wishes_of_person(actor, party_id=party_id).order_by("-pk")[:50]
    counts = claim_counts_of(party_id=party_id)
    counts["given_up"] = counts["withdrawn"] + counts["expired"]
    return render(
        request,
        "journeys/party_record.html",
        {"party": party, "counts": counts, "page": claims, "wishes": wishes},
    )
