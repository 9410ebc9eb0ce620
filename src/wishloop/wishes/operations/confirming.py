"""The resident's own word: confirmed, or begun again; and the end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.queries import call_backs_since_grant
from wishloop.core.actor import SYSTEM, Actor
from wishloop.core.problem import Conflict, Problem
from wishloop.wishes.models import Wish
from wishloop.wishes.operations.entering import Held, hold_wish, require_words
from wishloop.wishes.states import DISSATISFIED_BELOW, MIN_CALL_BACK_ATTEMPTS


@transaction.atomic
def confirm_wish(
    *,
    actor: Actor,
    wish_id: UUID,
    solved: bool,
    rating: int,
    at: datetime,
    words: str = "",
    happened_at: datetime | None = None,
) -> Wish:
    """Take the resident's word on a granted wish, from the tracking page or by call-back (F17, F26).

    Solved and rated 3 or more: confirmed. Not solved, or rated below 3: begun again with a new deadline. The rating is kept
    either way. ``rating`` is 1 to 5.

    Raises:
        Problem: ``bad_rating`` at ``rating``; ``missing`` at ``words`` when it was not solved. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    if not 1 <= rating <= 5:
        raise Problem("bad_rating", _("请打分：1 到 5 星。"), "rating")
    data: dict[str, object] = {"rating": rating, "solved": solved}
    if not solved or rating < DISSATISFIED_BELOW:
        why = require_words(words, field="words", message=_("请说说哪里没有解决，我们好重新办理。"))
        _reopen(held, reason=why, at=at, happened_at=happened_at, data=data)
    else:
        held.move("confirm", at=at, happened_at=happened_at, note=words.strip(), data=data)
        held.wish.confirmed_at = happened_at or at
    held.wish.rating, held.wish.rating_words = rating, words.strip()
    held.wish.save(update_fields=["rating", "rating_words", "confirmed_at"])
    return held.wish


@transaction.atomic
def reopen_wish(
    *, actor: Actor, wish_id: UUID, reason: str, at: datetime, happened_at: datetime | None = None
) -> Wish:
    """Begin a wish again that was said to be done: new deadlines from now (field notes: reopening that notifies).

    Raises:
        Problem: ``missing`` at ``reason``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason", message=_("请说说哪里没有解决，我们好重新办理。"))
    _reopen(held, reason=why, at=at, happened_at=happened_at, data={})
    held.wish.save(update_fields=["confirmed_at"])
    return held.wish


def _reopen(
    held: Held, *, reason: str, at: datetime, happened_at: datetime | None, data: dict[str, object]
) -> None:
    held.move("reopen", at=at, happened_at=happened_at, note=reason, data=data)
    held.wish.confirmed_at = None
    held.wish.granted_at = None
    held.wish.team = None
    held.wish.save(update_fields=["granted_at", "team"])


@transaction.atomic
def record_call_back(
    *,
    actor: Actor,
    wish_id: UUID,
    reached: bool,
    words: str,
    at: datetime,
    happened_at: datetime | None = None,
) -> int:
    """Note one attempt to reach the resident about a granted wish. Returns the number of attempts so far.

    A resident who was reached is confirmed with ``confirm_wish``. Raises Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.move("call_back", at=at, happened_at=happened_at, note=words.strip(), data={"reached": reached})
    return call_backs_since_grant(held.case.pk)


@transaction.atomic
def close_unconfirmed(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """End a granted wish whose resident could not be reached in three attempts; no rating is invented.

    Raises:
        Conflict: ``too_few_attempts``, ``wrong_state``. Problem: ``missing``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason")
    attempts = call_backs_since_grant(held.case.pk)
    if attempts < MIN_CALL_BACK_ATTEMPTS:
        raise Conflict(
            "too_few_attempts",
            _("至少回访 %(need)d 次未联系上才能先行办结，现在只有 %(have)d 次。")
            % {"need": MIN_CALL_BACK_ATTEMPTS, "have": attempts},
        )
    held.move("close_unconfirmed", at=at, note=why, data={"attempts": attempts})
    return held.wish


@transaction.atomic
def close_wish(*, actor: Actor, wish_id: UUID, at: datetime, happened_at: datetime | None = None) -> Wish:
    """End a confirmed wish. Raises Absent, Forbidden, Conflict."""
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.move("close", at=at, happened_at=happened_at)
    return held.wish


def close_settled_wishes(*, confirmed_before: datetime, at: datetime, limit: int = 1000) -> int:
    """Close wishes confirmed before a moment, each in its own transaction; returns how many. Safe to repeat."""
    ids = list(
        Wish.objects.filter(case__state="confirmed", confirmed_at__lt=confirmed_before)
        .order_by("case_id")
        .values_list("case_id", flat=True)[:limit]
    )
    closed = 0
    for wish_id in ids:
        try:
            close_wish(actor=SYSTEM, wish_id=wish_id, at=at)
        except Conflict:
            continue  # somebody reopened it between the list and the lock: it is theirs now
        closed += 1
    return closed
