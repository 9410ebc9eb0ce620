"""Problems as JSON documents (RFC 9457), the same for every route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from wishloop.core.problem import Problem

MEDIA_TYPE = "application/problem+json"


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return ``problem`` as an RFC 9457 document with ``code``, and ``errors`` naming the field if there is one."""
    body: dict[str, Any] = {
        "type": f"urn:wishloop:problem:{problem.code}",
        "title": str(problem.message),
        "status": problem.status,
        "detail": str(problem.message),
        "code": problem.code,
        "instance": request.path,
    }
    if problem.field:
        body["errors"] = [{"field": problem.field, "message": str(problem.message)}]
    if problem.data:
        body["data"] = problem.data
    return JsonResponse(body, status=problem.status, content_type=MEDIA_TYPE)


def validation_response(request: HttpRequest, errors: Sequence[Mapping[str, Any]]) -> HttpResponse:
    """Return schema errors as one problem document with a list of fields; never echoes what was sent."""
    from django.utils.translation import gettext as _

    listed = [
        {
            "field": ".".join(str(p) for p in error.get("loc", ())[1:]) or None,
            "message": str(error.get("msg", "")),
        }
        for error in errors
    ]
    body = {
        "type": "urn:wishloop:problem:invalid",
        "title": _("填写的内容有误，请按提示修改后再提交。"),
        "status": 422,
        "detail": "; ".join(f"{row['field']}: {row['message']}" for row in listed),
        "code": "invalid",
        "instance": request.path,
        "errors": listed,
    }
    return JsonResponse(body, status=422, content_type=MEDIA_TYPE)
