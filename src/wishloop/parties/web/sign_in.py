"""How people sign in: django-allauth with our rules. Sign-up is closed; secrets of factors are sealed; guessing is counted."""

from __future__ import annotations

import io
import math
import time
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wishloop.core.clock import now
from wishloop.core.encryption import seal_aside, unseal_aside
from wishloop.parties.models import User
from wishloop.parties.operations import settle_password
from wishloop.parties.operations.rotation import FACTOR

FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account rules, with ours."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy(
            "用户名或密码不对。请核对后重试；忘记密码请找本单位管理员重置。"
        ),
        "incorrect_password": gettext_lazy("密码不对，请重新输入。"),
        "enter_current_password": gettext_lazy("请输入现在的密码。"),
        "incorrect_code": gettext_lazy("验证码不对。请看手机上的新验证码，并检查手机时间是否准确。"),
        "rate_limited": gettext_lazy("操作太频繁，请稍等一会儿再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by an administrator, never by oneself."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many wrong passwords, for this name or from this address, and say for how long."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            minutes = math.ceil(self._wait_seconds(request, **credentials) / 60)
            raise ValidationError(
                _(
                    "密码输错太多次，为了安全暂时锁住。请在 %(minutes)d 分钟后再试；忘记密码请找本单位管理员重置。"
                )
                % {"minutes": minutes},
                code="too_many_login_attempts",
            ) from error

    def _wait_seconds(self, request: HttpRequest, **credentials: Any) -> float:
        """Return the seconds until the limit that refused lets one more try through."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        wait = 1.0
        for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
            name = ratelimit.get_cache_key(
                request, app="allauth.account", action="login_failed", rate=rate, key=key
            )
            history = [at for at in cache.get(name, []) if at > time.time() - rate.duration]
            if len(history) >= rate.amount:
                wait = max(wait, history[rate.amount - 1] + rate.duration - time.time())
        return wait

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Go on in the language of the account, unless this device has chosen one."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if isinstance(user, User) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax"
            )
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before factors change, but not of somebody who signed in a moment ago: a first factor follows a sign-in."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(context.request, context.request.user)
        return not records or time.time() - records[-1]["at"] > FRESH_SECONDS

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change one's own password: the account no longer owes a new one."""
        settle_password(user_id=user.pk, password=password, at=now())
        user.refresh_from_db()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send none: accounts need no mail address, and every change is on the account page."""


class FactorAdapter(DefaultMFAAdapter):
    """allauth's second-factor rules, with secrets sealed by the installation's key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("验证码不对。请看手机上的新验证码，并检查手机时间是否准确。"),
    }

    def build_totp_svg(self, url: str) -> str:
        """Draw the code on white, so that it is read in dark pages too."""
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=4, light="white")
        return out.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal_aside(FACTOR, text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return unseal_aside(FACTOR, bytes.fromhex(encrypted_text))
