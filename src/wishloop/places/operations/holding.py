"""How every change of a unit begins: the row locked, the permission asked."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Conflict, Forbidden
from wishloop.places.models import Place
from wishloop.places.permissions import may_confirm, may_edit, may_read


def hold_place(*, actor: Actor, place_id: UUID, to_confirm: bool = False) -> Place:
    """Return the unit with its row locked until the transaction ends.

    Args:
        to_confirm: settling a name residents gave is enough of a reason; stewards may do that.

    Raises:
        Absent: no such unit, or none the actor may read. Forbidden: neither administrator nor, where that is enough, steward.
        Conflict: ``merged`` when another unit took it over.
    """
    place = Place.objects.select_for_update().filter(pk=place_id).first()
    if place is None or not may_read(actor, place.path):
        raise Absent()
    if to_confirm and not may_confirm(actor, place.path):
        raise Forbidden(_("要由本地心愿管家或管理员来确认。"))
    if not to_confirm and not may_edit(actor, place.path):
        raise Forbidden(_("要由本级管理员来修改单位。"))
    if place.merged_into_id is not None:
        raise Conflict("merged", _("这个单位已并入其他单位，请打开并入后的单位。"))
    return place
