"""Accounts and the roles they hold."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import CODE_ALPHABET
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.core.text import required_text
from wishloop.parties.hashers import HandedOutPasswordHasher
from wishloop.parties.models import ApiToken, Party, Role, RoleAssignment, User
from wishloop.parties.permissions import may_administer

if TYPE_CHECKING:
    from wishloop.places.models import Place


@transaction.atomic
def open_account(
    *,
    actor: Actor,
    username: str,
    password: str,
    party: Party,
    display_name: str,
    at: datetime,
    acts_for: Party | None = None,
    is_demo: bool = False,
    must_change_password: bool = False,
) -> User:
    """Open an account for a person. It can do nothing until a role is granted.

    ``must_change_password`` is for a password made by ``handed_out_password``.

    Raises:
        Forbidden: not an administrator where the person is.
        Problem: ``bad_username`` at ``username``; ``weak_password`` at ``password`` (demo accounts exempt).
        Conflict: ``username_taken``.
    """
    if actor.kind != "system" and not actor.may(party.place_path, "administrator"):
        raise Forbidden(_("只有本级管理员可以开通账户。"))
    name = username.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,59}", name):
        raise Problem("bad_username", _("用户名用 3 到 60 个小写字母、数字、点或横线。"), "username")
    if User.objects.filter(username=name).exists():
        raise Conflict("username_taken", _("这个用户名已经有人用了，请换一个。"))
    words = required_text(
        display_name, field="display_name", max_chars=60, missing=_("请填写称呼。"), one_line=True
    )
    user = User(
        username=name, party=party, acts_for=acts_for, display_name=words, is_demo=is_demo, opened_at=at,
        must_change_password=must_change_password and not is_demo,
    )  # fmt: skip
    if not is_demo:
        _check_password(password, user)
    if is_demo or must_change_password:
        user.password = make_password(password, hasher=HandedOutPasswordHasher.algorithm)
    else:
        user.set_password(password)
    user.save(force_insert=True)
    return user


@transaction.atomic
def open_account_with_role(
    *,
    actor: Actor,
    username: str,
    password: str,
    party: Party,
    display_name: str,
    role: str,
    place: Place,
    acts_for: Party | None,
    at: datetime,
    on: date,
) -> User:
    """Open an account with a handed-out password and its first role, or neither. Raises what the two raise;

    Problem: ``organisation_needed`` at ``organisation`` for a partner that acts for nobody.
    """
    if role == Role.PARTNER and acts_for is None:
        raise Problem("organisation_needed", _("共建单位的账户要选它代表哪个单位。"), "organisation")
    user = open_account(
        actor=actor, username=username, password=password, party=party, display_name=display_name,
        acts_for=acts_for, at=at, must_change_password=True,
    )  # fmt: skip
    grant_role(actor=actor, user=user, role=role, place=place, on=on)
    return user


def handed_out_password() -> str:
    """Return a password to hand over by word of mouth: 16 letters that cannot be misread, about 72 bits."""
    return "-".join("".join(secrets.choice(CODE_ALPHABET) for _n in range(4)) for _group in range(4))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Problem("weak_password", " ".join(error.messages), "password") from error


def _held_account(actor: Actor, user_id: UUID) -> User:
    """Lock an account the actor administers."""
    user = User.objects.select_for_update(of=("self",)).select_related("party").filter(pk=user_id).first()
    if user is None or not may_administer(actor, user):
        raise Absent()
    return user


@transaction.atomic
def close_account(*, actor: Actor, user_id: UUID, at: datetime) -> User:
    """Close an account: it cannot sign in, its tokens are worthless, its roles end today. Its history stays.

    Raises:
        Absent: none, or not one's to administer. Conflict: ``own_account``, ``already_closed``.
    """
    user = _held_account(actor, user_id)
    if user.pk == actor.user_id:
        raise Conflict("own_account", _("不能停用自己的账户，请另一位管理员来办。"))
    if not user.is_active:
        raise Conflict("already_closed", _("这个账户已经停用。"))
    user.is_active, user.closed_at = False, at
    user.save(update_fields=["is_active", "closed_at"])
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    for assignment in RoleAssignment.objects.filter(user=user, valid_to__isnull=True):
        _end(assignment, at.date())
    return user


@transaction.atomic
def reopen_account(*, actor: Actor, user_id: UUID, at: datetime) -> User:
    """Open a closed account again, without roles. Raises Absent; Conflict ``already_open`` or ``already_forgotten``."""
    user = _held_account(actor, user_id)
    if user.is_active:
        raise Conflict("already_open", _("这个账户没有停用。"))
    if user.party.forgotten_at is not None:
        raise Conflict("already_forgotten", _("这个人的信息已经删除，账户不能恢复。"))
    user.is_active, user.closed_at = True, None
    user.save(update_fields=["is_active", "closed_at"])
    return user


@transaction.atomic
def reset_password(*, actor: Actor, user_id: UUID, at: datetime) -> str:
    """Give an account a new password, to be handed over by word of mouth and changed at the next sign-in. Returns it once.

    Second factors are removed too: who lost the phone cannot sign in otherwise. Everybody signed in as them is signed out.

    Raises:
        Absent: none, or not one's to administer. Conflict: ``own_account`` (change it on the account page instead).
    """
    user = _held_account(actor, user_id)
    if user.pk == actor.user_id:
        raise Conflict("own_account", _("请在“我的账户”里修改自己的密码。"))
    password = handed_out_password()
    user.password = make_password(password, hasher=HandedOutPasswordHasher.algorithm)
    user.must_change_password = not user.is_demo
    user.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user_id=user.pk).delete()
    return password


@transaction.atomic
def settle_password(*, user_id: UUID, password: str, at: datetime) -> User:
    """Set the password of one's own account; the caller (the sign-in) has made sure who asks. Raises ``weak_password``."""
    user = User.objects.select_for_update().get(pk=user_id)
    _check_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    return user


