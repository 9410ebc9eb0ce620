"""QR codes of places: make, download, print, revoke."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Absent, Problem
from wishloop.core.staff_pages import open_to
from wishloop.intake import qr
from wishloop.intake.models import PlaceCode
from wishloop.intake.operations.place_codes import KEEPERS, make_place_code, revoke_place_code
from wishloop.intake.queries import place_code_for, place_codes
from wishloop.intake.web.import_views import own_places
from wishloop.intake.web.staff_forms import CodeForm
from wishloop.places.queries import place_by_code


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def address_of_code(code: PlaceCode) -> str:
    """Return the address a code opens."""
    return f"{settings.PUBLIC_URL}{reverse('intake:qr', args=[code.token])}"


@open_to(*KEEPERS)
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """List the codes of one's places; make one, revoke one."""
    actor = _actor(request)
    form = CodeForm(request.POST or None, places=own_places(actor, *KEEPERS))
    if request.method == "POST" and request.POST.get("action") == "revoke":
        revoke_place_code(actor=actor, token=request.POST.get("token", ""), at=now())
        messages.success(request, _("二维码已停用，请把海报取下来。"))
        return redirect("intake:codes")
    if request.method == "POST" and form.is_valid():
        place = place_by_code(form.cleaned_data["place"])
        try:
            if place is None:
                raise Absent()
            code = make_place_code(actor=actor, place_id=place.pk, note=form.cleaned_data["note"], at=now())
        except Problem as problem:
            form.show(problem)
        else:
            return redirect("intake:poster", token=code.token)
    status = 422 if form.is_bound else 200
    return render(
        request, "intake/codes.html", {"form": form, "codes": place_codes(actor)[:100]}, status=status
    )


def _code(request: HttpRequest, token: str) -> PlaceCode:
    code = place_code_for(_actor(request), token)
    if code is None:
        raise Absent()
    return code


@open_to(*KEEPERS)
@require_GET
def poster(request: HttpRequest, token: str) -> HttpResponse:
    """A poster to print: what to do in three lines, a large code, the place's name."""
    code = _code(request, token)
    address = address_of_code(code)
    return render(
        request, "intake/poster.html", {"code": code, "address": address, "qr": qr.data_uri(address)}
    )


@open_to(*KEEPERS)
@require_GET
def image(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """The bare code as SVG or PNG, for one's own poster."""
    address = address_of_code(_code(request, token))
    data, content_type = (
        (qr.svg(address), "image/svg+xml") if kind == "svg" else (qr.png(address), "image/png")
    )
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{token}.{kind}"'
    return response
