"""Plausible positions for a demonstration, since no list gives any below the counties."""

from __future__ import annotations

import random
from typing import Any

from django.db import transaction

from wishloop.core.geodesy import bounds, distance_m, inside
from wishloop.places.models import Level, Place, PositionQuality
from wishloop.places.operations.loading import county_outlines, read_shipped_csv

_REACH_KM = {Level.SUBDISTRICT: 7.0, Level.COMMUNITY: 1.6}


@transaction.atomic
def place_approximately(*, district: Place, centre: tuple[float, float]) -> int:
    """Give units of a district that have no position a plausible one inside its outline, marked approximate.

    For demonstrations: seeded by the unit's code or name, so always the same; subdistricts at their rough middles where one is shipped,
    else around ``centre`` (lat, lon); communities as clusters near their subdistrict, about 250 m or more from one another.
    Returns how many were placed.
    """
    feature = next(
        (f for f in county_outlines()["features"] if f["properties"]["code"] == district.code), None
    )
    if feature is None:
        return 0
    known = {
        row["code"]: (float(row["lat"]), float(row["lon"])) for row in read_shipped_csv("demo_centres.csv")
    }
    units = list(Place.objects.filter(path__startswith=district.path).order_by("path"))
    taken = [(p.lat, p.lon) for p in units if p.lat is not None and p.lon is not None]
    taken += [known[p.code] for p in units if p.lat is None and p.code in known]
    middle: dict[str, tuple[float, float]] = {}
    placed: list[Place] = []
    for place in units:
        if place.lat is None or place.lon is None:
            near = middle.get(place.path.rstrip(".").rpartition(".")[0] + ".", centre)
            if place.pk == district.pk or place.code in known:
                place.lat, place.lon = known.get(place.code, centre)
            else:
                reach_km = _REACH_KM.get(Level(place.level), 0.4)
                seed = place.code if place.code.isdigit() else place.name  # provisional codes are random
                place.lat, place.lon = _spot(seed, near, reach_km, feature["geometry"], taken)
                taken.append((place.lat, place.lon))
            place.position_quality = PositionQuality.APPROXIMATE
            placed.append(place)
        middle[place.path] = (place.lat, place.lon)
    Place.objects.bulk_update(placed, ["lat", "lon", "position_quality"])
    return len(placed)


def _spot(
    seed: str,
    near: tuple[float, float],
    reach_km: float,
    outline: dict[str, Any],
    taken: list[tuple[float, float]],
) -> tuple[float, float]:
    """Draw positions around ``near``, ever wider, until one lies inside the outline and apart from those taken."""
    draw = random.Random(f"wishloop {seed}")  # noqa: S311 - a place on a demo map, not a secret
    west, south, east, north = bounds(outline)
    apart_m = 250.0
    for attempt in range(4000):
        reach = reach_km * (1 + attempt / 400) / 111.0
        lat, lon = near[0] + draw.gauss(0, reach / 3), near[1] + draw.gauss(0, reach / 2.5)
        if not (south <= lat <= north and west <= lon <= east and inside(outline, lat, lon)):
            continue
        if all(distance_m(lat, lon, *other) >= apart_m for other in taken):
            return round(lat, 5), round(lon, 5)
        apart_m *= 0.999
    return near
