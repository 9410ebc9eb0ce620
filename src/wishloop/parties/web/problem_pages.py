"""Problems as pages: what happened, what to do next, with the status both doors share."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page of a problem; for a part of a page (HTMX) only its sentence."""
    partial = request.headers.get("HX-Request") == "true"
    template = "parties/problem_part.html" if partial else "parties/problem.html"
    return render(request, template, {"problem": problem}, status=problem.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page is too old (signed in anew elsewhere, cookies cleared). ``reason`` is Django's, for the log only."""
    words = _("这个页面打开太久，安全校验已经失效。请返回上一页，刷新后重新提交；已填写的内容通常还在。")
    return problem_page(request, Problem("stale_form", words, status=403))
