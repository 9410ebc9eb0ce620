"""What a resident typed as a place is read by nobody in public before a steward has settled it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.places.operations import add_provisional_place, confirm_place

pytestmark = pytest.mark.django_db
TYPED = "卓玛家隔壁的院子"


def public_bytes(client: Client, code: str) -> str:
    pages = [
        "/", "/wishes/", "/map/", f"/wishes/{code}/", "/submit/", "/feed/", "/wishes/feed/",
        "/api/v1/public/wishes", f"/api/v1/public/wishes/{code}", "/api/v1/public/places?q=卓玛",
        "/api/v1/public/wishes/map?bbox=90,29,92,30&zoom=9",
    ]  # fmt: skip
    answers = [client.get(page) for page in pages]
    assert sum(answer.status_code == 200 for answer in answers) >= 7
    return "".join(
        b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        for answer in answers
    )


def test_typed_places_stay_unread_until_settled(world: Any, client: Client) -> None:
    given = add_provisional_place(name=TYPED, parent=world.place("扎细街道"), at=world.at)
    wish = world.published(place=given)
    code = wish.case.code
    body = public_bytes(client, code)
    assert code in body
    assert "卓玛" not in body
    assert client.get(f"/api/v1/public/wishes/{code}").json()["place"] == "扎细街道"
    confirm_place(actor=SYSTEM, place=given, name="向阳社区")
    assert "向阳社区" in public_bytes(client, code)
    assert "卓玛" not in public_bytes(client, code)
