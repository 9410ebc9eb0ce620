"""Units move or merge, and everything that belongs to them goes along: in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from wishloop.cases.operations.following import follow_places as cases_follow
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.intake.operations.following import follow_places as intake_follows
from wishloop.parties.operations.following import follow_places as parties_follow
from wishloop.places.operations import PathChange
from wishloop.places.operations import merge_place as merge_unit
from wishloop.places.operations import move_place as move_unit

if TYPE_CHECKING:
    from wishloop.places.models import Place


@dataclass(frozen=True, slots=True)
class Rearranged:
    """How many cases, and how many other rows (people, roles, posters, meetings), went along."""

    cases: int
    others: int


@transaction.atomic
def move_place(*, actor: Actor, place: Place, parent: Place, at: datetime) -> Rearranged:
    """Hang a unit under another parent and let all that belongs to it follow.

    Raises: as ``places.operations.move_place``.
    """
    return _follow(move_unit(actor=actor, place=place, parent=parent), at)


@transaction.atomic
def merge_place(*, actor: Actor, place: Place, into: Place, at: datetime) -> Rearranged:
    """Let one unit take over another with all its cases, people, roles and posters.

    Photos keep the place they were taken at, histories what was written in them.

    Raises: as ``places.operations.merge_place``.
    """
    return _follow(merge_unit(actor=actor, place=place, into=into, at=at), at)


def _follow(changes: Sequence[PathChange], at: datetime) -> Rearranged:
    on = at.astimezone(SHANGHAI).date()
    others = parties_follow(changes=changes, on=on) + intake_follows(changes=changes)
    return Rearranged(cases=cases_follow(changes=changes), others=others)
