"""Who may see and keep whom, by place."""

from __future__ import annotations

from wishloop.core.actor import Actor
from wishloop.parties.models import Party, User

READERS = ("grid_worker", "steward", "supervisor", "leader", "administrator")
KEEPERS = ("grid_worker", "steward", "administrator")


def may_see(actor: Actor, party: Party) -> bool:
    """Tell whether the actor sees a person or organisation in lists (masked): staff of its subtree, itself, programs."""
    own = (actor.party_id, actor.acts_for_id)
    return actor.kind == "system" or party.pk in own or actor.may(party.place_path, *READERS)


def may_administer(actor: Actor, user: User) -> bool:
    """Tell whether the actor administers an account: it is administrator where the account's person belongs, and wherever the
    account holds a role now. Else a community's administrator could take over the district's."""
    if actor.kind == "system":
        return True
    current = user.roles.filter(valid_to__isnull=True).values_list("place_path", flat=True)
    return all(actor.may(path, "administrator") for path in (user.party.place_path, *current))
