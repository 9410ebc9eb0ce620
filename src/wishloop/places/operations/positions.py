"""Where a unit lies: a point, or an outline from a GeoJSON file."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.geodesy import bounds, gcj02_to_wgs84, inside
from wishloop.core.problem import Problem
from wishloop.places.models import Place, PositionQuality
from wishloop.places.operations.holding import hold_place

WGS84, GCJ02 = "wgs84", "gcj02"
MAX_OUTLINE_BYTES = 5 * 1024 * 1024
MAX_OUTLINE_POINTS = 50_000


@transaction.atomic
def set_position(
    *,
    actor: Actor,
    place: Place,
    lat: float,
    lon: float,
    datum: str = WGS84,
    surveyed: bool = False,
) -> Place:
    """Say where the middle of a unit lies. Positions read off a Chinese map (GCJ-02) are converted here, once.

    Raises:
        Problem: ``bad_position`` at ``lat`` or ``lon``; ``unknown_choice`` at ``datum``. Absent, Forbidden.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    held.lat, held.lon = checked_position(lat, lon, datum)
    held.position_quality = PositionQuality.SURVEYED if surveyed else PositionQuality.APPROXIMATE
    held.save(update_fields=["lat", "lon", "position_quality"])
    return held


@transaction.atomic
def clear_position(*, actor: Actor, place: Place) -> Place:
    """Forget where a unit lies, outline and all. Raises Absent, Forbidden."""
    held = hold_place(actor=actor, place_id=place.pk)
    held.lat = held.lon = held.outline = None
    held.position_quality = PositionQuality.NONE
    held.save(update_fields=["lat", "lon", "outline", "position_quality"])
    return held


@transaction.atomic
def set_outline(*, actor: Actor, place: Place, geojson: bytes) -> Place:
    """Give a unit its outline from a GeoJSON file with one Polygon or MultiPolygon (WGS-84); a point where it has none yet.

    Raises:
        Problem: ``too_large``, ``bad_geojson`` or ``bad_position`` at ``outline``. Absent, Forbidden.
    """
    held = hold_place(actor=actor, place_id=place.pk)
    if len(geojson) > MAX_OUTLINE_BYTES:
        raise Problem("too_large", _("文件超过 5 MB，请先简化边界。"), "outline")
    try:
        document = json.loads(geojson)
    except (ValueError, RecursionError) as error:
        raise Problem("bad_geojson", _("这不是 GeoJSON 文件，请重新导出。"), "outline") from error
    take_outline(held, _one_geometry(document))
    held.save(update_fields=["lat", "lon", "outline", "position_quality"])
    return held


def take_outline(place: Place, geometry: dict[str, Any]) -> None:
    """Put a checked outline on a place (not saved). Raises Problem ``bad_geojson``, ``bad_position`` at ``outline``."""
    check_outline(geometry)
    place.outline = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    if place.lat is None:
        place.lat, place.lon = _point_within(place.outline)
        place.position_quality = PositionQuality.APPROXIMATE


def checked_position(lat: float, lon: float, datum: str = WGS84) -> tuple[float, float]:
    """Return a WGS-84 position rounded to about a decimetre. Raises Problem at ``lat``, ``lon`` or ``datum``."""
    if datum not in (WGS84, GCJ02):
        raise Problem("unknown_choice", _("请选择坐标系：WGS-84 或 GCJ-02。"), "datum")
    if not -90 <= lat <= 90:
        raise Problem("bad_position", _("纬度应在 -90 到 90 之间。"), "lat")
    if not -180 <= lon <= 180:
        raise Problem("bad_position", _("经度应在 -180 到 180 之间。"), "lon")
    if datum == GCJ02:
        lat, lon = gcj02_to_wgs84(lat, lon)
    return round(lat, 6), round(lon, 6)


def _one_geometry(document: Any) -> dict[str, Any]:
    """Return the one geometry of a geometry, a feature or a collection of one feature."""
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise Problem("bad_geojson", _("文件里要正好有一个图形；多个单位请用“导入”。"), "outline")
        document = features[0]
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    if not isinstance(document, dict):
        raise Problem("bad_geojson", _("文件里没有图形，请重新导出。"), "outline")
    return document


def check_outline(geometry: dict[str, Any]) -> None:
    """Refuse what is no polygon on Earth. Raises Problem ``bad_geojson`` or ``bad_position`` at ``outline``."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list) or not coordinates:
        raise Problem("bad_geojson", _("边界要是面（Polygon 或 MultiPolygon）。"), "outline")
    polygons = coordinates if kind == "MultiPolygon" else [coordinates]
    points = 0
    for ring in (ring for polygon in polygons for ring in (polygon if isinstance(polygon, list) else [None])):
        if not isinstance(ring, list) or len(ring) < 4 or not all(_is_point(point) for point in ring):
            raise Problem("bad_geojson", _("边界的坐标不完整，每圈至少要四个点。"), "outline")
        points += len(ring)
        if not all(-180 <= point[0] <= 180 and -90 <= point[1] <= 90 for point in ring):
            raise Problem(
                "bad_position", _("边界有超出经纬度范围的坐标；请用 WGS-84 经纬度导出。"), "outline"
            )
    if points > MAX_OUTLINE_POINTS:
        raise Problem("too_large", _("边界的点太多，请先简化。"), "outline")
    if not points:
        raise Problem("bad_geojson", _("边界里没有坐标。"), "outline")


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(value, int | float) and not isinstance(value, bool) for value in point[:2])
    )


def _point_within(outline: dict[str, Any]) -> tuple[float, float]:
    """Return a point inside the outline: the middle of its bounds, else the middle of the widest stretch at half height."""
    west, south, east, north = bounds(outline)
    lat = (south + north) / 2
    steps = [west + (east - west) * n / 200 for n in range(201)]
    within = [lon for lon in steps if inside(outline, lat, lon)]
    lon = within[len(within) // 2] if within else (west + east) / 2
    return round(lat, 6), round(lon, 6)
