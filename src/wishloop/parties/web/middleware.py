"""Gives every request its actor, read once and only when asked for; keeps staff pages shut unless they say for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from wishloop.core.actor import PUBLIC, Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.problem import Forbidden
from wishloop.parties.models import User
from wishloop.parties.operations.tokens import use_token
from wishloop.parties.queries import actor_of
from wishloop.parties.web.access import declared_roles, turned_away


class ActorMiddleware:
    """Sets ``request.actor``: the signed-in account with its roles of today, or the public.

    Below ``/api/`` a bearer token counts instead of the session, and ``request.bearer_user`` is its account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the actor and go on."""
        request.bearer_user = SimpleLazyObject(lambda: _bearer(request))  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def has_bearer(request: HttpRequest) -> bool:
    """Tell whether the request brings a bearer token (good or bad), which then alone decides who acts."""
    return request.path.startswith("/api/") and request.headers.get("Authorization", "").lower().startswith(
        "bearer "
    )


def _bearer(request: HttpRequest) -> User | None:
    if not has_bearer(request):
        return None
    return use_token(token=request.headers["Authorization"][7:].strip(), at=now())


def _actor(request: HttpRequest) -> Actor:
    today = now().astimezone(SHANGHAI).date()
    if has_bearer(request):
        user = _bearer(request)
        return actor_of(user, on=today) if user is not None else PUBLIC
    if not isinstance(request.user, User) or not request.user.is_authenticated:
        return PUBLIC
    return actor_of(request.user, on=today)


class StaffGateMiddleware:
    """Fails closed: a view below ``/staff/`` that declares no roles (``access.requires``) opens for nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; the work is in the hook below."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse a staff view without declared roles; check those that modules below the accounts only declare."""
        roles = declared_roles(view)
        if request.path.startswith("/staff/") and roles is None:
            return _closed(request, Forbidden())
        if roles is None or not getattr(view, "checked_by_gate", False):
            return None
        try:
            return turned_away(request, *roles)
        except Forbidden as problem:
            return _closed(request, problem)


def _closed(request: HttpRequest, problem: Forbidden) -> HttpResponse:
    return render(request, "website/problem.html", {"problem": problem, "back": "/"}, status=403)
