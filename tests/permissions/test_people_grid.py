"""Role x operation x place for people, consents, accounts: what is not listed is refused, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.permissions.conftest import ABOVE, INSIDE, OUTSIDE, ROLES
from wishloop.core.actor import PUBLIC, SYSTEM
from wishloop.core.problem import Problem
from wishloop.parties import operations as parties
from wishloop.parties import queries

KEEPERS = {"grid_worker", "steward", "administrator"}
STEWARDS = {"steward", "administrator"}

GRID: dict[str, tuple[set[str], Callable[..., object]]] = {
    "add_person": (KEEPERS, lambda a, w, p: parties.add_person(actor=a, place=w.place(), name="新人", at=w.at)),
    "edit_person": (KEEPERS, lambda a, w, p: parties.edit_person(actor=a, party_id=p.pk, capacity=9, at=w.at)),
    "set_skills": (STEWARDS, lambda a, w, p: parties.set_skills(actor=a, party_id=p.pk, skills=["electrical"])),
    "record_consents_at_desk": (
        KEEPERS,
        lambda a, w, p: parties.record_consents_at_desk(actor=a, party_id=p.pk, purposes=["publish_photo"], at=w.at),
    ),
    "withdraw_consent": (
        KEEPERS, lambda a, w, p: parties.withdraw_consent(actor=a, party_id=p.pk, purpose="publish", at=w.at),
    ),
    "reveal_field": (
        KEEPERS | {"supervisor"},
        lambda a, w, p: parties.reveal_field(actor=a, party_id=p.pk, field="name", reason="核对", at=w.at),
    ),
    "forget_person": ({"administrator"}, lambda a, w, p: parties.forget_person(actor=a, party_id=p.pk, at=w.at)),
    "register_organisation": (
        STEWARDS,
        lambda a, w, p: parties.register_organisation(actor=a, name="新单位", kind="company", place=w.place(), at=w.at),
    ),
    "open_account": (
        {"administrator"},
        lambda a, w, p: parties.open_account(
            actor=a, username="newcomer", password="correct horse battery", party=p, display_name="新人", at=w.at
        ),
    ),
    "party_for": (KEEPERS | {"supervisor"}, lambda a, w, p: queries.party_for(actor=a, party_id=p.pk)),
}  # fmt: skip


def _counts() -> list[object]:
    """Return how many rows each table of the module holds, and what can be edited of people and consents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from parties_party), (select count(*) from parties_personkey), "
            "(select count(*) from parties_consent where withdrawn_at is null), (select count(*) from parties_user), "
            "(select count(*) from parties_personaldataview), (select count(*) from parties_party_skills), "
            "(select sum(capacity) from parties_party)"
        )
        return list(cursor.fetchone())


@pytest.mark.parametrize("place", [INSIDE, ABOVE, OUTSIDE])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation", GRID)
def test_grid(world: Any, make_actor: Any, operation: str, role: str, place: str) -> None:
    allowed, run = GRID[operation]
    person = world.resident(name="格桑央金")
    actor = make_actor(role, place)
    before = _counts()
    if role in allowed and place != OUTSIDE:
        run(actor, world, person)
        return
    with pytest.raises(Problem) as caught:
        run(actor, world, person)
    assert caught.value.status in (403, 404)
    assert _counts() == before


@pytest.mark.parametrize("operation", [name for name in GRID if name != "record_consents"])
def test_strangers_do_nothing_and_programs_all(world: Any, operation: str) -> None:
    _allowed, run = GRID[operation]
    person = world.resident(name="格桑央金")
    before = _counts()
    with pytest.raises(Problem) as caught:
        run(PUBLIC, world, person)
    assert caught.value.status in (403, 404)
    assert _counts() == before
    if operation != "reveal_field":  # a look needs a person behind it
        run(SYSTEM, world, person)


@pytest.mark.parametrize("role", ROLES)
def test_only_an_administrator_of_the_place_grants_and_ends_roles(
    world: Any, make_actor: Any, role: str
) -> None:
    user = world.user("volunteer")
    for place in (INSIDE, ABOVE, OUTSIDE):
        actor = make_actor(role, place)
        if role == "administrator" and place != OUTSIDE:
            given = parties.grant_role(
                actor=actor, user=user, role="member", place=world.place(), on=world.at.date()
            )
            parties.end_role(actor=actor, assignment=given, on=world.at.date())
        else:
            with pytest.raises(Problem) as caught:
                parties.grant_role(
                    actor=actor, user=user, role="member", place=world.place(), on=world.at.date()
                )
            assert caught.value.status == 403


def test_nobody_grants_more_than_they_hold(world: Any, make_actor: Any) -> None:
    admin = make_actor("administrator", INSIDE)
    user = world.user("volunteer")
    with pytest.raises(Problem, match="forbidden"):
        parties.grant_role(
            actor=admin, user=user, role="administrator", place=world.place(ABOVE), on=world.at.date()
        )
