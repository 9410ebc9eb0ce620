"""Positions on the ground: distances, the conversion of Chinese map coordinates, and coarsening for the public.

Stored positions are WGS-84 degrees; phones give them, Chinese maps show GCJ-02 (field notes: 337 m apart at the Potala).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

EARTH_RADIUS_M = 6371008.8
CELL_LAT_DEGREES = 0.0045  # about 500 m
CELL_LON_DEGREES = 0.0052  # about 500 m at Lhasa's latitude


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance in metres (haversine, mean Earth radius)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi, half_lambda = (phi_b - phi_a) / 2, math.radians(lon_b - lon_a) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def coarsen(lat: float, lon: float) -> tuple[float, float]:
    """Return the centre of the cell of about 500 m a position lies in: what the public map may show of a home."""
    row, column = math.floor(lat / CELL_LAT_DEGREES), math.floor(lon / CELL_LON_DEGREES)
    return round((row + 0.5) * CELL_LAT_DEGREES, 5), round((column + 0.5) * CELL_LON_DEGREES, 5)


def _gcj_offset(lat: float, lon: float) -> tuple[float, float]:
    """Return the published approximation of the GCJ-02 shift at a WGS-84 position, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    d_lat += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    d_lat += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    d_lon += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    d_lon += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    major, eccentricity = 6378245.0, 0.00669342162296594323
    phi = math.radians(lat)
    root = 1 - eccentricity * math.sin(phi) ** 2
    d_lat = d_lat * 180 / (major * (1 - eccentricity) / (root * math.sqrt(root)) * math.pi)
    d_lon = d_lon * 180 / (major / math.sqrt(root) * math.cos(phi) * math.pi)
    return d_lat, d_lon


def gcj02_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """Return the WGS-84 position of a GCJ-02 one, to better than a metre (three rounds of correction)."""
    guess_lat, guess_lon = lat, lon
    for _ in range(3):
        d_lat, d_lon = _gcj_offset(guess_lat, guess_lon)
        guess_lat, guess_lon = lat - d_lat, lon - d_lon
    return guess_lat, guess_lon


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def inside(geometry: Mapping[str, Any], lat: float, lon: float) -> bool:
    """Tell whether a position lies in a GeoJSON Polygon or MultiPolygon (even-odd rule, so holes count)."""
    crossings = 0
    for ring in _rings(geometry):
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                crossings += 1
    return crossings % 2 == 1


def bounds(geometry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a GeoJSON Polygon or MultiPolygon."""
    points = [point for ring in _rings(geometry) for point in ring]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons), min(lats), max(lons), max(lats)
