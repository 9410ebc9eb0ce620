"""Accounts and the roles they hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.parties.models import Party, Role, RoleAssignment, User

if TYPE_CHECKING:
    from wishloop.places.models import Place


@transaction.atomic
def open_account(
    *,
    username: str,
    password: str,
    party: Party,
    display_name: str,
    at: datetime,
    acts_for: Party | None = None,
    is_demo: bool = False,
) -> User:
    """Open an account for a person.

    Raises:
        Problem: ``bad_username`` at ``username``; ``weak_password`` at ``password`` (demo accounts exempt).
        Conflict: ``username_taken``.
    """
    name = username.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,59}", name):
        raise Problem("bad_username", _("用户名用 3 到 60 个小写字母、数字、点或横线。"), "username")
    if User.objects.filter(username=name).exists():
        raise Conflict("username_taken", _("这个用户名已经有人用了，请换一个。"))
    user = User(
        username=name, party=party, acts_for=acts_for, display_name=display_name.strip()[:60], is_demo=is_demo,
        opened_at=at,
    )  # fmt: skip
    if not is_demo:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Problem("weak_password", " ".join(error.messages), "password") from error
    user.set_password(password)
    user.save(force_insert=True)
    return user


@transaction.atomic
def grant_role(*, actor: Actor, user: User, role: str, place: Place, on: date) -> RoleAssignment:
    """Give an account a role over a place and everything below it. Giving it again returns what there is.

    Raises:
        Forbidden: not an administrator there. Problem: ``unknown_choice`` at ``role``.
    """
    if actor.kind != "system" and not actor.may(place.path, "administrator"):
        raise Forbidden(_("只有本级管理员可以授予岗位。"))
    if role not in Role.values:
        raise Problem("unknown_choice", _("没有这个岗位。"), "role")
    assignment, _created = RoleAssignment.objects.get_or_create(
        user=user, role=role, place_id=place.pk, valid_to=None,
        defaults={"place_path": place.path, "valid_from": on, "granted_by_id": actor.user_id},
    )  # fmt: skip
    return assignment


@transaction.atomic
def end_role(*, actor: Actor, assignment: RoleAssignment, on: date) -> RoleAssignment:
    """End a role with a day. Raises Forbidden when not an administrator there."""
    if actor.kind != "system" and not actor.may(assignment.place_path, "administrator"):
        raise Forbidden(_("只有本级管理员可以撤销岗位。"))
    assignment.valid_to = on
    assignment.save(update_fields=["valid_to"])
    return assignment
