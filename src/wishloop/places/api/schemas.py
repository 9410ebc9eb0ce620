"""Shapes of places: what anybody may read, and what staff send."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from ninja import Field, Schema

from wishloop.places.models import Place


class PublicPlace(Schema):
    """A unit as anybody may read it: never a provisional one, no positions."""

    code: str
    name: str
    name_en: str
    name_bo: str
    level: str
    parent: str | None

    @classmethod
    def of(cls, place: Place) -> PublicPlace:
        """Return the shape of a place whose parent is loaded."""
        return cls(
            code=place.code, name=place.name, name_en=place.name_en, name_bo=place.name_bo, level=place.level,
            parent=place.parent.code if place.parent else None,
        )  # fmt: skip


class PublicPlaces(Schema):
    """One page of units."""

    items: list[PublicPlace]
    next_cursor: str | None
    previous_cursor: str | None


class StaffPlace(PublicPlace):
    """A unit as staff read it."""

    path: str
    status: str
    valid_from: date | None
    valid_to: date | None
    lat: float | None
    lon: float | None
    position_quality: str
    source: str
    merged_into: str | None
    aliases: list[str]

    @classmethod
    def of(cls, place: Place) -> StaffPlace:
        """Return the shape of a place; reads its aliases."""
        return cls(
            **PublicPlace.of(place).dict(), path=place.path, status=place.status, valid_from=place.valid_from,
            valid_to=place.valid_to, lat=place.lat, lon=place.lon, position_quality=place.position_quality,
            source=place.source, merged_into=place.merged_into.code if place.merged_into else None,
            aliases=[alias.name for alias in place.aliases.order_by("name")],
        )  # fmt: skip


class NewPlace(Schema):
    """A unit to add."""

    parent: str
    level: str
    name: str
    code: str = ""
    name_en: str = ""
    name_bo: str = ""


class Names(Schema):
    """The names of a unit."""

    name: str
    name_en: str = ""
    name_bo: str = ""


class Confirmation(Schema):
    """The name a provisional unit is confirmed under; without one it keeps its own."""

    name: str | None = None


class Alias(Schema):
    """Another name."""

    name: str
    source: str = ""


class Validity(Schema):
    """From which day a unit exists, and the first day it no longer does."""

    valid_from: date | None = None
    valid_to: date | None = None


class Position(Schema):
    """A point in degrees."""

    lat: float
    lon: float
    datum: str = "wgs84"
    surveyed: bool = False


class Span(Schema):
    """Office hours, local time."""

    opens: time
    closes: time


class Days(Schema):
    """Days that differ."""

    first: date
    last: date | None = None
    kind: str
    reason: str
    hours: list[Span] = []
    source: str = ""


class Hours(Schema):
    """Office hours by ISO weekday, "1" to "7"; a weekday left out is a day off."""

    hours: dict[Literal["1", "2", "3", "4", "5", "6", "7"], list[Span]]
    follow_national: bool = True
    source: str = ""


class Day(Schema):
    """One day of a calendar: office hours, and why it differs."""

    on: date
    hours: list[Span]
    kind: str
    reason: str
    entered_at: str | None = Field(
        None, description="code of the place that entered it; null where the nation did"
    )


class Calendar(Schema):
    """A place's working time between two dates: the ordinary week, and the days that differ."""

    place: str
    week: dict[str, list[Span]]
    days: list[Day]
    known_until: date | None


class Entered(Schema):
    """How many days were written or taken back."""

    days: int
