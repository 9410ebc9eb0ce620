"""Addresses and bodies nobody sends by mistake: a clear answer each time, never an error of the program."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import World

from wishloop.wishes.models import Wish

STRANGE = ["\x00", "\x00abc", "a" * 500, "\u202e", "\U0001f600", "' or 1=1 --", "%00", "..%2f"]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("address", ["/q/{}/", "/track/{}/"])
def test_strange_public_addresses(world: World, client: Client, address: str, text: str) -> None:
    response = client.get(address.format(quote(text, safe="")))
    assert response.status_code in {200, 404}


@pytest.mark.parametrize("text", STRANGE)
def test_strange_codes_and_keys(world: World, client: Client, text: str) -> None:
    assert client.post("/track/", {"code": text, "key": text}).status_code == 422


@pytest.mark.parametrize("text", STRANGE)
def test_strange_staff_addresses(world: World, client: Client, text: str) -> None:
    client.force_login(world.user("steward"), backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/staff/intake/codes/{}/", "/staff/intake/slip/{}/"):
        assert client.get(address.format(quote(text, safe=""))).status_code == 404
    revoked = client.post("/staff/intake/codes/", {"action": "revoke", "token": text})
    assert revoked.status_code == 404


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["id", "text", "place", "place_name", "lat", "lon", "contact", "consent", "urgent"]
BODIES = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=9)
LIKELY = st.fixed_dictionaries(
    {"text": st.text(min_size=1, max_size=80)},
    optional={
        "lat": st.floats(allow_nan=True),
        "lon": st.floats(allow_nan=True),
        "place_name": st.text(max_size=60),
        "contact": st.fixed_dictionaries({"name": st.text(max_size=30), "phone": st.text(max_size=20)}),
        "consent": st.fixed_dictionaries({"collect": st.booleans(), "publish": st.booleans()}),
    },
)


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES | LIKELY)
def test_any_body_is_taken_or_refused_with_a_problem(
    world: World, client: Client, body: dict[str, Any]
) -> None:
    from django.conf import settings as installation

    installation.RATE_LIMITS = False
    try:
        response = client.post("/api/v1/public/wishes", json.dumps(body), content_type="application/json")
    finally:
        installation.RATE_LIMITS = True
    assert response.status_code in {201, 422}, body
    if response.status_code == 201:
        assert Wish.objects.filter(pk=response.json()["id"]).exists()
    else:
        assert response.json()["errors"]
