"""What a helper did and a resident asked for, on one page."""

from __future__ import annotations

from typing import Any

from django.test import Client
from tests.world import World

from wishloop.wishes import operations as wishes


def _page(user: Any, party_id: object) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/staff/people/{party_id}/record/")


def test_claims_are_counted_and_listed(world: World) -> None:
    granted, helper = world.granted()
    again, _same = world.claimed(helper=helper)
    wishes.withdraw_claim(actor=helper, wish_id=again.pk, reason="出差", at=world.at)
    answer = _page(world.user("steward", "扎细街道"), helper.party_id)
    assert answer.context["counts"] == {
        "active": 0,
        "withdrawn": 1,
        "expired": 0,
        "fulfilled": 1,
        "given_up": 1,
    }
    shown = answer.content.decode()
    assert granted.case.code in shown
    assert again.case.code in shown


def test_wishes_of_a_resident_of_the_subtree_only(world: World) -> None:
    wish = world.triaged()
    assert wish.case.code in _page(world.user("grid_worker"), wish.reporter_id).content.decode()
    assert _page(world.user("steward", "娘热街道"), wish.reporter_id).status_code == 404
    assert _page(world.user("leader"), wish.reporter_id).status_code == 403
