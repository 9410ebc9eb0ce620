"""Who saw what, when and why: the supervisor's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wishloop.core.paging import keyset_page
from wishloop.parties import queries
from wishloop.parties.labels import FIELD_LABELS
from wishloop.parties.web.access import requires
from wishloop.parties.web.doors import actor_from
from wishloop.parties.web.forms import LogForm


@requires("supervisor", "administrator")
@require_GET
def views_log(request: HttpRequest) -> HttpResponse:
    """List looks at personal data in one's subtree, newest first."""
    form = LogForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = queries.data_views(
        actor=actor_from(request),
        field=asked.get("field") or "",
        who=asked.get("who") or "",
        first=asked.get("first"),
        last=asked.get("last"),
    )
    page = keyset_page(rows, order=queries.DATA_VIEW_ORDER, cursor=request.GET.get("cursor"), page_size=50)
    return render(
        request, "parties/views.html", {"form": form, "page": page, "labels": FIELD_LABELS, "asked": asked}
    )
