"""What other modules ask about places and their calendars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

import chinese_calendar
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length

from wishloop.core.actor import Actor
from wishloop.core.geodesy import distance_m, inside
from wishloop.core.problem import Absent
from wishloop.core.working_time import Span, WorkingTime
from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias, PlaceStatus, WorkCalendar
from wishloop.places.names import normalised, plain_name

ADJUSTED_WORKDAY = "adjusted_workday"

# Until a place enters its own hours. Mark: unsure (usual Lhasa office hours, to be confirmed by the place).
DEFAULT_HOURS: dict[str, list[list[str]]] = {
    str(weekday): [["09:30", "13:00"], ["15:30", "18:00"]] for weekday in range(1, 6)
}


def ancestor_paths(place_path: str) -> list[str]:
    """Return the paths of a place and all above it, top first."""
    codes = place_path.rstrip(".").split(".")
    return [".".join(codes[: i + 1]) + "." for i in range(len(codes))]


def place_by_code(code: str) -> Place | None:
    """Return the place of that code, or None. A 12-digit civil-affairs code of a street counts too, and the code of a unit
    that was merged leads to the one that took over."""
    typed = code.strip()
    found = Place.objects.filter(code=typed).select_related("merged_into").first()
    if found is None and len(typed) == 12 and typed.endswith("000"):
        renumbered = PlaceAlias.objects.filter(name=typed).select_related("place").order_by("id").first()
        found = renumbered.place if renumbered else Place.objects.filter(code=typed[:-3]).first()
    return _taken_over(found)


def place_seen_by(actor: Actor, *, code: str) -> Place:
    """Return the unit of a code as the actor may read it. Raises Absent: none, or not on the actor's ground."""
    place = Place.objects.visible_to(actor).select_related("parent", "merged_into").filter(code=code).first()
    if place is None:
        raise Absent()
    return place


def _taken_over(place: Place | None) -> Place | None:
    """Follow mergers to the unit that stands today."""
    while place is not None and place.merged_into is not None:
        place = place.merged_into
    return place


def place_by_path(path: str) -> Place | None:
    """Return the place of that path, or None."""
    return Place.objects.filter(path=path).first()


def place_by_id(place_id: UUID) -> Place | None:
    """Return the place of that id, or None."""
    return Place.objects.filter(pk=place_id).first()


