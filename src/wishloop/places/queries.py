"""What other modules ask about places and their calendars."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

import chinese_calendar
from django.db.models import Q, QuerySet

from wishloop.core.geodesy import distance_m
from wishloop.core.working_time import Span, WorkingTime
from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias, WorkCalendar
from wishloop.places.names import plain_name

# Until a place enters its own hours. Mark: unsure (usual Lhasa office hours, to be confirmed by the place).
DEFAULT_HOURS: dict[str, list[list[str]]] = {
    str(weekday): [["09:30", "13:00"], ["15:30", "18:00"]] for weekday in range(1, 6)
}


def ancestor_paths(place_path: str) -> list[str]:
    """Return the paths of a place and all above it, top first."""
    codes = place_path.rstrip(".").split(".")
    return [".".join(codes[: i + 1]) + "." for i in range(len(codes))]


def place_by_code(code: str) -> Place | None:
    """Return the place of that code (12-digit civil-affairs codes of streets count too), or None."""
    code = code.strip()
    tries = [code, code[:-3]] if len(code) == 12 and code.endswith("000") else [code]
    return Place.objects.filter(code__in=tries).order_by("code").first()


def place_by_id(place_id: UUID) -> Place | None:
    """Return the place of that id, or None."""
    return Place.objects.filter(pk=place_id).first()


def find_place(name: str, *, within: Place | None = None) -> Place | None:
    """Return the one place a person means by ``name``: code, name or alias, with or without 社区居委会 and the like.

    Deepest first, then the official list before provisional ones. None when nothing or no single place fits.
    """
    typed = name.strip()
    if not typed:
        return None
    by_code = place_by_code(typed)
    if by_code is not None:
        return by_code
    plain = plain_name(typed)
    rows = Place.objects.filter(
        Q(name__in=[typed, plain]) | Q(aliases__name__in=[typed, plain]), valid_to__isnull=True
    )
    if within is not None:
        rows = rows.filter(path__startswith=within.path)
    found = sorted(set(rows), key=lambda p: (-len(p.path), p.status != "confirmed", p.code))
    exact = [p for p in found if p.name == typed] or found
    return exact[0] if exact else None


def subtree(place_path: str) -> QuerySet[Place]:
    """Return a place and everything below it, in the order of the tree."""
    return Place.objects.filter(path__startswith=place_path).order_by("path")


def children_of(place: Place) -> QuerySet[Place]:
    """Return the units directly below a place that exist today, in code order."""
    return Place.objects.filter(parent=place, valid_to__isnull=True).order_by("code")


def districts() -> QuerySet[Place]:
    """Return the districts and counties, in code order."""
    return Place.objects.filter(level=Level.DISTRICT, valid_to__isnull=True).order_by("code")


def choices_below(place_path: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return select options of a district: subdistricts as groups, each with itself and its communities (code, name)."""
    rows = list(
        subtree(place_path)
        .filter(level__in=[Level.SUBDISTRICT, Level.COMMUNITY], valid_to__isnull=True)
        .values_list("code", "name", "level", "parent_id", "id")
    )
    groups = []
    for code, name, level, _parent, pk in rows:
        if level == Level.SUBDISTRICT:
            below = [(c, n) for c, n, _l, parent, _i in rows if parent == pk]
            groups.append((name, [(code, name), *below]))
    return groups


def nearest_community(lat: float, lon: float, *, within_path: str = "") -> Place | None:
    """Return the community whose position is nearest, or None when none has a position."""
    rows = Place.objects.filter(level=Level.COMMUNITY, lat__isnull=False, valid_to__isnull=True)
    if within_path:
        rows = rows.filter(path__startswith=within_path)
    return min(rows, key=lambda p: distance_m(lat, lon, p.lat or 0, p.lon or 0), default=None)


def names_along(place_path: str) -> list[Place]:
    """Return the places from the top down to ``place_path``, for "城关区 › 扎细街道 › 扎细新村社区"."""
    return list(Place.objects.filter(path__in=ancestor_paths(place_path)).order_by("path"))


def aliases_of(place: Place) -> QuerySet[PlaceAlias]:
    """Return the other names of a place."""
    return PlaceAlias.objects.filter(place=place).order_by("name")


def calendar_for(place_path: str) -> WorkCalendar | None:
    """Return the calendar of the place or of the nearest one above it that has its own."""
    found = WorkCalendar.objects.filter(place__path__in=ancestor_paths(place_path)).select_related("place")
    return max(found, key=lambda c: len(c.place.path), default=None)


def working_time_of(*, place_path: str, first: date, last: date) -> WorkingTime:
    """Return office hours and special days of a place between two dates, both included.

    The national adjusted workdays come from ``chinesecalendar`` where it knows the year; after its last year only weekends
    and the place's own closures count. What the place entered wins over the nation.
    """
    calendar = calendar_for(place_path)
    week = _week(calendar.hours if calendar else DEFAULT_HOURS)
    days: dict[date, tuple[Span, ...]] = {}
    reasons: dict[date, str] = {}
    if calendar is None or calendar.follow_national:
        _add_national(week, first, last, days, reasons)
    if calendar is not None:
        for day in CalendarDay.objects.filter(calendar=calendar, on__gte=first, on__lte=last):
            days[day.on] = _special(day, week)
            reasons[day.on] = day.reason
    return WorkingTime(week=week, days=days, reasons=reasons)


def _span(pair: list[str]) -> Span:
    return time.fromisoformat(pair[0]), time.fromisoformat(pair[1])


def _week(hours: dict[str, list[list[str]]]) -> dict[int, tuple[Span, ...]]:
    return {int(weekday): tuple(_span(pair) for pair in spans) for weekday, spans in hours.items()}


def _special(day: CalendarDay, week: dict[int, tuple[Span, ...]]) -> tuple[Span, ...]:
    if day.kind == CalendarDay.Kind.OFF:
        return ()
    if day.kind == CalendarDay.Kind.HOURS and day.hours:
        return tuple(_span(pair) for pair in day.hours)
    return week.get(1, ())


def _add_national(
    week: dict[int, tuple[Span, ...]],
    first: date,
    last: date,
    days: dict[date, tuple[Span, ...]],
    reasons: dict[date, str],
) -> None:
    years = {holiday.year for holiday in chinese_calendar.constants.holidays}
    day = max(first, date(min(years), 1, 1))
    end = min(last, date(max(years), 12, 31))
    while day <= end:
        if day in chinese_calendar.constants.holidays:
            days[day] = ()
            reasons[day] = chinese_calendar.constants.holidays[day]
        elif day in chinese_calendar.constants.workdays:
            days[day] = week.get(1, ())
            reasons[day] = "adjusted_workday"
        day += timedelta(days=1)
