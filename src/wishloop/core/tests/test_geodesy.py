"""Positions: distances, the shift of Chinese maps, what the public may see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishloop.core.geodesy import coarsen, distance_m, gcj02_to_wgs84, inside

POTALA = (29.6578, 91.1170)
LATS, LONS = st.floats(20, 45), st.floats(75, 130)


def test_the_potala_lies_337_metres_apart_on_the_two_maps() -> None:
    wgs = gcj02_to_wgs84(*POTALA)
    assert distance_m(*POTALA, *wgs) == pytest.approx(337, abs=2)


@given(lat=LATS, lon=LONS)
def test_converting_is_stable_and_moves_less_than_a_kilometre(lat: float, lon: float) -> None:
    wgs = gcj02_to_wgs84(lat, lon)
    assert 0 < distance_m(lat, lon, *wgs) < 1000


@given(lat=LATS, lon=LONS)
def test_coarsening_hides_within_the_cell_and_is_final(lat: float, lon: float) -> None:
    public = coarsen(lat, lon)
    assert distance_m(lat, lon, *public) < 450
    assert coarsen(*public) == public


@given(st.floats(29.6, 29.7), st.floats(91.0, 91.2), st.floats(29.6, 29.7), st.floats(91.0, 91.2))
def test_neighbours_cannot_be_told_apart(a: float, b: float, c: float, d: float) -> None:
    """Whoever shares a cell is shown at one and the same point."""
    if int(a / 0.0045) == int(c / 0.0045) and int(b / 0.0052) == int(d / 0.0052):
        assert coarsen(a, b) == coarsen(c, d)


def test_distance_of_one_degree() -> None:
    assert distance_m(0, 0, 0, 1) == pytest.approx(111195, abs=1)
    assert distance_m(0, 179.5, 0, -179.5) == pytest.approx(111195, abs=1)


def test_a_hole_is_outside() -> None:
    ring = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    hole = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]
    outline = {"type": "Polygon", "coordinates": [ring, hole]}
    assert inside(outline, 2, 2)
    assert not inside(outline, 5, 5)
    assert not inside(outline, 11, 5)
