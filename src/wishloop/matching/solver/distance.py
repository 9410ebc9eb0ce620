"""Great-circle distances in whole metres, and positions as points in space for the k-d trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wishloop.core.geodesy import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def metres_between(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Ints:
    """Return the great-circle distances between positions in degrees (haversine), each rounded to whole metres."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_lambda = np.radians(lon_b - lon_a) / 2
    h = np.sin((phi_b - phi_a) / 2) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lambda) ** 2
    arc = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(h)))
    metres: Ints = np.rint(arc).astype(np.int64)
    return metres


def points_in_space(lat: Floats, lon: Floats) -> Floats:
    """Return positions as x, y, z in metres: poles and the antimeridian are ordinary places there."""
    phi, lam = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS_M * np.stack(
        (np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)), axis=1
    )


def chord_reaching(arc_m: Floats) -> Floats:
    """Return a straight-line length that no pair exceeds whose rounded arc is at most ``arc_m`` whole metres.

    Half a metre for the rounding and a metre for the arithmetic are added: the tree may return too much, never too little.
    """
    angle = np.clip((np.asarray(arc_m, dtype=np.float64) + 1.5) / (2 * EARTH_RADIUS_M), 0.0, np.pi / 2)
    return 2 * EARTH_RADIUS_M * np.sin(angle) + 0.01


def arc_at_least(chord_m: Floats) -> Ints:
    """Return whole metres that the rounded arc of a pair at this straight-line length surely reaches."""
    ratio = np.minimum(1.0, np.maximum(0.0, chord_m - 0.01) / (2 * EARTH_RADIUS_M))
    arcs: Ints = np.floor(2 * EARTH_RADIUS_M * np.arcsin(ratio) - 1.0).astype(np.int64)
    return arcs
