"""What pages about people and accounts draw."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.conf import settings

from wishloop.parties.models import Role
from wishloop.parties.queries import demo_accounts_with_roles

register = template.Library()


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One button of the demonstration's sign-in page."""

    username: str
    display_name: str
    roles_text: str
    place_text: str


@register.simple_tag
def demo_accounts() -> list[DemoAccount]:
    """Return the accounts to try, one a role and place; none unless this is a demonstration."""
    if not settings.DEMO:
        return []
    return [
        DemoAccount(user.username, user.display_name, "、".join(roles), place)
        for user, roles, place in demo_accounts_with_roles()
    ]


@register.filter
def role_name(role: str) -> str:
    """Return a role as people say it."""
    return str(Role(role).label)
