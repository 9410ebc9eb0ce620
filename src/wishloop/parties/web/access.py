"""Who may open a page. Every view below ``/staff/`` says so; one that says nothing stays shut (StaffGateMiddleware).

This is the door only: what may be done is decided in the operations, what may be seen in ``visible_to``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wishloop.core.actor import Actor
from wishloop.core.problem import Forbidden
from wishloop.parties.models import Role, User
from wishloop.parties.queries import lacks_second_factor
from wishloop.parties.web.kept_input import keep_input

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

ANY_ACCOUNT = "*"
# Pages an account may open while it still owes a new password or a second factor. Making tokens is not among them: a token
# would get around what is owed.
_SETTLING = ("parties:account", "parties:language", "parties:second_factor_needed")


def requires(*roles: str) -> Callable[[View[P]], View[P]]:
    """Open a view to accounts holding one of ``roles`` anywhere, ``ANY_ACCOUNT`` for every account.

    A stranger is sent to sign in and comes back to the page; what they had typed is kept (``kept_input``).
    """
    unknown = set(roles) - set(Role.values) - {ANY_ACCOUNT}
    if unknown or not roles:
        raise ValueError(f"requires() needs known roles, not {sorted(unknown) or 'none'}")

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            elsewhere = turned_away(request, *roles)
            return view(request, *args, **kwargs) if elsewhere is None else elsewhere

        guarded.required_roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def turned_away(request: HttpRequest, *roles: str) -> HttpResponse | None:
    """Return where an account must go before it may open the page (to sign in, to settle what it owes), or None.

    Raises:
        Forbidden: it holds none of the roles.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user_id is None:
        return sign_in_first(request)
    owed = _owed(request)
    if owed is None and ANY_ACCOUNT not in roles and not actor.holds(*roles):
        raise Forbidden()
    return owed


def declared_roles(view: Callable[..., Any]) -> frozenset[str] | None:
    """Return the roles a view declared by ``requires``, or None. Class-based views declare on ``dispatch``."""
    found = getattr(view, "required_roles", None)
    if found is None:
        cls = getattr(view, "view_class", None)
        found = getattr(getattr(cls, "dispatch", None), "required_roles", None)
    return found


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the sign-in page; afterwards back here, or to what they had typed when a form was on its way."""
    target = keep_input(request) if request.method == "POST" else request.get_full_path()
    if request.headers.get("HX-Request") == "true":
        address = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target})}"
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target})}")


def _owed(request: HttpRequest) -> HttpResponse | None:
    """Return where an account must go first: to a new password after a reset, to a second factor its role asks for."""
    match = request.resolver_match
    if match is not None and match.view_name in _SETTLING:
        return None
    user = request.user
    if not isinstance(user, User):
        return None
    if user.must_change_password:
        return redirect("account_change_password")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if lacks_second_factor(user=user, actor=actor):
        return redirect("parties:second_factor_needed")
    return None
