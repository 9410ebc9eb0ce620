"""Wishes that take another way: refused, passed on, put off, taken back; and who answers for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.queries import events_of
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Forbidden, Problem
from wishloop.parties.queries import is_steward_at, steward_for
from wishloop.wishes.models import Claim, Wish
from wishloop.wishes.operations.claiming import end_claim
from wishloop.wishes.operations.entering import Held, hold_wish, require_words

if TYPE_CHECKING:
    from wishloop.places.models import Place


@transaction.atomic
def decline_wish(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """Refuse a wish with a reason the person is told and can appeal against.

    Raises:
        Problem: ``missing`` at ``reason``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.wish.decline_reason = require_words(reason, field="reason")
    held.wish.published_at = None
    held.wish.save(update_fields=["decline_reason", "published_at"])
    held.move("decline", at=at, note=held.wish.decline_reason)
    return held.wish


@transaction.atomic
def appeal_decline(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """Ask again after a refusal; a steward one level up answers for it, on a new clock.

    Raises:
        Problem: ``missing`` at ``reason``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason", message=_("请说说为什么应当受理。"))
    parent = held.case.place_path.rstrip(".").rpartition(".")[0]
    above = steward_for(place_path=f"{parent}." if parent else held.case.place_path, on=at.date())
    held.case.responsible_id = above or held.case.responsible_id
    held.move("appeal", at=at, note=why, also_changed=["responsible"])
    return held.wish


@transaction.atomic
def transfer_wish(*, actor: Actor, wish_id: UUID, place: Place, reason: str, at: datetime) -> Wish:
    """Offer a wish to another unit. Until that unit accepts, the sender stays responsible (首接负责制) and the clock runs on.

    Raises:
        Problem: ``missing`` at ``reason``, ``same_place`` at ``place``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason")
    if place.pk == held.case.responsible_unit_id:
        raise Problem("same_place", _("这条心愿已由该单位负责，请选择其他单位。"), "place")
    held.move(
        "transfer", at=at, note=why, data={"to": str(place.pk), "from": str(held.case.responsible_unit_id)}
    )
    held.case.responsible_unit_id, held.case.responsible_path = place.pk, place.path
    held.case.save(update_fields=["responsible_unit", "responsible_path"])
    return held.wish


def _receiving(held: Held, actor: Actor) -> dict[str, object]:
    """Return what the open transfer says, after making sure the actor speaks for the receiving unit."""
    event = events_of(held.case.pk).filter(move="transfer").last()
    data = dict(event.data) if event else {}
    if not actor.may(held.case.responsible_path, "steward"):
        raise Forbidden(_("要由接收单位的心愿管家来接收或退回。"))
    return data


@transaction.atomic
def accept_transfer(*, actor: Actor, wish_id: UUID, at: datetime) -> Wish:
    """Take over a wish that another unit offered: place and responsible person change now. Deadlines stay.

    Raises:
        Forbidden: not a steward of the receiving unit. Absent, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    data = _receiving(held, actor) if held.case.state == "transferred" else {}
    held.case.responsible_id = actor.user_id
    held.move("accept_transfer", at=at, data=data, also_changed=["responsible"])
    held.case.place_id = held.case.responsible_unit_id
    held.case.place_path = held.case.responsible_path
    held.case.save(update_fields=["place", "place_path"])
    return held.wish


@transaction.atomic
def return_transfer(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """Send a wrongly sent wish back to the unit it came from (field notes: within one working day).

    Raises:
        Problem: ``missing`` at ``reason``. Forbidden, Absent, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason")
    data = _receiving(held, actor) if held.case.state == "transferred" else {}
    held.move("return_transfer", at=at, note=why, data=data)
    held.case.responsible_unit_id, held.case.responsible_path = held.case.place_id, held.case.place_path
    held.case.save(update_fields=["responsible_unit", "responsible_path"])
    return held.wish


@transaction.atomic
def suspend_wish(*, actor: Actor, wish_id: UUID, reason: str, review_on: date, at: datetime) -> Wish:
    """Put off what cannot be done now (挂账): clock stopped, with the day it is looked at again.

    Raises:
        Problem: ``missing`` at ``reason``, ``not_later`` at ``review_on``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason")
    if review_on <= at.astimezone(SHANGHAI).date():
        raise Problem("not_later", _("复查日期要在今天之后。"), "review_on")
    held.move("suspend", at=at, note=why, review_on=review_on, data={"review_on": review_on.isoformat()})
    return held.wish


@transaction.atomic
def resume_wish(*, actor: Actor, wish_id: UUID, at: datetime, note: str = "") -> Wish:
    """Go on with a suspended wish; its deadlines move by the time it stood still. Raises Absent, Forbidden, Conflict."""
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.move("resume", at=at, note=note.strip())
    return held.wish


@transaction.atomic
def withdraw_wish(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """Take a wish back at the resident's word; whoever carries it is told.

    Raises:
        Problem: ``missing`` at ``reason``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason", message=_("请简单说说为什么撤回。"))
    held.move("withdraw", at=at, note=why)
    end_claim(held, state=Claim.State.WITHDRAWN, when=at, reason=why)
    held.wish.published_at = None
    held.wish.save(update_fields=["published_at"])
    return held.wish


@transaction.atomic
def appoint_responsible(*, actor: Actor, wish_id: UUID, user_id: UUID, at: datetime) -> Wish:
    """Name the steward who answers for a wish (F19: a named responsible person).

    Raises:
        Problem: ``not_a_steward`` at ``responsible``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    if not is_steward_at(user_id=user_id, place_path=held.case.place_path, on=at.date()):
        raise Problem("not_a_steward", _("这位同志不是本地的心愿管家，请重新选择。"), "responsible")
    held.case.responsible_id = user_id
    held.move("appoint", at=at, data={"responsible": str(user_id)}, also_changed=["responsible"])
    return held.wish
