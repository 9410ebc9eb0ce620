"""Members, volunteers and partners take wishes on, and give them back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.promises import promise
from wishloop.core.actor import SYSTEM, Actor
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.parties.operations import lock_party
from wishloop.wishes.models import Claim, Wish
from wishloop.wishes.operations.entering import Held, hold_wish, require_words
from wishloop.wishes.permissions import parties_of

CLAIM_KIND = "claim"


@transaction.atomic
def claim_wish(
    *,
    actor: Actor,
    wish_id: UUID,
    claimant_id: UUID,
    terms: str,
    at: datetime,
    happened_at: datetime | None = None,
) -> Claim:
    """Take a published wish on for oneself or one's organisation (F10, F22). Of any number at once, exactly one wins.

    A steward may enter the claim of somebody who said so by word of mouth; the claimant is that somebody.

    ``terms`` is the version of the terms the claimant agreed to. The claim expires when it stays silent, after the days the
    dated rule of kind ``claim`` gives.

    Raises:
        Conflict: ``already_claimed``, ``at_capacity``, ``wrong_state``. Problem: ``missing`` at ``terms``.
        Forbidden: not one's own party, or no helper's role here. Absent.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    if not terms:
        raise Problem("missing", _("请先阅读并同意认领约定。"), "terms")
    if claimant_id not in parties_of(actor) and "steward" not in held.relations:
        raise Forbidden(_("只能以自己或所代表单位的名义认领。"))
    if held.claim is not None or held.case.state == "claimed":
        raise Conflict("already_claimed", _("这条心愿刚刚被别人认领了。请看看附近其他心愿。"))
    party = lock_party(party_id=claimant_id)
    carrying = Claim.objects.filter(claimant_id=claimant_id, state=Claim.State.ACTIVE).count()
    if carrying >= party.capacity:
        raise Conflict(
            "at_capacity",
            _("您手上已有 %(count)d 个心愿，先完成一个再认领。") % {"count": carrying},
            data={"capacity": party.capacity},
        )
    when = happened_at or at
    claim = Claim(
        wish=held.wish, claimant=party, claimed_by_id=actor.account(), state=Claim.State.ACTIVE, terms=terms,
        claimed_at=when, expires_at=_expiry(held, start=when),
    )  # fmt: skip
    held.wish.claimed_at = when
    held.wish.save(update_fields=["claimed_at"])
    held.claim = claim
    held.move(
        "claim", at=at, happened_at=happened_at, data={"claim": str(claim.pk), "claimant": str(party.pk)}
    )
    claim.save(force_insert=True)
    return claim


def _expiry(held: Held, *, start: datetime) -> datetime:
    case = held.case
    promised = promise(
        kind=CLAIM_KIND,
        tier=case.tier,
        category_code=case.category_code,
        place_path=case.place_path,
        start=start,
    )
    if promised.resolution_due_at is None:
        raise Problem("no_rule", _("没有设置认领期限的规则，请联系管理员。"))
    return promised.resolution_due_at


def prolong_claim(held: Held, *, when: datetime) -> None:
    """Start the silence of the active claim anew, because something happened."""
    if held.claim is not None:
        held.claim.expires_at = _expiry(held, start=when)
        held.claim.reminded_at = None
        held.claim.save(update_fields=["expires_at", "reminded_at"])


def end_claim(held: Held, *, state: Claim.State, when: datetime, reason: str = "") -> None:
    """End the active claim, if there is one, in ``state``."""
    claim = held.claim
    if claim is None:
        return
    claim.state, claim.ended_at, claim.end_reason = state, when, reason[:300]
    claim.save(update_fields=["state", "ended_at", "end_reason"])


@transaction.atomic
def withdraw_claim(
    *, actor: Actor, wish_id: UUID, reason: str, at: datetime, happened_at: datetime | None = None
) -> Wish:
    """Give a claimed wish back with a reason; it waits on the public list again.

    Raises:
        Problem: ``missing`` at ``reason``. Conflict: ``not_claimed``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason", message=_("请写明退出原因，方便我们另找帮手。"))
    if held.claim is None:
        raise Conflict("not_claimed", _("这条心愿现在没有认领人。"))
    held.move("withdraw_claim", at=at, happened_at=happened_at, note=why, data={"claim": str(held.claim.pk)})
    end_claim(held, state=Claim.State.WITHDRAWN, when=happened_at or at, reason=why)
    _return_to_list(held)
    return held.wish


def _return_to_list(held: Held) -> None:
    held.wish.claimed_at = None
    held.wish.save(update_fields=["claimed_at"])


@transaction.atomic
def expire_claim(*, wish_id: UUID, at: datetime) -> bool:
    """Return one wish whose claim stayed silent past its time to the list. Returns whether it did; safe to repeat."""
    held = hold_wish(actor=SYSTEM, wish_id=wish_id)
    if held.claim is None or held.claim.expires_at > at:
        return False
    held.move("expire_claim", at=at, data={"claim": str(held.claim.pk)})
    end_claim(held, state=Claim.State.EXPIRED, when=at, reason="silent")
    _return_to_list(held)
    return True


@transaction.atomic
def remind_claimant(*, wish_id: UUID, at: datetime) -> bool:
    """Note that the claimant was reminded, once per silence. Returns whether it was due."""
    held = hold_wish(actor=SYSTEM, wish_id=wish_id)
    if held.claim is None or held.claim.reminded_at is not None or held.claim.expires_at <= at:
        return False
    held.claim.reminded_at = at
    held.claim.save(update_fields=["reminded_at"])
    held.move("remind_claimant", at=at, data={"claim": str(held.claim.pk)})
    return True


def expire_silent_claims(*, at: datetime, limit: int = 1000) -> tuple[int, int]:
    """Remind claimants whose claim runs out within a quarter of its time and expire those past it; (reminded, expired).

    Each in a transaction of its own, so that being stopped anywhere loses nothing and repeating does nothing twice.
    """
    active = Claim.objects.filter(state=Claim.State.ACTIVE)
    past = active.filter(expires_at__lte=at).order_by("expires_at").values_list("wish_id", flat=True)[:limit]
    expired = sum(expire_claim(wish_id=wish_id, at=at) for wish_id in past)
    quiet = active.filter(reminded_at__isnull=True, expires_at__gt=at).order_by("expires_at")[:limit]
    near = [c.wish_id for c in quiet if c.expires_at - at <= (c.expires_at - c.claimed_at) / 4]
    reminded = sum(remind_claimant(wish_id=wish_id, at=at) for wish_id in near)
    return reminded, expired
