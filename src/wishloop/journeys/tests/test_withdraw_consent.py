"""Taking back a consent takes the pages down that rested on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Absent
from wishloop.journeys.withdraw_consent import withdraw_consent
from wishloop.parties import operations as parties
from wishloop.parties.models import Consent
from wishloop.wishes.models import Wish
from wishloop.wishes.queries import published_wish


def test_the_public_page_comes_down_with_the_consent(world: Any) -> None:
    wish = world.published()
    assert published_wish(wish.case.code) is not None
    done = withdraw_consent(
        actor=world.steward(), party_id=wish.reporter_id, purpose="publish", note="家人不愿意", at=world.at
    )
    assert (done.consents, done.taken_down) == (1, (wish.case.code,))
    assert published_wish(wish.case.code) is None
    after = Wish.objects.select_related("case").get(pk=wish.pk)
    assert (after.published_at, after.case.state) == (None, "triaged")
    assert after.case.events.order_by("-number")[0].move == "unpublish"
    assert Consent.objects.get(party=wish.reporter_id, purpose="publish").withdrawn_note == "家人不愿意"
    assert Consent.objects.get(party=wish.reporter_id, purpose="collect").withdrawn_at is None


def test_a_wish_being_carried_out_goes_on_unseen(world: Any) -> None:
    wish, _helper = world.claimed()
    withdraw_consent(actor=SYSTEM, party_id=wish.reporter_id, purpose="publish", at=world.at)
    after = Wish.objects.select_related("case").get(pk=wish.pk)
    assert (after.published_at, after.case.state) == (None, "claimed")


def test_another_consent_keeps_the_page(world: Any) -> None:
    wish = world.published()
    parties.record_consents(
        actor=SYSTEM, party=wish.reporter, purposes=["publish"], case_id=wish.pk, at=world.at
    )
    done = withdraw_consent(
        actor=SYSTEM, party_id=wish.reporter_id, purpose="publish", case_id=wish.pk, at=world.at
    )
    assert done.taken_down == ()
    assert published_wish(wish.case.code) is not None


@pytest.mark.parametrize(
    ("role", "place"),
    [("steward", "娘热街道"), ("leader", "城关区"), ("supervisor", "城关区"), ("member", "扎细新村社区")],
)
def test_nobody_else_takes_back_a_consent(world: Any, role: str, place: str) -> None:
    wish = world.published()
    with pytest.raises(Absent):
        withdraw_consent(
            actor=world.actor(role, place), party_id=wish.reporter_id, purpose="publish", at=world.at
        )
    assert published_wish(wish.case.code) is not None


def test_from_the_page_of_the_person(world: Any) -> None:
    wish = world.published()
    client = Client()
    client.force_login(world.user("grid_worker"))
    page = client.get(f"/staff/people/{wish.reporter_id}/").content.decode()
    consent = Consent.objects.get(party=wish.reporter_id, purpose="publish")
    address = f"/staff/consents/{consent.pk}/withdraw/"
    assert address in page
    said = client.post(address, {"note": "本人要求"}, follow=True).content.decode()
    assert wish.case.code in said
    assert published_wish(wish.case.code) is None
