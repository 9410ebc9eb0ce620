"""Nothing anybody sends ends in a server error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

STRANGE = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e张",
    "9" * 400,
    "{",
    "%%%",
    "'; drop table parties_party; --",
    "<script>",
]


@pytest.fixture
def client(world: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.user("administrator", "城关区"))
    return client


@pytest.mark.parametrize("strange", STRANGE)
def test_lists_asked_for_strange_things(client: Client, strange: str) -> None:
    sent = strange.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for address, names in (
        ("/api/v1/parties", ("q", "kind", "skill", "role", "place", "cursor", "page_size")),
        ("/api/v1/accounts", ("q", "role", "cursor")),
        ("/api/v1/data-views", ("field", "viewer", "first", "cursor")),
        ("/staff/people/", ("q", "kind", "skill", "role", "cursor")),
        ("/staff/accounts/", ("q", "role", "cursor")),
        ("/staff/views/", ("field", "who", "first", "last", "cursor")),
    ):
        for name in names:
            assert client.get(address, {name: sent}).status_code < 500, (address, name)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1970-01-01", "2025-02-30"])
def test_days_nobody_can_mean(client: Client, day: str) -> None:
    for address in ("/api/v1/data-views", "/staff/views/"):
        for name in ("first", "last"):
            assert client.get(address, {name: day}).status_code < 500


@pytest.mark.parametrize("strange", ["\x00", "\ud800张", "9" * 400, None, 10**30, {}, ["\x00"]])
def test_bodies_of_strange_things(client: Client, world: Any, strange: Any) -> None:
    person = world.resident()
    key = person.pk
    shapes: dict[tuple[str, str], dict[str, Any]] = {
        ("post", "parties/people"): {
            "name": "张伟", "phone": "", "place": "扎细新村社区", "id_number": "", "address": "", "health": "",
            "is_minor": False, "languages": [], "capacity": 3,
        },
        ("patch", f"parties/people/{key}"): {"name": "李明", "nickname": "", "languages": [], "capacity": 3},
        ("post", "parties/organisations"): {
            "name": "院", "kind": "company", "place": "扎细新村社区", "credit_code": "", "capacity": 3,
        },
        ("put", f"parties/{key}/skills"): {"skills": []},
        ("post", f"parties/{key}/reveal"): {"field": "name", "reason": "核对", "case_id": None},
        ("post", f"parties/{key}/consents"): {"purposes": ["collect"], "guardian_phone": ""},
        ("post", f"parties/{key}/account"): {
            "username": "abc", "display_name": "甲", "role": "member", "place": "扎细新村社区", "acts_for": None,
        },
        ("post", "me/tokens"): {"label": "程序", "days": 1},
    }  # fmt: skip
    for (method, path), good in shapes.items():
        for name in good:
            answer = client.generic(
                method.upper(),
                f"/api/v1/{path}",
                json.dumps({**good, name: strange}),
                content_type="application/json",
            )
            assert answer.status_code < 500, (path, name, answer.content[:300])
        for body in ("", "[]", "null", "{", json.dumps(strange), '{"name": "\\ud800"}'):
            answer = client.generic(method.upper(), f"/api/v1/{path}", body, content_type="application/json")
            assert answer.status_code < 500, (path, body)
