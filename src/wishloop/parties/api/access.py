"""Who may call a route: a signed-in account, by session (with CSRF token) or bearer token."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from wishloop.core.actor import Actor
from wishloop.core.problem import Forbidden, Problem
from wishloop.parties.models import User
from wishloop.parties.queries import lacks_second_factor


def signed_in(*roles: str) -> Callable[[HttpRequest], Actor]:
    """Return what django-ninja asks before a route runs: any account, or one that holds one of ``roles`` somewhere.

    Raises (from the returned function):
        Problem: ``sign_in_first`` 401, ``stale_form`` 403 for a session's write without a CSRF token, ``password_owed`` or
            ``second_factor_owed`` 403. Forbidden: none of the roles.
    """

    def check(request: HttpRequest) -> Actor:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.user_id is None:
            raise Problem("sign_in_first", _("请先登录，或附上有效的令牌。"), status=401)
        if not request.headers.get("Authorization", "").lower().startswith("bearer "):
            _check_session(request, actor)
        if roles and not actor.holds(*roles):
            raise Forbidden()
        return actor

    return check


def _check_session(request: HttpRequest, actor: Actor) -> None:
    """Refuse another site's form, and accounts that must settle their sign-in first. Tokens are made after that."""
    if check_csrf(request) is not None:
        raise Problem("stale_form", _("安全校验已经失效，请刷新页面后重试。"), status=403)
    user = request.user
    if isinstance(user, User) and user.must_change_password:
        raise Problem("password_owed", _("请先在“我的账户”里换一个新密码。"), status=403)
    if isinstance(user, User) and lacks_second_factor(user=user, actor=actor):
        raise Problem("second_factor_owed", _("您的岗位要求两步验证，请先在“我的账户”里设置。"), status=403)
