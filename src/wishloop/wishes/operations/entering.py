"""How every operation on a wish begins: the row locked, what the actor is to it known, strangers sent away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from wishloop.cases.operations import Words, lock_case, make_move
from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Problem
from wishloop.wishes.models import Claim, Wish
from wishloop.wishes.permissions import may_see_wish, relations
from wishloop.wishes.states import KIND, TABLE

if TYPE_CHECKING:
    from wishloop.cases.models import Case, CaseEvent


@dataclass(slots=True)
class Held:
    """A wish held for one operation: its rows, locked, and what the actor is to it."""

    actor: Actor
    case: Case
    wish: Wish
    claim: Claim | None
    relations: frozenset[str]

    def move(
        self,
        name: str,
        *,
        at: datetime,
        happened_at: datetime | None = None,
        note: str = "",
        public_note: str = "",
        data: dict[str, object] | None = None,
        review_on: date | None = None,
        also_changed: Iterable[str] = (),
    ) -> CaseEvent:
        """Make one move of the wish's table (see ``cases.operations.make_move`` for what it raises)."""
        facts = dict(data or {})
        if self.claim is not None:
            facts.setdefault("claimant_user", str(self.claim.claimed_by_id))
        return make_move(
            actor=self.actor,
            table=TABLE,
            case=self.case,
            name=name,
            relations=self.relations,
            at=at,
            happened_at=happened_at,
            words=Words(note=note, public_note=public_note, data=facts),
            review_on=review_on,
            also_changed=also_changed,
        )


def hold_wish(*, actor: Actor, wish_id: UUID) -> Held:
    """Lock the wish's case and return it with what the actor is to it. Call inside a transaction.

    Raises:
        Absent: no such wish, or none that this actor may know of.
    """
    case = lock_case(case_id=wish_id, kind=KIND)
    wish = Wish.objects.select_related("category", "reporter", "beneficiary").get(pk=wish_id)
    wish.case = case
    claim = Claim.objects.filter(wish_id=wish_id, state=Claim.State.ACTIVE).select_related("claimant").first()
    found = relations(actor, wish, claim)
    if not may_see_wish(actor, wish, found):
        raise Absent()
    return Held(actor=actor, case=case, wish=wish, claim=claim, relations=found)


def require_words(text: str, *, field: str, message: object = None) -> str:
    """Return ``text`` trimmed.

    Raises:
        Problem: ``missing`` at ``field`` when nothing is left.
    """
    words = text.strip()
    if not words:
        raise Problem("missing", message or _("请写明原因，居民会看到这句话。"), field)  # type: ignore[arg-type]
    return words
