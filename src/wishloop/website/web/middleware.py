"""Problems nobody caught in a page become a page that says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from wishloop.core.problem import Problem


def back_address(request: HttpRequest) -> str:
    """Return the page the person came from, if it is one of ours, else the front page."""
    came_from = request.headers.get("Referer", "")
    return came_from if url_has_allowed_host_and_scheme(came_from, {request.get_host()}) else "/"


class ProblemMiddleware:
    """Renders ``Problem`` raised by a page with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; see ``process_exception``."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a problem; leave every other exception alone."""
        if not isinstance(error, Problem) or request.path.startswith("/api/"):
            return None
        if error.status == 404:
            return render(request, "404.html", status=404)
        response = render(
            request,
            "website/problem.html",
            {"problem": error, "back": back_address(request)},
            status=error.status,
        )
        after = error.data.get("retry_after_seconds")
        if after is not None:
            response["Retry-After"] = str(after)
        return response
