"""Moving a unit to another parent, and merging two that are one. Both change paths that others hold.

Each returns the changes, and the errand in ``journeys`` hands them to the modules above, in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Problem
from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias, PlaceStatus, WorkCalendar
from wishloop.places.operations.editing import BELOW
from wishloop.places.operations.holding import hold_place


@dataclass(frozen=True, slots=True)
class PathChange:
    """A unit and all below it lie elsewhere now. ``new_id`` differs from ``old_id`` when another unit took it over."""

    old_path: str
    new_path: str
    old_id: UUID
    new_id: UUID


@transaction.atomic
def move_place(*, actor: Actor, place: Place, parent: Place) -> list[PathChange]:
    """Hang a unit, with everything below it, under another parent. Returns the change; none when it is there already.

    A steward may do so with a unit that waits to be confirmed, within the stewards' own ground.

    Raises:
        Problem: ``wrong_level``, ``own_subtree``, ``ended``, ``too_deep`` at ``parent``. Absent, Forbidden, Conflict.
    """
    held, above = _hold_both(actor, place, parent)
    if above.path.startswith(held.path):
        raise Problem("own_subtree", _("不能移到自己或自己的下级。"), "parent")
    if above.valid_to is not None:
        raise Problem("ended", _("这个单位已停用，请选择在用的单位。"), "parent")
    loose = held.status == PlaceStatus.TO_BE_CONFIRMED and above.level == Level.DISTRICT
    if held.level not in BELOW.get(above.level, frozenset()) and not loose:
        raise Problem("wrong_level", _("这一级单位不能设在所选单位下面。"), "parent")
    if held.parent_id == above.pk:
        return []
    old, new = held.path, f"{above.path}{held.code}."
    longest = max(
        len(path) for path in Place.objects.filter(path__startswith=old).values_list("path", flat=True)
    )
    if longest - len(old) + len(new) > 250:
        raise Problem("too_deep", _("移动后层级太深，请选择别的上级。"), "parent")
    held.parent = above
    held.save(update_fields=["parent"])
    _rewrite(old, new)
    return [PathChange(old, new, held.pk, held.pk)]


@transaction.atomic
def merge_place(*, actor: Actor, place: Place, into: Place, at: datetime) -> list[PathChange]:
    """Let ``into`` take over a unit that turned out to be the same: names become aliases, units below move along.

    The merged unit stays as a row that ended on that day, and its code leads to ``into``. Returns the change.

    Raises:
        Problem: ``same_place``, ``own_subtree``, ``ended``, ``wrong_level`` at ``into``.
        Absent, Forbidden: a steward may merge units that wait to be confirmed, an administrator all. Conflict ``merged``.
    """
    held, target = _hold_both(actor, place, into)
    if target.pk == held.pk:
        raise Problem("same_place", _("不能并入自己，请选择另一个单位。"), "into")
    if target.path.startswith(held.path):
        raise Problem("own_subtree", _("不能并入自己的下级。"), "into")
    if target.valid_to is not None or target.status == PlaceStatus.TO_BE_CONFIRMED:
        raise Problem("ended", _("请并入一个在用的、已确认的单位。"), "into")
    if target.level != held.level and held.children.exists():
        raise Problem("wrong_level", _("下面还有单位，只能并入同级单位。"), "into")
    change = PathChange(held.path, target.path, held.pk, target.pk)
    for below in held.children.all():
        below.parent = target
        below.save(update_fields=["parent"])
        _rewrite(below.path, f"{target.path}{below.code}.")
    _hand_names_over(held, target)
    _end(held, target, at.astimezone(SHANGHAI).date())
    return [change]


def _hold_both(actor: Actor, place: Place, other: Place) -> tuple[Place, Place]:
    """Lock both rows in one order, whoever comes first, and ask for permission on both."""
    provisional = Place.objects.filter(pk=place.pk, status=PlaceStatus.TO_BE_CONFIRMED).exists()
    rows = {
        pk: hold_place(actor=actor, place_id=pk, to_confirm=provisional)
        for pk in sorted({place.pk, other.pk}, key=str)
    }
    return rows[place.pk], rows[other.pk]


def _rewrite(old: str, new: str) -> None:
    """Give a subtree its new paths: one statement."""
    Place.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1), output_field=CharField())
    )


def _hand_names_over(held: Place, target: Place) -> None:
    names = {alias.name: alias.source for alias in PlaceAlias.objects.filter(place=held)}
    names[held.name] = str(_("并入前的名称"))
    PlaceAlias.objects.bulk_create(
        [
            PlaceAlias(place=target, name=name, source=source)
            for name, source in names.items()
            if name != target.name
        ],
        ignore_conflicts=True,
    )
    PlaceAlias.objects.filter(place=held).delete()


def _end(held: Place, target: Place, on: date) -> None:
    """Close the merged unit. Its own calendar goes: the ground now works by the calendar of the unit that took over."""
    CalendarDay.objects.filter(calendar__place=held).delete()
    WorkCalendar.objects.filter(place=held).delete()
    Place.objects.filter(merged_into=held).update(merged_into=target)
    held.merged_into, held.valid_to = target, on
    if held.valid_from is not None and held.valid_from >= on:
        held.valid_from = None
    held.save(update_fields=["merged_into", "valid_to", "valid_from"])
