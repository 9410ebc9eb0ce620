"""From carrying a wish to handing it over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.queries import has_handover
from wishloop.core.actor import Actor
from wishloop.core.problem import Problem
from wishloop.parties.operations import lock_party
from wishloop.wishes.models import Claim, Wish
from wishloop.wishes.operations.claiming import end_claim, prolong_claim
from wishloop.wishes.operations.entering import hold_wish, require_words


@transaction.atomic
def assign_team(
    *,
    actor: Actor,
    wish_id: UUID,
    team_id: UUID,
    at: datetime,
    happened_at: datetime | None = None,
    note: str = "",
    public_note: str = "",
) -> Wish:
    """Hand a wish straight to a responsible team without public claiming: safety hazards above all (F18).

    Raises:
        Absent: no such wish or team. Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    team = lock_party(party_id=team_id)
    held.wish.team = team
    held.wish.save(update_fields=["team"])
    held.move(
        "assign",
        at=at,
        happened_at=happened_at,
        note=note,
        public_note=public_note,
        data={"team": str(team.pk)},
    )
    return held.wish


@transaction.atomic
def start_wish(
    *, actor: Actor, wish_id: UUID, at: datetime, happened_at: datetime | None = None, public_note: str = ""
) -> Wish:
    """Say that work on a claimed wish has begun. Raises Absent, Forbidden, Conflict."""
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.move("start", at=at, happened_at=happened_at, public_note=public_note.strip())
    prolong_claim(held, when=happened_at or at)
    return held.wish


@transaction.atomic
def record_progress(
    *,
    actor: Actor,
    wish_id: UUID,
    words: str,
    at: datetime,
    happened_at: datetime | None = None,
    public: bool = True,
) -> Wish:
    """Note how far a carried wish has come; the claim's silence starts anew (F20, F22).

    Raises:
        Problem: ``missing`` at ``words``. Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    said = require_words(words, field="words", message=_("请写几句进展。"))
    held.move(
        "progress",
        at=at,
        happened_at=happened_at,
        note="" if public else said,
        public_note=said if public else "",
    )
    prolong_claim(held, when=happened_at or at)
    return held.wish


@transaction.atomic
def comment_on_wish(*, actor: Actor, wish_id: UUID, words: str, at: datetime) -> Wish:
    """Add words to a wish in whatever state it is; staff and those who carry it read them.

    Raises:
        Problem: ``missing`` at ``words``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    held.move("comment", at=at, note=require_words(words, field="words", message=_("请写下要补充的话。")))
    return held.wish


@transaction.atomic
def grant_wish(
    *,
    actor: Actor,
    wish_id: UUID,
    result: str,
    at: datetime,
    happened_at: datetime | None = None,
    note: str = "",
) -> Wish:
    """Hand the wish over: it is granted, and the resident is asked (F12, F20, F22).

    Raises:
        Problem: ``no_evidence`` without at least one handover photo, video or paper on the case; ``missing`` at ``result``.
        Absent, Forbidden, Conflict.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    words = require_words(result, field="result", message=_("请写明结果：做了什么、交付了什么。"))
    if not has_handover(held.case.pk):
        raise Problem("no_evidence", _("请先上传至少一张交付照片、视频或签收单，再登记圆梦。"), "evidence")
    held.move("grant", at=at, happened_at=happened_at, note=note, public_note=words)
    end_claim(held, state=Claim.State.FULFILLED, when=happened_at or at)
    held.wish.result = words
    held.wish.granted_at = happened_at or at
    held.wish.save(update_fields=["result", "granted_at"])
    return held.wish
