"""Importing units. Each row stands or falls alone; the same file twice creates nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Forbidden, Problem
from wishloop.places.models import Level, Place, PlaceAlias, PositionQuality
from wishloop.places.names import plain_name
from wishloop.places.operations.editing import add_place, checked_name
from wishloop.places.operations.import_rows import Row, level_of, read_rows
from wishloop.places.operations.loading import PSEUDO_AREAS
from wishloop.places.operations.positions import checked_position, take_outline
from wishloop.places.permissions import may_edit
from wishloop.places.queries import find_place, place_by_code

_ORDER = {level: number for number, level in enumerate(Level.values)}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken: where it stands in the file, which column, and what to do."""

    row: int
    field: str | None
    message: str


@dataclass(slots=True)
class ImportResult:
    """What an import did, or in a dry run would do. ``updated`` existing units got a position or outline they lacked."""

    created: int = 0
    existing: int = 0
    updated: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    preview: list[tuple[int, str, str, str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the promised shape of ``wishloop import`` (interfaces)."""
        return {
            "created": self.created,
            "existing": self.existing,
            "updated": self.updated,
            "rejected": [{"row": r.row, "field": r.field, "message": r.message} for r in self.rejected],
        }


_PREVIEW_ROWS = 50


def import_places(
    *,
    actor: Actor,
    data: bytes,
    filename: str,
    dry_run: bool,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ImportResult:
    """Add the units of a CSV, XLSX, JSONL or GeoJSON file below units that exist, parents before children whatever the order.

    An existing unit keeps its name; a position or outline it lacks is taken from the file. ``dry_run`` does everything and
    takes it all back. ``progress`` is told (done, total) every 100 rows and at the end.

    Raises:
        Problem: at ``file`` when the file as a whole cannot be read (see ``read_rows``). Forbidden: administrator of nothing.
    """
    if actor.kind != "system" and not actor.holds("administrator"):
        raise Forbidden(_("要由管理员来导入单位。"))
    rows = read_rows(data=data, filename=filename)
    result = ImportResult()
    with transaction.atomic():
        _import_rows(actor, rows, at, result, progress, source=filename[:200])
        if dry_run:
            transaction.set_rollback(True)
    result.rejected.sort(key=lambda rejected: rejected.row)
    return result


def _import_rows(
    actor: Actor,
    rows: list[Row],
    at: datetime,
    result: ImportResult,
    progress: Callable[[int, int], None] | None,
    *,
    source: str,
) -> None:
    in_order = sorted(
        rows, key=lambda row: _ORDER.get(level_of(row.values.get("level", "")) or "", len(_ORDER))
    )
    for done, row in enumerate(in_order, start=1):
        try:
            with transaction.atomic():
                _take(actor, row, at, result, source)
        except Problem as problem:
            result.rejected.append(RejectedRow(row.number, problem.field, str(problem.message)))
        except DatabaseError:
            result.rejected.append(RejectedRow(row.number, None, _("数据库不接受这一行，请检查编码和坐标。")))
        if progress is not None and (done % 100 == 0 or done == len(rows)):
            progress(done, len(rows))


def _take(actor: Actor, row: Row, at: datetime, result: ImportResult, source: str) -> None:
    """Take one row. Raises Problem naming the column."""
    if row.unreadable:
        raise Problem("unreadable", row.unreadable)
    said = row.values
    name = plain_name(checked_name(said.get("name", "")))
    if said.get("code", "").startswith(PSEUDO_AREAS):
        raise Problem("pseudo_area", _("这是统计用的园区代码，不是行政区，不用导入。"), "code")
    known = place_by_code(said["code"]) if said.get("code") else None
    parent = known.parent if known else _parent(said)
    if known is None and parent is not None and not said.get("code"):
        known = Place.objects.filter(parent=parent, name=name, valid_to__isnull=True).first()
    if known is not None:
        changed = _fill_in(actor, known, row)
        result.existing += 1
        result.updated += changed
        return
    if parent is None:
        raise Problem("missing", _("请写明上级编码，或已有单位的编码。"), "parent")
    if not may_edit(actor, parent.path):
        raise Problem("forbidden", _("上级单位不在您的管理范围内。"), "parent", status=403)
    level = _level(said, parent)
    code = said.get("code", "")
    if level == Level.SUBDISTRICT and len(code) == 12 and code.isdigit():
        code = code.removesuffix("000")  # 12 digits in the civil-affairs list, 9 here
    place = add_place(
        actor=actor, parent=parent, level=level, code=code, name=name, at=at,
        name_en=said.get("name_en", ""), name_bo=said.get("name_bo", ""), source=source,
    )  # fmt: skip
    _describe(place, row)
    result.created += 1
    if len(result.preview) < _PREVIEW_ROWS:
        result.preview.append((row.number, place.code, place.name, str(Level(level).label), parent.name))


def _parent(said: Any) -> Place | None:
    text = said.get("parent", "")
    if not text:
        return None
    found = place_by_code(text) or find_place(text)
    if found is None:
        raise Problem("unknown_place", _("找不到上级单位，或有几个同名的；请写上级的编码。"), "parent")
    if found.valid_to is not None:
        raise Problem("ended", _("上级单位已停用。"), "parent")
    return found


def _level(said: Any, parent: Place) -> str:
    text = said.get("level", "")
    if not text:
        below = {
            Level.DISTRICT: Level.SUBDISTRICT,
            Level.SUBDISTRICT: Level.COMMUNITY,
            Level.COMMUNITY: Level.GRID,
        }
        return below.get(Level(parent.level), Level.DISTRICT).value
    level = level_of(text)
    if level is None:
        raise Problem("unknown_choice", _("级别请写：区/县、街道/乡镇、社区/村、网格或村民小组。"), "level")
    return level


def _fill_in(actor: Actor, place: Place, row: Row) -> bool:
    """Give an existing unit the position or outline it lacks; tells whether it did."""
    is_point = row.geometry is not None and row.geometry.get("type") == "Point"
    new_outline = row.geometry is not None and not is_point and place.outline is None
    new_position = place.lat is None and (is_point or bool(row.values.get("lat")))
    if not (new_outline or new_position):
        return False
    if not may_edit(actor, place.path):
        raise Forbidden(_("这个单位不在您的管理范围内。"))
    before = (place.lat, place.lon, place.position_quality)
    _locate(place, row)
    if before[0] is not None:  # somebody placed it: the file only adds the outline
        place.lat, place.lon, place.position_quality = before
    place.save(update_fields=["lat", "lon", "outline", "position_quality"])
    return True


def _describe(place: Place, row: Row) -> None:
    _locate(place, row)
    place.valid_from, place.valid_to = _day(row, "valid_from"), _day(row, "valid_to")
    if place.valid_from and place.valid_to and place.valid_to <= place.valid_from:
        raise Problem("not_later", _("停用日期要晚于启用日期。"), "valid_to")
    place.save(update_fields=["lat", "lon", "outline", "position_quality", "valid_from", "valid_to"])
    names = {alias.strip()[:100] for alias in _split(row.values.get("aliases", "")) if alias.strip()}
    listed = row.values.get("name", "")
    names |= {listed} if listed and listed != place.name else set()
    PlaceAlias.objects.bulk_create(
        [PlaceAlias(place=place, name=alias, source=place.source) for alias in sorted(names - {place.name})]
    )


def _split(text: str) -> list[str]:
    for mark in ("；", "、", "，", ",", "|"):
        text = text.replace(mark, ";")
    return text.split(";")


def _locate(place: Place, row: Row) -> None:
    """Put the row's position and outline on the place (not saved)."""
    if row.values.get("lat") or row.values.get("lon"):
        place.lat, place.lon = checked_position(_number(row, "lat"), _number(row, "lon"))
        place.position_quality = PositionQuality.SURVEYED
    if row.geometry is None:
        return
    if row.geometry.get("type") == "Point":
        coordinates = row.geometry.get("coordinates")
        if (
            not isinstance(coordinates, list)
            or len(coordinates) < 2
            or not all(isinstance(value, int | float) for value in coordinates[:2])
        ):
            raise Problem("bad_geojson", _("点的坐标不完整。"), "lat")
        place.lat, place.lon = checked_position(coordinates[1], coordinates[0])
        place.position_quality = PositionQuality.SURVEYED
    else:
        take_outline(place, dict(row.geometry))


def _number(row: Row, column: str) -> float:
    text = row.values.get(column, "")
    try:
        number = float(text)
    except ValueError as error:
        raise Problem("bad_position", _("坐标要写成十进制度数，如 29.65400。"), column) from error
    if number != number:  # "nan" reads as a number
        raise Problem("bad_position", _("坐标要写成十进制度数，如 29.65400。"), column)
    return number


def _day(row: Row, column: str) -> date | None:
    text = row.values.get(column, "").replace("/", "-").replace(".", "-")
    if not text:
        return None
    try:
        return date(*(int(part) for part in text.split("-")))
    except (ValueError, TypeError) as error:
        raise Problem("bad_date", _("日期请写成 2026-01-31。"), column) from error
