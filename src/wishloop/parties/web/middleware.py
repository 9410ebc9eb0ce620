"""Gives every request its actor, read once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from wishloop.core.actor import PUBLIC, Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.parties.queries import actor_of


class ActorMiddleware:
    """Sets ``request.actor``: the signed-in account with its roles of today, or the public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the actor and go on."""
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return PUBLIC
    return actor_of(user, on=now().astimezone(SHANGHAI).date())
