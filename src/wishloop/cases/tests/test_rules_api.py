"""Deadline rules over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from wishloop.cases.models import DeadlineRule
from wishloop.core.clock import SHANGHAI, now

pytestmark = pytest.mark.django_db


def body(**changed: Any) -> dict[str, Any]:
    tomorrow = now().astimezone(SHANGHAI).date() + timedelta(days=1)
    return {
        "measure": "resolution", "tier": "living_service", "place": "540102", "amount": 36, "unit": "hours",
        "valid_from": tomorrow.isoformat(), "source": "试行办法", **changed,
    }  # fmt: skip


def call(client: Client, path: str, sent: Any) -> Any:
    return client.post(f"/api/v1/deadline-rules{path}", sent, content_type="application/json")


def test_write_preview_and_take_back(world: Any, client: Client) -> None:
    case = world.triaged(tier="living_service").case
    client.force_login(world.user("administrator", "城关区"))
    preview = call(client, "/preview", body()).json()
    assert (preview["total"], [c["code"] for c in preview["cases"]]) == (1, [case.code])
    assert not DeadlineRule.objects.filter(source="试行办法").exists()
    made = call(client, "", body())
    assert made.status_code == 201
    rules = client.get("/api/v1/deadline-rules", {"kind": "wish"}).json()
    assert made.json() in rules
    assert client.delete(f"/api/v1/deadline-rules/{made.json()['id']}").status_code == 204
    assert client.get("/api/v1/deadline-rules", {"kind": "wish"}).json() == [
        r for r in rules if r != made.json()
    ]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"amount": 0}, "out_of_range", "amount"),
        ({"unit": "weeks"}, "unknown_choice", "unit"),
        ({"source": ""}, "missing", "source"),
        ({"place": "nowhere"}, "unknown_place", "place"),
        ({"valid_from": "2020-01-01"}, "in_the_past", "valid_from"),
    ],
)
def test_refusals(world: Any, client: Client, changed: dict[str, Any], code: str, field: str) -> None:
    client.force_login(world.user("administrator", "城关区"))
    answer = call(client, "", body(**changed))
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == (code, field)


def test_only_administrators_of_the_place(world: Any, client: Client) -> None:
    assert call(client, "", body()).status_code == 401
    client.force_login(world.user("steward", "城关区"))
    assert call(client, "", body()).status_code == 403
    client.force_login(world.user("administrator", "扎细街道"))
    assert call(client, "", body()).status_code == 403
    assert call(client, "", body(place=None)).status_code == 403
    assert call(client, "", body(place="540102005")).status_code == 201