def find_place(name: str, *, within: Place | None = None, on: date | None = None) -> Place | None:
    """Return the one place a person means by ``name``: code, name or alias, with or without 社区居委会 and the like.

    A full name beats a short one, the official list beats provisional units, the deeper unit beats the one above it
    (扎细 is the community where both are called so). None when nothing fits, or when several do and nothing tells them apart.

    Args:
        within: only this place and what lies below it.
        on: the day it has to exist; without one, units whose end is entered are left out.
    """
    typed = normalised(name)
    if not typed:
        return None
    by_code = place_by_code(typed)
    if by_code is not None and (within is None or by_code.path.startswith(within.path)):
        return by_code
    wanted = {typed, plain_name(typed)}
    rows = Place.objects.in_force(on).filter(Q(name__in=wanted) | Q(aliases__name__in=wanted)).distinct()
    if within is not None:
        rows = rows.filter(path__startswith=within.path)
    ranked = sorted(((_rank(place, wanted), place) for place in rows), key=lambda pair: pair[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _rank(place: Place, wanted: set[str]) -> tuple[bool, bool, int]:
    return (place.name not in wanted, place.status != PlaceStatus.CONFIRMED, -place.path.count("."))


def places_mentioned(text: str, *, within_path: str = "") -> list[Place]:
    """Return the units a text names, the longest name first (F4 to F7: people say where they live in their own words).

    A two-character short name proves nothing (幸福 is a community and a word), so it does not count. At most ten.
    """
    said = normalised(text)[:5000]
    named = Place.objects.in_force().alias(said=Value(said)).filter(path__startswith=within_path)
    by_name = {
        p: len(p.name) for p in named.annotate(n=Length("name")).filter(n__gte=3, said__contains=F("name"))
    }
    aliases = (
        PlaceAlias.objects.alias(said=Value(said), n=Length("name"))
        .filter(n__gte=3, said__contains=F("name"), place__path__startswith=within_path)
        .filter(place__valid_to__isnull=True)
        .select_related("place")
    )
    for alias in aliases:
        by_name[alias.place] = max(by_name.get(alias.place, 0), len(alias.name))
    return sorted(by_name, key=lambda p: (-by_name[p], -p.path.count("."), p.code))[:10]


def local_name(place: Place, language: str) -> str:
    """Return the name in a language (``en``, ``bo``, else Chinese); the Chinese one where no other is known."""
    return {"en": place.name_en, "bo": place.name_bo}.get(language.split("-")[0], "") or place.name


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
    """Return select options of a district: subdistricts as groups, each with itself and its communities (code, name).

    Only confirmed units: names that somebody typed and nobody has looked at yet are not shown around.
    """
    rows = list(
        subtree(place_path)
        .filter(
            level__in=[Level.SUBDISTRICT, Level.COMMUNITY],
            valid_to__isnull=True,
            status=PlaceStatus.CONFIRMED,
        )
        .values_list("code", "name", "level", "parent_id", "id")
    )
    groups = []
    for code, name, level, _parent, pk in rows:
        if level == Level.SUBDISTRICT:
            below = [(c, n) for c, n, _l, parent, _i in rows if parent == pk]
            groups.append((name, [(code, name), *below]))
    return groups


def shown_to_public(place: Place) -> Place:
    """Return the unit whose name the public may read: words somebody typed are not shown before a steward has settled them,
    the unit above is."""
    while place.status != PlaceStatus.CONFIRMED and place.parent is not None:
        place = place.parent
    return place


def unit_in_words(text: str, *, within: Place) -> tuple[Place, str] | None:
    """Return the unit below ``within`` that somebody's words for a place name, and what the words say besides.

    扎细新村3栋 is 扎细新村社区 and "3栋"; 扎细街道向阳社区 is 扎细街道 and "向阳社区" where the list lacks that community. None when
    the words name no unit, or several that do not lie in one another.
    """
    named = [p for p in places_mentioned(text, within_path=within.path) if p.pk != within.pk]
    if not named:
        return None
    deepest = max(named, key=lambda p: p.path.count("."))
    if not all(deepest.path.startswith(p.path) for p in named):
        return None
    rest = normalised(text)
    known = [p.name for p in [*named, within]] + list(
        PlaceAlias.objects.filter(place__in=[*named, within]).values_list("name", flat=True)
    )
    for name in sorted((n for n in known if len(n) >= 3), key=len, reverse=True):
        rest = rest.replace(name, " ", 1)
    return deepest, normalised(rest)


def nearest_community(lat: float, lon: float, *, within_path: str = "") -> Place | None:
    """Return the community whose outline holds the position, else the one whose middle is nearest; None when none has a position.

    Two queries: the middles of all, then the few nearest with their outlines.
    """
    rows = Place.objects.in_force().filter(level=Level.COMMUNITY, lat__isnull=False)
    if within_path:
        rows = rows.filter(path__startswith=within_path)
    middles = rows.values_list("pk", "lat", "lon")
    by_distance = sorted(middles, key=lambda row: distance_m(lat, lon, row[1] or 0, row[2] or 0))[:8]
    order = {pk: number for number, (pk, _lat, _lon) in enumerate(by_distance)}
    near = sorted(Place.objects.filter(pk__in=order), key=lambda p: order[p.pk])
    holding = (p for p in near if p.outline and inside(p.outline, lat, lon))
    return next(holding, near[0] if near else None)


def names_along(place_path: str) -> list[Place]:
    """Return the places from the top down to ``place_path``, for "城关区 › 扎细街道 › 扎细新村社区"."""
    return list(Place.objects.filter(path__in=ancestor_paths(place_path)).order_by("path"))


def search_places(
    text: str, *, parent: Place | None = None, rows: QuerySet[Place] | None = None
) -> QuerySet[Place]:
    """Return the units in force whose name, alias, English name or code holds ``text``, in code order.

    Args:
        parent: only units directly below it (anywhere below it when ``text`` is given).
        rows: what to search in; all units without it.
    """
    found = (Place.objects.all() if rows is None else rows).filter(valid_to__isnull=True)
    said = normalised(text)
    if parent is not None:
        found = (
            found.filter(path__startswith=parent.path).exclude(pk=parent.pk)
            if said
            else found.filter(parent=parent)
        )
    if said:
        alias = PlaceAlias.objects.filter(place=OuterRef("pk"), name__icontains=said)
        found = found.filter(
            Q(name__icontains=said) | Q(name_en__icontains=said) | Q(code__startswith=said) | Exists(alias)
        )
    return found.order_by("code")


def provisional_places(rows: QuerySet[Place]) -> QuerySet[Place]:
    """Return the units somebody named that wait for a steward's word, oldest first."""
    return rows.filter(status=PlaceStatus.TO_BE_CONFIRMED, valid_to__isnull=True).order_by(
        "recorded_at", "id"
    )


def aliases_of(place: Place) -> QuerySet[PlaceAlias]:
    """Return the other names of a place."""
    return PlaceAlias.objects.filter(place=place).order_by("name")


def calendars_along(place_path: str) -> list[WorkCalendar]:
    """Return the calendars that speak for a place: its own and those above it, top first."""
    found = WorkCalendar.objects.filter(place__path__in=ancestor_paths(place_path)).select_related("place")
    return sorted(found, key=lambda calendar: len(calendar.place.path))


def working_time_of(*, place_path: str, first: date, last: date) -> WorkingTime:
    """Return office hours and special days of a place between two dates, both included. One query.

    Hours are those of the nearest place that has its own. Days count from everywhere above, the nearest place's word last:
    a community's half day does not undo the city's Losar. The national adjusted workdays come from ``chinesecalendar`` where
    it knows the year; after its last year only weekends and the places' own days count, and ``known_until`` says so.
    """
    rows = (
        WorkCalendar.objects.filter(place__path__in=ancestor_paths(place_path))
        .annotate(
            near=FilteredRelation("days", condition=Q(days__on__gte=first, days__on__lte=last)),
            depth=Length("place__path"),
        )
        .order_by("depth", "near__on")
        .values_list("hours", "follow_national", "near__on", "near__kind", "near__hours", "near__reason")
    )
    hours, national = DEFAULT_HOURS, True
    entered: list[tuple[date, str, Any, str]] = []
    for own_hours, follows, on, kind, day_hours, reason in rows:
        if own_hours:
            hours, national = own_hours, follows
        if on is not None:
            entered.append((on, kind, day_hours, reason))
    week = _week(hours)
    days: dict[date, tuple[Span, ...]] = {}
    reasons: dict[date, str] = {}
    if national:
        _add_national(week, first, last, days, reasons)
    for on, kind, day_hours, reason in entered:
        days[on] = _special(on, kind, day_hours, week)
        reasons[on] = reason
    return WorkingTime(
        week=week, days=days, reasons=reasons, known_until=NATIONAL_UNTIL if national else None
    )


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One day that differs, as a calendar page shows it. ``place`` entered it; None where the nation did."""

    on: date
    kind: str
    spans: tuple[Span, ...]
    reason: str
    source: str
    place: Place | None


def days_along(place_path: str, *, first: date, last: date) -> list[DayEntry]:
    """Return the days between two dates that differ at a place, in order: one a date, the one that counts."""
    time_ = working_time_of(place_path=place_path, first=first, last=last)
    calendars = {calendar.pk: calendar for calendar in calendars_along(place_path)}
    rows = CalendarDay.objects.filter(calendar__in=list(calendars), on__gte=first, on__lte=last)
    entered = {
        day.on: (day, calendars[day.calendar_id].place)
        for day in sorted(rows, key=lambda day: len(calendars[day.calendar_id].place.path))
    }
    return [
        DayEntry(
            on=on,
            kind=entered[on][0].kind if on in entered else ("work" if time_.days[on] else "off"),
            spans=time_.days[on],
            reason=time_.reasons[on],
            source=entered[on][0].source if on in entered else "",
            place=entered[on][1] if on in entered else None,
        )
        for on in sorted(time_.days)
    ]


def _span(pair: list[str]) -> Span:
    return time.fromisoformat(pair[0]), time.fromisoformat(pair[1])


def _week(hours: dict[str, list[list[str]]]) -> dict[int, tuple[Span, ...]]:
    return {int(weekday): tuple(_span(pair) for pair in spans) for weekday, spans in hours.items()}


def _special(on: date, kind: str, hours: Any, week: dict[int, tuple[Span, ...]]) -> tuple[Span, ...]:
    if kind == CalendarDay.Kind.OFF:
        return ()
    if kind == CalendarDay.Kind.HOURS and hours:
        return tuple(_span(pair) for pair in hours)
    return week.get(on.isoweekday()) or _ordinary(week)


def _ordinary(week: dict[int, tuple[Span, ...]]) -> tuple[Span, ...]:
    """Return the hours of a rest day that is worked: those of the week's first working day."""
    return next((week[weekday] for weekday in sorted(week) if week[weekday]), ())


# What the nation decided, day by day: the holiday's name, or that a rest day is worked.
_HOLIDAYS: Any = chinese_calendar.Holiday
_NATIONAL: dict[date, str] = {
    **{day: str(_HOLIDAYS(name).chinese) for day, name in chinese_calendar.constants.holidays.items()},
    **dict.fromkeys(chinese_calendar.constants.workdays, ADJUSTED_WORKDAY),
}
NATIONAL_UNTIL = date(max(day.year for day in _NATIONAL), 12, 31)


def _add_national(
    week: dict[int, tuple[Span, ...]],
    first: date,
    last: date,
    days: dict[date, tuple[Span, ...]],
    reasons: dict[date, str],
) -> None:
    ordinary = _ordinary(week)
    for ordinal in range(first.toordinal(), min(last, NATIONAL_UNTIL).toordinal() + 1):
        day = date.fromordinal(ordinal)
        reason = _NATIONAL.get(day)
        if reason is not None:
            days[day] = ordinary if reason == ADJUSTED_WORKDAY else ()
            reasons[day] = reason


def places_at(paths: Iterable[str]) -> list[Place]:
    """Return the places with exactly these paths, top first."""
    return list(Place.objects.filter(path__in=list(paths)).order_by("path"))
