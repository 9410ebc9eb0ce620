"""Pages of the shell itself: how it is shown, how it works, what it promises."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wishloop.website.context import THEMES, TYPE_SIZES
from wishloop.website.web.middleware import back_address

YEAR_SECONDS = 365 * 24 * 3600


@require_GET
def root(request: HttpRequest) -> HttpResponse:
    """Send the brand mark to the front page, wherever it lives."""
    try:
        return redirect(reverse("disclosure:home"))
    except NoReverseMatch:
        return redirect(reverse("website:how"))


@require_POST
def set_display(request: HttpRequest) -> HttpResponse:
    """Remember type size and theme in cookies; works without JavaScript."""
    wanted = request.POST.get("next", "/")
    target = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
    response = redirect(target)
    for name, allowed in (("type", TYPE_SIZES), ("theme", THEMES)):
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                name, str(value), max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
            )
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest."""
    return JsonResponse(
        {
            "name": _("心愿闭环"), "short_name": _("心愿"), "start_url": "/", "display": "standalone",
            "background_color": "#faf7f2", "theme_color": "#86181f", "lang": "zh-Hans",
            "icons": [{"src": static("wishloop/logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """Explain the loop in plain words."""
    return render(request, "website/how.html")


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept, who sees it and how to take it back."""
    return render(request, "website/privacy.html")


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what was done and tested so that everybody can use the pages."""
    return render(request, "website/accessibility.html")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page was open too long."""
    return render(request, "website/csrf.html", {"back": back_address(request)}, status=403)
