"""The units of Lhasa from the shipped lists, and plausible positions for a demonstration."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from django.db import transaction

from wishloop.core.geodesy import bounds, distance_m, inside
from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias, PositionQuality, WorkCalendar
from wishloop.places.names import plain_name
from wishloop.places.queries import DEFAULT_HOURS

CITY_CODE = "5401"
# Statistical pseudo-areas: industrial parks that are no unit of administration (field notes, "Places").
PSEUDO_AREAS = ("540171", "540172", "540173", "540174")
LEVELS = {"area": Level.DISTRICT, "street": Level.SUBDISTRICT, "community": Level.COMMUNITY}
ENGLISH = {
    "5401": "Lhasa", "540102": "Chengguan District", "540103": "Doilungdêqên District", "540104": "Dagzê District",
    "540121": "Lhünzhub County", "540122": "Damxung County", "540123": "Nyêmo County", "540124": "Qüxü County",
    "540127": "Maizhokunggar County", "540102002": "Barkhor Subdistrict",
}  # fmt: skip
TIBETAN = {"5401": "ལྷ་ས།", "540102": "ཁྲིན་ཀོན་ཆུས།"}


def _read_csv(name: str) -> Iterator[dict[str, str]]:
    text = files("wishloop.places").joinpath("data", name).read_text(encoding="utf-8-sig")
    yield from csv.DictReader(text.splitlines())


def _listed() -> list[tuple[str, str, str, str, str]]:
    """Return (code, listed name, level, parent code, source), parents first."""
    statistical, civil = "统计用区划代码 2023-06-30", "民政部行政区划 2026-09"
    rows = [(CITY_CODE, "拉萨市", Level.CITY.value, "", statistical)]
    rows.extend(
        (row["code"], row["name"], LEVELS[row["level"]].value, row["parent"], statistical)
        for row in _read_csv("lhasa_divisions.csv")
        if not row["code"].startswith(PSEUDO_AREAS)
    )
    known = {row[0] for row in rows}
    for row in _read_csv("lhasa_townships_mca2026.csv"):
        code = row["town_code"][:9]
        if code not in known and row["county_code"] in known:
            rows.append((code, row["town"], Level.SUBDISTRICT.value, row["county_code"], civil))
    return sorted(rows, key=lambda row: (len(row[0]), row[0]))


@transaction.atomic
def load_divisions(*, at: datetime) -> int:
    """Load Lhasa's units with their aliases: twelve listed and three new subdistricts of Chengguan among them.

    Idempotent; never changes a unit that is there. Returns how many were added.
    """
    there = {place.code: place for place in Place.objects.all()}
    for code, listed, level, parent_code, source in _listed():
        if code in there:
            continue
        parent = there.get(parent_code)
        there[code] = Place(
            code=code, name=plain_name(listed), name_en=ENGLISH.get(code, ""), name_bo=TIBETAN.get(code, ""), level=level,
            parent=parent, path=f"{parent.path if parent else ''}{code}.", source=source, recorded_at=at,
        )  # fmt: skip
    fresh = [place for place in there.values() if place._state.adding]
    Place.objects.bulk_create(fresh)
    if fresh:
        _add_aliases(there)
    return len(fresh)


def _add_aliases(places: dict[str, Place]) -> None:
    """Remember the long listed names, and what the civil-affairs list calls the same street (功德林 for 公德林)."""
    aliases = [
        PlaceAlias(place=places[code], name=listed, source=source)
        for code, listed, _level, _parent, source in _listed()
        if listed != places[code].name
    ]
    for row in _read_csv("lhasa_townships_mca2026.csv"):
        place = places.get(row["town_code"][:9])
        if place is not None and place.name != row["town"]:
            names = {row["town"], row["town"].removesuffix("街道")}
            aliases.extend(
                PlaceAlias(place=place, name=name, source="民政部行政区划 2026-09") for name in names
            )
    aliases.extend(
        PlaceAlias(place=place, name=place.name.removesuffix(ending), source="简称")
        for place in places.values()
        for ending in ("街道", "社区")
        if place.name.endswith(ending) and len(place.name) > len(ending) + 1
    )
    PlaceAlias.objects.bulk_create(aliases, ignore_conflicts=True)


def ensure_reference_data(*, at: datetime) -> None:
    """Load units and the city's working calendar if they are missing. Idempotent."""
    load_divisions(at=at)
    load_calendar()