def change_password(*, actor: Actor, current: str, password: str, at: datetime) -> User:
    """Change one's own password.

    Raises:
        Problem: ``wrong_password`` at ``current``, ``weak_password`` at ``password``. Forbidden: no account.
    """
    user = User.objects.get(pk=actor.account())
    if not user.check_password(current):
        raise Problem("wrong_password", _("现在的密码不对，请重新输入。"), "current")
    return settle_password(user_id=user.pk, password=password, at=at)


@transaction.atomic
def sign_out_everywhere(*, actor: Actor) -> User:
    """End all sessions of one's own account; the door keeps the present one alive. Tokens stay. Raises Forbidden."""
    user = User.objects.select_for_update().get(pk=actor.account())
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    return user


@transaction.atomic
def set_language(*, actor: Actor, language: str) -> User:
    """Choose the language an account's pages are in. Raises Problem ``unknown_choice`` at ``language``; Forbidden."""
    from django.conf import settings

    user = User.objects.select_for_update().get(pk=actor.account())
    if language not in dict(settings.LANGUAGES):
        raise Problem("unknown_choice", _("没有这种语言。"), "language")
    user.language = language
    user.save(update_fields=["language"])
    return user


@transaction.atomic
def grant_role(*, actor: Actor, user: User, role: str, place: Place, on: date) -> RoleAssignment:
    """Give an account a role over a place and everything below it. Giving it again returns what there is.

    Raises:
        Forbidden: not an administrator there. Problem: ``unknown_choice`` at ``role``. Conflict: ``already_closed``.
    """
    if actor.kind != "system" and not actor.may(place.path, "administrator"):
        raise Forbidden(_("只有本级管理员可以授予岗位。"))
    if role not in Role.values:
        raise Problem("unknown_choice", _("没有这个岗位。"), "role")
    if not user.is_active:
        raise Conflict("already_closed", _("这个账户已经停用。"))
    assignment, _created = RoleAssignment.objects.get_or_create(
        user=user, role=role, place_id=place.pk, valid_to=None,
        defaults={"place_path": place.path, "valid_from": on, "granted_by_id": actor.user_id},
    )  # fmt: skip
    return assignment


@transaction.atomic
def end_role(*, actor: Actor, assignment: RoleAssignment, on: date) -> RoleAssignment:
    """End a role with a day (the first it no longer holds).

    Raises:
        Forbidden: not an administrator there. Conflict: ``last_administrator`` when it is one's own administrator role.
    """
    if actor.kind != "system" and not actor.may(assignment.place_path, "administrator"):
        raise Forbidden(_("只有本级管理员可以撤销岗位。"))
    if assignment.role == Role.ADMINISTRATOR and assignment.user_id == actor.user_id:
        raise Conflict("own_account", _("不能撤销自己的管理员岗位，请另一位管理员来办。"))
    return _end(assignment, on)


def _end(assignment: RoleAssignment, on: date) -> RoleAssignment:
    assignment.valid_to = max(on, assignment.valid_from)
    assignment.save(update_fields=["valid_to"])
    return assignment
