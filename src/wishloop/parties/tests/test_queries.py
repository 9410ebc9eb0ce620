"""What other modules ask of people; and both doors answer alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.parties import operations as parties
from wishloop.parties import queries
from wishloop.parties.models import Party


def test_helpers_near_a_point_by_skill(world: Any) -> None:
    near, far, other = (world.actor("volunteer") for _ in range(3))
    resident = world.resident()
    for helper, lat in ((near, 29.651), (far, 29.70), (other, 29.65)):
        Party.objects.filter(pk=helper.party_id).update(lat=lat, lon=91.13)
    for party_id in (near.party_id, far.party_id, resident.pk):
        parties.set_skills(actor=SYSTEM, party_id=party_id, skills=["electrical"])
    found = queries.helpers_near(lat=29.65, lon=91.13, skill="electrical", on=world.at.date())
    assert [party.pk for party, _metres in found] == [near.party_id, far.party_id]
    assert 105 <= found[0][1] <= 117  # a thousandth of a degree of latitude
    assert queries.helpers_near(lat=29.65, lon=91.13, skill="electrical", on=date(2020, 1, 1)) == []


def test_a_role_holds_from_its_first_day_to_before_its_last(world: Any) -> None:
    user = world.user("volunteer")
    given = parties.grant_role(
        actor=SYSTEM, user=user, role="steward", place=world.place(), on=date(2025, 3, 1)
    )
    parties.end_role(actor=SYSTEM, assignment=given, on=date(2025, 5, 1))
    held = {
        day: queries.actor_of(user, on=day).holds("steward")
        for day in (date(2025, 2, 28), date(2025, 3, 1), date(2025, 4, 30), date(2025, 5, 1))
    }
    assert list(held.values()) == [False, True, True, False]
    again = parties.grant_role(
        actor=SYSTEM, user=user, role="steward", place=world.place(), on=date(2025, 6, 1)
    )
    assert again.pk != given.pk


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "张伟", "phone": "12"},
        {"name": "", "phone": ""},
        {"name": "张伟", "id_number": "123"},
        {"name": "张伟", "place": "无此社区"},
    ],
)
def test_both_doors_refuse_with_the_same_words(world: Any, facts: dict[str, str]) -> None:
    client = Client()
    client.force_login(world.user("steward"))
    body = {"place": "扎细新村社区", **facts}
    page = client.post("/staff/people/new/", {"capacity": 3, **body})
    api = client.post("/api/v1/parties/people", body, content_type="application/json")
    assert (page.status_code, api.status_code) == (422, 422)
    [error] = api.json()["errors"]
    assert [str(words) for words in page.context["form"].errors[error["field"]]] == [error["message"]]
    assert not Party.objects.filter(public_name="张*").exists()
