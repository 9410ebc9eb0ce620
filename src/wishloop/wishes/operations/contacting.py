"""Contact details, for whoever carries a wish while they carry it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Forbidden
from wishloop.parties.operations import reveal_to_claimant
from wishloop.wishes.operations.entering import hold_wish

_SHOWN = ("name", "phone", "address")


@transaction.atomic
def contact_for_claimant(*, actor: Actor, wish_id: UUID, at: datetime) -> dict[str, str]:
    """Return name, phone and address of the resident to the present claimant or team; each look is logged (field notes).

    Raises:
        Forbidden: the actor does not carry this wish now. Absent.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    carrying = held.case.state in {"claimed", "in_progress"} and held.relations & {"claimant", "team"}
    if not carrying:
        raise Forbidden(_("只有正在办理这条心愿的认领人可以看联系方式。"))
    party = held.wish.beneficiary_id or held.wish.reporter_id
    if party is None:
        return {}
    return {
        field: reveal_to_claimant(actor=actor, party_id=party, field=field, case_id=wish_id, at=at)
        for field in _SHOWN
    }
