"""Changing the tree of units."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import CODE_ALPHABET, new_id
from wishloop.core.problem import Conflict, Problem
from wishloop.core.text import optional_text, required_text
from wishloop.places.models import Level, Place, PlaceAlias, PlaceStatus
from wishloop.places.names import plain_name
from wishloop.places.operations.holding import hold_place
from wishloop.places.queries import find_place

BELOW: dict[str, frozenset[str]] = {
    Level.CITY: frozenset({Level.DISTRICT}),
    Level.DISTRICT: frozenset({Level.SUBDISTRICT}),
    Level.SUBDISTRICT: frozenset({Level.COMMUNITY}),
    Level.COMMUNITY: frozenset({Level.GRID, Level.PRODUCTION_GROUP}),
}
_MADE_HERE = {Level.GRID: "W", Level.PRODUCTION_GROUP: "Z"}  # 网格, 组: letters that no official code has


def checked_name(name: str) -> str:
    """Return a unit's name cleaned. Raises Problem ``missing`` or ``too_long`` at ``name``."""
    return required_text(name, field="name", max_chars=100, missing=_("请写明单位名称。"), one_line=True)


def checked_code(code: str) -> str:
    """Return a code. Raises Problem ``bad_code`` at ``code``."""
    if not re.fullmatch(r"[0-9A-Za-z-]{1,40}", code):
        raise Problem("bad_code", _("编码只能用字母、数字和短横线，最多 40 位。"), "code")
    return code


@transaction.atomic
def add_place(
    *,
    actor: Actor,
    parent: Place,
    level: str,
    code: str,
    name: str,
    at: datetime,
    name_en: str = "",
    name_bo: str = "",
    source: str = "",
) -> Place:
    """Add a unit below another. Without a code it gets the parent's with a letter and the next free number.

    Raises:
        Problem: ``missing``, ``too_long`` at ``name``; ``bad_code`` at ``code``; ``wrong_level`` at ``level``; ``too_deep``.
        Conflict: ``code_taken``, ``name_taken``. Absent, Forbidden: not an administrator there.
    """
    above = hold_place(actor=actor, place_id=parent.pk)
    words = checked_name(name)
    if level not in BELOW.get(above.level, frozenset()):
        raise Problem("wrong_level", _("这一级下面不能直接设这种单位。"), "level")
    code = checked_code(code.strip()) if code.strip() else _next_code(above, level)
    if Place.objects.filter(code=code).exists():
        raise Conflict("code_taken", _("这个编码已经有了，请核对。"))
    if Place.objects.filter(parent=above, name=words, valid_to__isnull=True).exists():
        raise Conflict("name_taken", _("上级单位下已有同名单位，请核对。"))
    path = f"{above.path}{code}."
    if len(path) > 250:
        raise Problem("too_deep", _("编码太长，请缩短。"), "code")
    place = Place(
        code=code, name=words, level=level, parent=above, path=path, recorded_at=at,
        name_en=optional_text(name_en, field="name_en", max_chars=100, one_line=True),
        name_bo=optional_text(name_bo, field="name_bo", max_chars=100, one_line=True),
        source=source or str(_("手工添加")),
    )  # fmt: skip
    try:
        with transaction.atomic():
            place.save(force_insert=True)
    except IntegrityError as error:  # somebody used the code under another parent a moment ago
        raise Conflict("code_taken", _("这个编码已经有了，请核对。")) from error
    return place


