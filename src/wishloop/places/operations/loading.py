"""The units of Lhasa from the shipped lists, and its working calendar."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import transaction

from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias, WorkCalendar
from wishloop.places.names import plain_name, short_name
from wishloop.places.queries import DEFAULT_HOURS

CITY_CODE = "5401"
# Statistical pseudo-areas: industrial parks that are no unit of administration (field notes, "Places").
PSEUDO_AREAS = ("540171", "540172", "540173", "540174")
LEVELS = {"area": Level.DISTRICT, "street": Level.SUBDISTRICT, "community": Level.COMMUNITY}
TIBETAN = {"5401": "ལྷ་ས།", "540102": "ཁྲིན་ཀོན་ཆུས།"}


def read_shipped_csv(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file shipped with the package."""
    text = files("wishloop.places").joinpath("data", name).read_text(encoding="utf-8-sig")
    yield from csv.DictReader(text.splitlines())


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit as the two lists have it together. ``other_names`` pairs a name or code with the list it comes from."""

    code: str
    name: str
    level: str
    parent_code: str
    source: str
    other_names: tuple[tuple[str, str], ...]


STATISTICAL, CIVIL = "统计用区划代码 2023-06-30", "民政部行政区划 2026-09"


def _civil_streets() -> dict[tuple[str, str], dict[str, str]]:
    """Return the civil-affairs list by county and short name: its codes of several counties are other streets' codes in the
    statistical list, so names say which street is which (强嘎乡 has become 强嘎镇), and codes only where no name fits."""
    return {
        (row["county_code"], short_name(row["town"])): row
        for row in read_shipped_csv("lhasa_townships_mca2026.csv")
    }


def _listed() -> list[_Unit]:
    """Return every unit of both lists once, parents first, under the newest name."""
    units = [_Unit(CITY_CODE, "拉萨市", Level.CITY.value, "", STATISTICAL, ())]
    civil = _civil_streets()
    by_code = {row["town_code"][:9]: key for key, row in civil.items()}
    rows = [
        row for row in read_shipped_csv("lhasa_divisions.csv") if not row["code"].startswith(PSEUDO_AREAS)
    ]
    streets = {(row["parent"], short_name(row["name"])) for row in rows if row["level"] == "street"}
    for row in rows:
        newer, code = None, row["code"]
        if row["level"] == "street":
            key = (row["parent"], short_name(row["name"]))
            if key not in civil and by_code.get(code) not in streets:
                key = by_code.get(code, key)  # same code, name of no other street: 公德林 is 功德林
            newer = civil.pop(key, None)
        others = [(row["name"], STATISTICAL), (short_name(plain_name(row["name"])), "简称")]
        if newer is not None:
            others.append((short_name(newer["town"]), CIVIL))
            if newer["town_code"] != f"{code}000":
                others.append((newer["town_code"], "民政部代码 2026-09"))
        name = plain_name(newer["town"] if newer else row["name"])
        level = LEVELS[row["level"]].value
        units.append(_Unit(code, name, level, row["parent"], STATISTICAL, tuple(others)))
    counties = {unit.code for unit in units if unit.level == Level.DISTRICT}
    for (county, short), row in civil.items():
        if county in counties:
            units.append(
                _Unit(
                    row["town_code"][:9],
                    row["town"],
                    Level.SUBDISTRICT.value,
                    county,
                    CIVIL,
                    ((short, "简称"),),
                )
            )
    return sorted(units, key=lambda unit: (len(unit.code), unit.code))


@transaction.atomic
def load_divisions(*, at: datetime) -> int:
    """Load Lhasa's units with their aliases: twelve listed and three new subdistricts of Chengguan among them.

    Idempotent; never changes a unit that is there, nor brings back an alias that somebody removed from it. Returns how many
    were added.
    """
    there = {place.code: place for place in Place.objects.all()}
    english = {row["code"]: row["name_en"] for row in read_shipped_csv("names_en.csv")}
    fresh: list[_Unit] = [unit for unit in _listed() if unit.code not in there]
    for unit in fresh:
        parent = there.get(unit.parent_code)
        there[unit.code] = Place(
            code=unit.code, name=unit.name, name_en=english.get(unit.code, ""), name_bo=TIBETAN.get(unit.code, ""),
            level=unit.level, parent=parent, path=f"{parent.path if parent else ''}{unit.code}.", source=unit.source,
            recorded_at=at,
        )  # fmt: skip
    Place.objects.bulk_create([there[unit.code] for unit in fresh])
    aliases: dict[tuple[str, str], PlaceAlias] = {}
    for unit in fresh:
        for name, source in unit.other_names:
            if name and name != unit.name:
                aliases.setdefault(
                    (unit.code, name), PlaceAlias(place=there[unit.code], name=name, source=source)
                )
    PlaceAlias.objects.bulk_create(aliases.values())
    return len(fresh)


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


@cache
def county_outlines() -> dict[str, Any]:
    """Return the shipped county outlines as a GeoJSON FeatureCollection (coarse, demo overview only); not to be changed."""
    text = files("wishloop.places").joinpath("data", "lhasa_counties.geojson").read_text(encoding="utf-8")
    outlines: dict[str, Any] = json.loads(text)
    return outlines
