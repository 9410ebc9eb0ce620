"""Tokens by which programs act as an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Problem
from wishloop.core.text import required_text
from wishloop.parties.models import ApiToken, User

PREFIX = "wl_"
MAX_DAYS = 366
MAX_TOKENS = 20


def token_digest(token: str) -> bytes:
    """Return what is kept of a token. A plain hash is enough: a token has 256 random bits, nobody guesses its like."""
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def create_token(*, actor: Actor, label: str, days: int, at: datetime) -> tuple[ApiToken, str]:
    """Make a token for one's own account, valid ``days`` days. Returns the row and the token, which is never shown again.

    Raises:
        Forbidden: no account. Problem: ``missing``/``too_long`` at ``label``, ``out_of_range`` at ``days``, ``too_many`` tokens.
    """
    user = User.objects.select_for_update().get(pk=actor.account())
    words = required_text(
        label, field="label", max_chars=60, missing=_("请写明这个令牌给哪个程序用。"), one_line=True
    )
    if not 1 <= days <= MAX_DAYS:
        raise Problem("out_of_range", _("有效期要在 1 到 366 天之间。"), "days")
    if ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=at).count() >= MAX_TOKENS:
        raise Problem("too_many", _("最多同时有 20 个令牌，请先撤销不用的。"))
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        user=user, label=words, hint=token[:8], digest=token_digest(token), created_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    row.save(force_insert=True)
    return row, token


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: UUID, at: datetime) -> ApiToken:
    """Make one of one's own tokens worthless at once. Revoking it again changes nothing. Raises Absent, Forbidden."""
    row = ApiToken.objects.select_for_update().filter(pk=token_id, user_id=actor.account()).first()
    if row is None:
        raise Absent()
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
    return row


def use_token(*, token: str, at: datetime) -> User | None:
    """Return the account a token stands for, or None when it is unknown, expired, revoked or its account closed.

    Notes when it was last used, to the minute, so that a busy program does not write on every call.
    """
    if not token.startswith(PREFIX):
        return None
    row = (
        ApiToken.objects.select_related("user")
        .filter(digest=token_digest(token), revoked_at__isnull=True, expires_at__gt=at, user__is_active=True)
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or at - row.last_used_at >= timedelta(minutes=1):
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=at)
    return row.user