@transaction.atomic
def load_calendar() -> None:
    """Give the city its calendar: office hours, and the closures announced for Losar and the like (field notes)."""
    city = Place.objects.get(code=CITY_CODE)
    calendar, created = WorkCalendar.objects.get_or_create(
        place=city, defaults={"hours": DEFAULT_HOURS, "source": "通常办公时间，待核实"}
    )
    if not created:
        return
    data: dict[str, Any] = json.loads(
        files("wishloop.places").joinpath("data", "lhasa_calendar.json").read_text(encoding="utf-8")
    )
    days: dict[date, CalendarDay] = {}
    for name, closure in data["closures"].items():
        reason = "藏历新年放假" if "losar" in name else "放假"
        first, last = (date.fromisoformat(day) for day in closure["off"])
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            on = date.fromordinal(ordinal)
            days[on] = CalendarDay(
                calendar=calendar, on=on, kind="off", reason=reason, source=closure["src"][:200]
            )
        for text in closure["work"]:
            on = date.fromisoformat(text)
            days[on] = CalendarDay(
                calendar=calendar, on=on, kind="work", reason="调休上班", source=closure["src"][:200]
            )
    CalendarDay.objects.bulk_create(days.values(), ignore_conflicts=True)


def county_outlines() -> dict[str, Any]:
    """Return the shipped county outlines as a GeoJSON FeatureCollection (coarse, demo overview only)."""
    text = files("wishloop.places").joinpath("data", "lhasa_counties.geojson").read_text(encoding="utf-8")
    outlines: dict[str, Any] = json.loads(text)
    return outlines


@transaction.atomic
def place_approximately(*, district: Place, centre: tuple[float, float], spread_km: float = 7.0) -> int:
    """Give units of a district that have no position a plausible one inside its outline, marked approximate.

    For demonstrations: seeded by the unit's code, so always the same; subdistricts as clusters around ``centre`` (lat, lon),
    communities near their subdistrict and 250 m or more from one another. Returns how many were placed.
    """
    feature = next(
        (f for f in county_outlines()["features"] if f["properties"]["code"] == district.code), None
    )
    if feature is None:
        return 0
    taken: list[tuple[float, float]] = []
    middle: dict[str, tuple[float, float]] = {district.path: centre}
    placed = 0
    for place in Place.objects.filter(path__startswith=district.path).order_by("path"):
        if place.lat is None:
            near = middle.get(place.path.rstrip(".").rpartition(".")[0] + ".", centre)
            reach = {Level.DISTRICT: 0.0, Level.SUBDISTRICT: spread_km, Level.COMMUNITY: spread_km / 4}.get(
                Level(place.level), 0.4
            )
            place.lat, place.lon = _spot(place.code, near, reach, feature["geometry"], taken)
            place.position_quality = PositionQuality.APPROXIMATE
            place.save(update_fields=["lat", "lon", "position_quality"])
            placed += 1
        middle[place.path] = (place.lat or centre[0], place.lon or centre[1])
        taken.append(middle[place.path])
    return placed


def _spot(
    code: str,
    near: tuple[float, float],
    reach_km: float,
    outline: dict[str, Any],
    taken: list[tuple[float, float]],
) -> tuple[float, float]:
    if reach_km == 0:
        return near
    draw = random.Random(f"wishloop {code}")  # noqa: S311 - a place on a demo map, not a secret
    west, south, east, north = bounds(outline)
    apart_m = 250.0
    for attempt in range(4000):
        reach = reach_km * (1 + attempt / 400) / 111.0
        lat, lon = near[0] + draw.gauss(0, reach / 3), near[1] + draw.gauss(0, reach / 1.6)
        if not (south <= lat <= north and west <= lon <= east and inside(outline, lat, lon)):
            continue
        if all(distance_m(lat, lon, *other) >= apart_m for other in taken):
            return round(lat, 5), round(lon, 5)
        apart_m *= 0.999
    return near
