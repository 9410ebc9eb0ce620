"""What an actor is to a wish, and so what they may see and do."""

from __future__ import annotations

from wishloop.cases.queries import may_see, staff_relations
from wishloop.core.actor import Actor
from wishloop.wishes.models import Claim, Wish
from wishloop.wishes.states import HELPER_ROLES


def parties_of(actor: Actor) -> frozenset[object]:
    """Return the ids under which the actor can hold a claim: their own and their organisation's."""
    return frozenset({actor.party_id, actor.acts_for_id} - {None})


def relations(actor: Actor, wish: Wish, claim: Claim | None) -> frozenset[str]:
    """Return everything the actor is to this wish: staff roles in scope, helper, claimant, team, resident, system."""
    case = wish.case
    found = set(staff_relations(actor, case))
    own = parties_of(actor)
    if actor.may(case.place_path, *HELPER_ROLES):
        found.add("helper")
    if claim is not None and (claim.claimant_id in own or claim.claimed_by_id == actor.user_id):
        found.add("claimant")
    if wish.team_id is not None and wish.team_id in own:
        found.add("team")
    if actor.kind == "resident" and actor.case_id == case.pk:
        found.add("resident")
    return frozenset(found)


def may_see_wish(actor: Actor, wish: Wish, held: frozenset[str]) -> bool:
    """Tell whether the wish exists for this actor: staff in scope, those who carry it, its resident, and helpers once it
    is published."""
    if may_see(actor, wish.case) or held & {"claimant", "team", "resident"}:
        return True
    return "helper" in held and wish.published_at is not None