def _next_code(parent: Place, level: str) -> str:
    """Return the first code of the kind 540102005002-W01 that is free; the parent's row is locked, so it stays free."""
    stem = f"{parent.code}-{_MADE_HERE.get(Level(level), 'N')}"
    taken = set(Place.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{stem}{n:02d}") not in taken)


@transaction.atomic
def add_provisional_place(*, name: str, parent: Place, at: datetime) -> Place:
    """Return the place a person named, adding it "to be confirmed" when the list lacks it: never a reason to refuse a wish.

    Anybody may name one; the same name under the same parent gives the same place. People name their community: below a
    district it stands directly, until a steward says which subdistrict it lies in.

    Raises:
        Problem: ``missing`` or ``too_long`` at ``name``.
    """
    words = plain_name(checked_name(name))
    above = Place.objects.select_for_update().get(pk=parent.pk)  # two naming it at once make one place
    known = (
        find_place(words, within=above)
        or Place.objects.filter(parent=above, name=words, valid_to__isnull=True).first()
    )
    if known is not None:
        return known
    if above.level not in (Level.CITY, Level.DISTRICT, Level.SUBDISTRICT) and above.parent is not None:
        above = above.parent  # "next to" a community is a community, not a part of it
    letters = "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in new_id().bytes[8:14])
    level = Level.DISTRICT if above.level == Level.CITY else Level.COMMUNITY
    code = f"{above.code}-{letters}"
    return Place.objects.create(
        code=code, name=words, level=level, parent=above, path=f"{above.path}{code}.", recorded_at=at,
        status=PlaceStatus.TO_BE_CONFIRMED, source=str(_("居民填写")),
    )  # fmt: skip


@transaction.atomic
def confirm_place(*, actor: Actor, place: Place, name: str | None = None) -> Place:
    """Make a provisional unit an ordinary one, under a corrected name if need be; the name as given stays as an alias.

    Raises:
        Absent, Forbidden: neither steward nor administrator there. Problem at ``name``. Conflict: ``name_taken``, ``merged``.
    """
    held = hold_place(actor=actor, place_id=place.pk, to_confirm=True)
    if name is not None:
        _rename(held, checked_name(name), source=str(_("居民填写")))
    held.status = PlaceStatus.CONFIRMED
    held.save(update_fields=["name", "status"])
    return held


@transaction.atomic
def rename_place(*, actor: Actor, place: Place, name: str, name_en: str = "", name_bo: str = "") -> Place:
    """Rename a unit; the former name stays as an alias.

    Raises:
        Absent, Forbidden: not an administrator there. Problem at the field. Conflict: ``name_taken``, ``merged``.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    _rename(held, checked_name(name), source=str(_("曾用名")))
    held.name_en = optional_text(name_en, field="name_en", max_chars=100, one_line=True)
    held.name_bo = optional_text(name_bo, field="name_bo", max_chars=100, one_line=True)
    held.save(update_fields=["name", "name_en", "name_bo"])
    return held


def _rename(place: Place, words: str, *, source: str) -> None:
    if words == place.name:
        return
    beside = Place.objects.filter(parent=place.parent, name=words, valid_to__isnull=True).exclude(pk=place.pk)
    if beside.exists():
        raise Conflict("name_taken", _("上级单位下已有同名单位。如果是同一个单位，请用“并入”。"))
    PlaceAlias.objects.get_or_create(place=place, name=place.name, defaults={"source": source})
    PlaceAlias.objects.filter(place=place, name=words).delete()
    place.name = words


@transaction.atomic
def add_alias(*, actor: Actor, place: Place, name: str, source: str = "") -> PlaceAlias:
    """Remember another name people use. Adding it again returns what there is.

    Raises:
        Problem: ``missing``, ``too_long``; ``same_name`` at ``name``. Absent, Forbidden: neither steward nor administrator.
    """
    held = hold_place(actor=actor, place_id=place.pk, to_confirm=True)
    words = checked_name(name)
    if words == held.name:
        raise Problem("same_name", _("这就是单位的名称，不用再加别名。"), "name")
    where = optional_text(source, field="source", max_chars=200, one_line=True)
    alias, _created = PlaceAlias.objects.get_or_create(place=held, name=words, defaults={"source": where})
    return alias


@transaction.atomic
def remove_alias(*, actor: Actor, place: Place, name: str) -> bool:
    """Forget another name; tells whether there was one. Raises Absent, Forbidden: neither steward nor administrator."""
    held = hold_place(actor=actor, place_id=place.pk, to_confirm=True)
    deleted, _rows = PlaceAlias.objects.filter(place=held, name=name).delete()
    return deleted > 0


@transaction.atomic
def set_validity(*, actor: Actor, place: Place, valid_from: date | None, valid_to: date | None) -> Place:
    """Say from which day a unit exists and on which day it no longer does. Ended units stay on what refers to them.

    Raises:
        Problem: ``not_later`` or ``has_children`` at ``valid_to``. Absent, Forbidden, Conflict ``merged``.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    if valid_from and valid_to and valid_to <= valid_from:
        raise Problem("not_later", _("停用日期要晚于启用日期。"), "valid_to")
    if valid_to and held.children.filter(valid_to__isnull=True).exists():
        raise Problem("has_children", _("下面还有在用的单位，请先移走或停用它们。"), "valid_to")
    held.valid_from, held.valid_to = valid_from, valid_to
    held.save(update_fields=["valid_from", "valid_to"])
    return held
