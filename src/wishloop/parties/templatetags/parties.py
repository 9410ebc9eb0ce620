"""What pages about people and accounts draw."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.conf import settings

from wishloop.core.actor import Actor
from wishloop.parties.contacts import national_form
from wishloop.parties.labels import FIELD_LABELS
from wishloop.parties.models import Role
from wishloop.parties.queries import demo_accounts_with_roles
from wishloop.places.queries import subtree

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


@register.simple_tag
def demo_password() -> str:
    """Return the password of the demo accounts, empty unless this is a demonstration."""
    return settings.DEMO_PASSWORD if settings.DEMO else ""


@register.filter
def role_name(role: str) -> str:
    """Return a role as people say it."""
    return str(Role(role).label)


@register.filter
def has_role(actor: Actor, roles: str) -> bool:
    """Tell whether an actor holds one of some roles (comma-separated) anywhere."""
    return actor.holds(*roles.split(","))


@register.filter
def sealed_label(field: str) -> str:
    """Return a sealed field as people say it."""
    return str(FIELD_LABELS.get(field, field))


@register.simple_tag
def place_names(actor: Actor) -> list[str]:
    """Return the units of the actor's subtrees down to communities, as suggestions while typing."""
    return [
        name
        for scope in actor.scopes()
        for name in subtree(scope)
        .filter(level__in=["district", "subdistrict", "community"], valid_to__isnull=True)
        .values_list("name", flat=True)[:400]
    ]


@register.filter
def spoken_phone(number: str) -> str:
    """Return a number as people read it aloud: 139 0891 0009, 0891 632 3456."""
    return national_form(number)
