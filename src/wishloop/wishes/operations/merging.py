"""Two wishes found to be one, and found to be two after all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Conflict, Problem
from wishloop.wishes.models import Merge, Wish
from wishloop.wishes.operations.entering import hold_wish


@transaction.atomic
def merge_wishes(*, actor: Actor, duplicate_id: UUID, kept_id: UUID, at: datetime, reason: str = "") -> Merge:
    """Fold a duplicate into the wish that is kept. Both keep their text, reporter, history and deadlines.

    The rows are locked in the order of their ids, so that two people merging crosswise cannot block each other.

    Raises:
        Problem: ``same_wish``. Conflict: ``kept_is_over``, ``wrong_state``. Absent, Forbidden.
    """
    if duplicate_id == kept_id:
        raise Problem("same_wish", _("不能和自己合并，请选择另一条心愿。"), "kept")
    first, second = sorted([duplicate_id, kept_id])
    held = {wish_id: hold_wish(actor=actor, wish_id=wish_id) for wish_id in (first, second)}
    duplicate, kept = held[duplicate_id], held[kept_id]
    if kept.case.state in {"merged", "declined", "withdrawn"}:
        raise Conflict("kept_is_over", _("要保留的那条已经结束或已被合并，请选择仍在办理的一条。"))
    merge = Merge(
        duplicate=duplicate.wish, kept=kept.wish, state_before=duplicate.case.state, merged_by_id=actor.account(),
        merged_at=at, reason=reason.strip()[:300],
    )  # fmt: skip
    data: dict[str, object] = {"merge": str(merge.pk), "kept": kept.case.code}
    duplicate.move("merge", at=at, note=merge.reason, data=data)
    kept.move(
        "comment", at=at, note=str(_("并入心愿 %s") % duplicate.case.code), data={"merge": str(merge.pk)}
    )
    duplicate.wish.merged_into = kept.wish
    duplicate.wish.save(update_fields=["merged_into"])
    merge.save(force_insert=True)
    return merge


@transaction.atomic
def unmerge_wish(*, actor: Actor, wish_id: UUID, at: datetime, reason: str = "") -> Wish:
    """Take a merge back: the wish stands for itself again, in the state and with the deadlines it had.

    Raises:
        Conflict: ``wrong_state``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    merge = Merge.objects.select_for_update().filter(duplicate_id=wish_id, undone_at__isnull=True).first()
    held.move("unmerge", at=at, note=reason.strip(), data={"merge": str(merge.pk)} if merge else {})
    held.wish.merged_into = None
    held.wish.save(update_fields=["merged_into"])
    if merge is not None:
        merge.undone_at, merge.undone_by_id = at, actor.user_id
        merge.save(update_fields=["undone_at", "undone_by"])
    return held.wish
