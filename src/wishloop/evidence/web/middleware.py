"""Turns a request away that is larger than any upload may be, before its body is parsed or written anywhere."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem
from wishloop.core.problem_json import problem_response
from wishloop.evidence.limits import CHUNK_BYTES, DRAIN_MAX_BYTES, REQUEST_MAX_BYTES
from wishloop.evidence.operations.storing import too_large


class RequestSizeMiddleware:
    """Answers 413 for more than ``REQUEST_MAX_BYTES``, 411 for a body of unstated length.

    The refused body is read and thrown away, piece by piece: a browser shows the answer only when it could send everything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse, or go on. Runs before CSRF protection parses the body (that is a ``process_view`` hook)."""
        length = _stated_length(request)
        if length > REQUEST_MAX_BYTES:
            _throw_away(request, length)
            return _refused(request, too_large(REQUEST_MAX_BYTES))
        if length == 0 and request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return _refused(
                request,
                Problem(
                    "length_required", _("上传时没有说明文件大小。请换一个浏览器或程序再试。"), status=411
                ),
            )
        return self.get_response(request)


def _stated_length(request: HttpRequest) -> int:
    given = request.headers.get("Content-Length", "")
    return int(given) if given.isascii() and given.isdigit() else 0


def _throw_away(request: HttpRequest, length: int) -> None:
    if length > DRAIN_MAX_BYTES:
        return
    while request.read(CHUNK_BYTES):
        pass


def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, problem)
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
    facts = {"problem": problem, "back": came_from if ours else "/"}
    return render(request, "website/problem.html", facts, status=problem.status)
