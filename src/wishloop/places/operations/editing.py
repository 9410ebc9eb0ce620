"""Changing the tree of units."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import CODE_ALPHABET, new_id
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.places.models import Level, Place, PlaceAlias, PlaceStatus
from wishloop.places.names import plain_name
from wishloop.places.queries import find_place

_BELOW = {
    Level.CITY: {Level.DISTRICT},
    Level.DISTRICT: {Level.SUBDISTRICT},
    Level.SUBDISTRICT: {Level.COMMUNITY},
    Level.COMMUNITY: {Level.GRID, Level.PRODUCTION_GROUP},
}


def _checked_name(name: str) -> str:
    words = re.sub(r"\s+", " ", name).strip()
    if not words:
        raise Problem("missing", _("请写明单位名称。"), "name")
    if len(words) > 100:
        raise Problem("too_long", _("名称最多 100 字。"), "name")
    return words


def _require_administrator(actor: Actor, place: Place) -> None:
    if actor.kind != "system" and not actor.may(place.path, "administrator"):
        raise Forbidden(_("要由本级管理员来修改单位。"))


@transaction.atomic
def add_place(*, actor: Actor, parent: Place, level: str, code: str, name: str, at: datetime) -> Place:
    """Add a unit below another.

    Raises:
        Problem: ``missing``, ``too_long`` at ``name``; ``bad_code`` at ``code``; ``wrong_level`` at ``level``.
        Conflict: ``code_taken``. Forbidden: not an administrator there.
    """
    _require_administrator(actor, parent)
    words = _checked_name(name)
    if not re.fullmatch(r"[0-9A-Za-z-]{1,40}", code):
        raise Problem("bad_code", _("编码只能用字母、数字和短横线，最多 40 位。"), "code")
    if level not in _BELOW.get(Level(parent.level), set()):
        raise Problem("wrong_level", _("这一级下面不能直接设这种单位。"), "level")
    if Place.objects.filter(code=code).exists():
        raise Conflict("code_taken", _("这个编码已经有了，请核对。"))
    return Place.objects.create(
        code=code, name=words, level=level, parent=parent, path=f"{parent.path}{code}.", recorded_at=at,
        source=str(_("手工添加")),
    )  # fmt: skip


@transaction.atomic
def add_provisional_place(*, name: str, parent: Place, at: datetime) -> Place:
    """Return the place a person named, adding it "to be confirmed" when the list lacks it: never a reason to refuse a wish.

    Anybody may name one; the same name under the same parent gives the same place.

    Raises:
        Problem: ``missing`` or ``too_long`` at ``name``.
    """
    words = plain_name(_checked_name(name))
    Place.objects.select_for_update().get(pk=parent.pk)  # two people naming it at once make one place
    known = find_place(words, within=parent)
    if known is not None:
        return known
    letters = "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in new_id().bytes[8:14])
    level = {Level.CITY: Level.DISTRICT, Level.DISTRICT: Level.SUBDISTRICT}.get(
        Level(parent.level), Level.COMMUNITY
    )
    if parent.level == Level.DISTRICT:
        level = (
            Level.COMMUNITY
        )  # people name their community; which subdistrict it lies in is for the steward to say
    code = f"{parent.code}-{letters}"
    return Place.objects.create(
        code=code, name=words, level=level, parent=parent, path=f"{parent.path}{code}.", recorded_at=at,
        status=PlaceStatus.TO_BE_CONFIRMED, source=str(_("居民填写")),
    )  # fmt: skip


@transaction.atomic
def confirm_place(*, actor: Actor, place: Place, name: str | None = None) -> Place:
    """Make a provisional unit an ordinary one, under a corrected name if need be.

    Raises:
        Forbidden: neither steward nor administrator there. Problem at ``name``.
    """
    if actor.kind != "system" and not actor.may(place.path, "administrator", "steward"):
        raise Forbidden(_("要由本地心愿管家或管理员来确认。"))
    if name is not None and _checked_name(name) != place.name:
        PlaceAlias.objects.get_or_create(
            place=place, name=place.name, defaults={"source": str(_("居民填写"))}
        )
        place.name = _checked_name(name)
    place.status = PlaceStatus.CONFIRMED
    place.save(update_fields=["name", "status"])
    return place


@transaction.atomic
def rename_place(*, actor: Actor, place: Place, name: str, name_en: str = "", name_bo: str = "") -> Place:
    """Rename a unit; the former name stays as an alias.

    Raises:
        Forbidden: not an administrator there. Problem at ``name``.
    """
    _require_administrator(actor, place)
    words = _checked_name(name)
    if words != place.name:
        PlaceAlias.objects.get_or_create(place=place, name=place.name, defaults={"source": str(_("曾用名"))})
    place.name, place.name_en, place.name_bo = words, name_en.strip()[:100], name_bo.strip()[:100]
    place.save(update_fields=["name", "name_en", "name_bo"])
    return place
