"""What every page's shell needs to know: how the reader wants it shown, and where they can go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from wishloop.website.navigation import entries_for

TYPE_SIZES = ("normal", "large")
THEMES = ("auto", "light", "dark")


def display(request: HttpRequest) -> dict[str, Any]:
    """Return type size, theme, navigation and marks for the shell. Reads cookies only; no query for the public."""
    size = request.COOKIES.get("type", "normal")
    theme = request.COOKIES.get("theme", "auto")
    path = request.path
    signed_in = bool(getattr(request, "user", None)) and request.user.is_authenticated
    return {
        "type_size": size if size in TYPE_SIZES else "normal",
        "theme": theme if theme in THEMES else "auto",
        "demo": settings.DEMO,
        "needs_review": get_language() == "bo",
        "public_nav": entries_for("public", path=path, actor=None),
        "staff_nav": entries_for("staff", path=path, actor=request.actor) if signed_in else [],  # type: ignore[attr-defined]
        "signed_in": signed_in,
        "languages": settings.LANGUAGES,
    }
