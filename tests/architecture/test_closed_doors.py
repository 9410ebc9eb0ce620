"""Every door that is not for everybody is shut, and says for whom it opens."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from wishloop.config.api import api
from wishloop.parties.web.access import declared_roles

_EXAMPLES = {"uuid": str(uuid.UUID(int=7)), "int": "1", "slug": "x", "str": "x", "path": "x"}


def _views(patterns: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns, route)
        else:
            yield route, entry


def _staff() -> list[tuple[str, URLPattern]]:
    return [
        (route, entry) for route, entry in _views(get_resolver().url_patterns) if route.startswith("staff/")
    ]


def _address(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: _EXAMPLES[m.group(1) or "str"], route)


def test_there_are_staff_pages_to_check() -> None:
    assert len(_staff()) > 20


@pytest.mark.parametrize(("route", "entry"), _staff(), ids=[route for route, _ in _staff()])
def test_every_staff_page_declares_its_roles(route: str, entry: URLPattern) -> None:
    assert declared_roles(entry.callback), f"/{route} declares no roles: use parties.web.access.requires"


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, _ in _staff()])
def test_strangers_are_sent_to_sign_in(client: Client, route: str) -> None:
    address = _address(route)
    answer = client.get(address)
    assert answer.status_code == 302, address
    assert answer["Location"].startswith("/accounts/login/?next=")


def _routes() -> list[tuple[str, str]]:
    """Return every method and path of the API that is not below /public."""
    return [
        (method, path)
        for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method in methods
        if not path.startswith("/api/v1/public/")
    ]


def test_there_are_routes_to_check() -> None:
    assert len(_routes()) > 20


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), _routes(), ids=[f"{m} {p}" for m, p in _routes()])
def test_every_route_but_the_public_ones_asks_who_calls(client: Client, method: str, path: str) -> None:
    address = re.sub(r"{(\w+)}", lambda m: "1" if m.group(1) == "role_id" else _EXAMPLES["uuid"], path)
    answer = client.generic(method.upper(), address)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_first"), address


@pytest.mark.django_db
def test_a_staff_page_that_forgot_its_roles_opens_for_nobody(
    client: Client, world: Any, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.architecture.forgotten_page"
    client.force_login(world.user("administrator", "城关区"))
    answer = client.get("/staff/forgotten/")
    assert answer.status_code == 403
    assert b"secret" not in answer.content
