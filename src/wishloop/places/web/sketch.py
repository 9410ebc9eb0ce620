"""A small drawing of where a unit lies: outline and points as plain SVG, so that it needs no script and no tiles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wishloop.core.geodesy import bounds

WIDTH = 320.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the drawing. ``main`` is the unit itself, the others are those below it."""

    x: float
    y: float
    name: str
    main: bool


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the template draws: size in drawing units, the outline as one path, points."""

    width: float
    height: float
    path: str
    dots: tuple[Dot, ...]


def sketch(
    outline: Mapping[str, Any] | None, points: Sequence[tuple[float, float, str, bool]]
) -> Sketch | None:
    """Return a drawing of an outline (GeoJSON) and points (lat, lon, name, main), or None when there is nothing to draw."""
    if outline is not None:
        west, south, east, north = bounds(outline)
    elif points:
        lats, lons = [p[0] for p in points], [p[1] for p in points]
        west, south, east, north = min(lons) - 0.02, min(lats) - 0.02, max(lons) + 0.02, max(lats) + 0.02
    else:
        return None
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 16) / max((east - west) * squeeze, 1e-6)
    height = min(2 * WIDTH, (north - south) * scale + 16)

    def at(lat: float, lon: float) -> tuple[float, float]:
        return round((lon - west) * squeeze * scale + 8, 1), round((north - lat) * scale + 8, 1)

    path = ""
    if outline is not None:
        polygons = outline["coordinates"] if outline["type"] == "MultiPolygon" else [outline["coordinates"]]
        for polygon in polygons:
            for ring in polygon:
                path += "M" + "L".join("{} {}".format(*at(point[1], point[0])) for point in ring) + "Z"
    dots = tuple(Dot(*at(lat, lon), name, main) for lat, lon, name, main in points)
    return Sketch(WIDTH, round(height, 1), path, dots)
