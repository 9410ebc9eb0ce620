"""Routes of places: anybody reads the list of units, staff their ground; writing goes through the operations of the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from ninja.params.functions import Query

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Absent, Problem
from wishloop.places import operations as places
from wishloop.places.api import schemas
from wishloop.places.models import Place, PlaceStatus
from wishloop.places.queries import days_along, place_by_code, place_seen_by, search_places, working_time_of

router = Router(tags=["places"])
public_router = Router(tags=["places"])
MOST_CALENDAR_DAYS = 731


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _place(request: HttpRequest, code: str) -> Place:
    return place_seen_by(_actor(request), code=code)


@public_router.get("/places", response=schemas.PublicPlaces, summary="Units, for anybody")
@router.get("/places", response=schemas.PublicPlaces, summary="Units")
def list_places(
    request: HttpRequest,
    parent: str = Query("", max_length=40),
    q: str = Query("", max_length=100),
    cursor: str | None = Query(None, max_length=400),
    page_size: int = Query(50, ge=1, le=100),
) -> schemas.PublicPlaces:
    """List confirmed units: those directly below ``parent``, or found by ``q`` anywhere below it."""
    above = None
    if parent:
        above = place_by_code(parent)
        if above is None or above.status != PlaceStatus.CONFIRMED:
            raise Absent()
    rows = Place.objects.filter(status=PlaceStatus.CONFIRMED).select_related("parent")
    page = keyset_page(
        search_places(q, parent=above, rows=rows), order=("code",), cursor=cursor, page_size=page_size
    )
    return schemas.PublicPlaces(
        items=[schemas.PublicPlace.of(row) for row in page.rows],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


@router.post("/places", response={201: schemas.StaffPlace}, summary="Add a unit")
def add_place(request: HttpRequest, body: schemas.NewPlace) -> Status[schemas.StaffPlace]:
    """Add a unit below another."""
    facts = body.dict()
    parent = _place(request, facts.pop("parent"))
    place = places.add_place(actor=_actor(request), parent=parent, at=now(), **facts)
    return Status(201, schemas.StaffPlace.of(place))


@router.get("/places/{code}", response=schemas.StaffPlace, summary="One unit, for staff")
def get_place(request: HttpRequest, code: str) -> schemas.StaffPlace:
    """Return one unit of the caller's ground."""
    return schemas.StaffPlace.of(_place(request, code))


@router.put("/places/{code}/names", response=schemas.StaffPlace, summary="Rename a unit")
def rename_place(request: HttpRequest, code: str, body: schemas.Names) -> schemas.StaffPlace:
    """Rename a unit; the former name stays as an alias."""
    place = places.rename_place(actor=_actor(request), place=_place(request, code), **body.dict())
    return schemas.StaffPlace.of(place)


@router.post("/places/{code}/confirm", response=schemas.StaffPlace, summary="Confirm a provisional unit")
def confirm_place(request: HttpRequest, code: str, body: schemas.Confirmation) -> schemas.StaffPlace:
    """Make a provisional unit an ordinary one."""
    place = places.confirm_place(actor=_actor(request), place=_place(request, code), name=body.name)
    return schemas.StaffPlace.of(place)


@router.post("/places/{code}/aliases", response=schemas.StaffPlace, summary="Add an alias")
def add_alias(request: HttpRequest, code: str, body: schemas.Alias) -> schemas.StaffPlace:
    """Remember another name."""
    place = _place(request, code)
    places.add_alias(actor=_actor(request), place=place, **body.dict())
    return schemas.StaffPlace.of(place)


@router.delete("/places/{code}/aliases", response=schemas.StaffPlace, summary="Remove an alias")
def remove_alias(request: HttpRequest, code: str, name: str = Query(max_length=100)) -> schemas.StaffPlace:
    """Forget another name."""
    place = _place(request, code)
    places.remove_alias(actor=_actor(request), place=place, name=name)
    return schemas.StaffPlace.of(place)


@router.put(
    "/places/{code}/validity", response=schemas.StaffPlace, summary="Set from and until when a unit exists"
)
def set_validity(request: HttpRequest, code: str, body: schemas.Validity) -> schemas.StaffPlace:
    """Set the days."""
    place = places.set_validity(actor=_actor(request), place=_place(request, code), **body.dict())
    return schemas.StaffPlace.of(place)


@router.put("/places/{code}/position", response=schemas.StaffPlace, summary="Set where a unit lies")
def set_position(request: HttpRequest, code: str, body: schemas.Position) -> schemas.StaffPlace:
    """Set the point."""
    place = places.set_position(actor=_actor(request), place=_place(request, code), **body.dict())
    return schemas.StaffPlace.of(place)


@router.get("/places/{code}/calendar", response=schemas.Calendar, summary="A place's working time")
def get_calendar(request: HttpRequest, code: str, first: date, last: date) -> schemas.Calendar:
    """Return office hours and the days that differ between two dates, at most two years."""
    place = _place(request, code)
    if last < first or (last - first).days >= MOST_CALENDAR_DAYS:
        raise Problem("out_of_range", _("结束日期要在开始日期之后两年以内。"), "last")
    working = working_time_of(place_path=place.path, first=first, last=last)
    days = [
        schemas.Day(
            on=entry.on, hours=_spans(entry.spans), kind=entry.kind, reason=entry.reason,
            entered_at=entry.place.code if entry.place else None,
        )
        for entry in days_along(place.path, first=first, last=last)
    ]  # fmt: skip
    week = {str(weekday): _spans(spans) for weekday, spans in sorted(working.week.items())}
    return schemas.Calendar(place=place.code, week=week, days=days, known_until=working.known_until)


def _spans(spans: Iterable[tuple[time, time]]) -> list[schemas.Span]:
    return [schemas.Span(opens=opens, closes=closes) for opens, closes in spans]


def _pairs(spans: Iterable[schemas.Span]) -> list[tuple[time, time]]:
    return [(span.opens, span.closes) for span in spans]


@router.post("/places/{code}/calendar/days", response=schemas.Entered, summary="Enter closures or half days")
def enter_days(request: HttpRequest, code: str, body: schemas.Days) -> schemas.Entered:
    """Enter days that differ here and below."""
    count = places.enter_days(
        actor=_actor(request), place=_place(request, code), first=body.first, last=body.last or body.first,
        kind=body.kind, reason=body.reason, hours=_pairs(body.hours), source=body.source,
    )  # fmt: skip
    return schemas.Entered(days=count)


@router.delete("/places/{code}/calendar/days", response=schemas.Entered, summary="Take days back")
def remove_days(request: HttpRequest, code: str, first: date, last: date | None = None) -> schemas.Entered:
    """Take back what the place entered for these dates."""
    count = places.remove_days(
        actor=_actor(request), place=_place(request, code), first=first, last=last or first
    )
    return schemas.Entered(days=count)


@router.put("/places/{code}/calendar/hours", response=schemas.Calendar, summary="Set office hours")
def set_office_hours(request: HttpRequest, code: str, body: schemas.Hours) -> schemas.Calendar:
    """Give a place office hours of its own; answers with its calendar of the next four weeks."""
    places.set_office_hours(
        actor=_actor(request), place=_place(request, code),
        hours={int(weekday): _pairs(spans) for weekday, spans in body.hours.items()},
        follow_national=body.follow_national, source=body.source,
    )  # fmt: skip
    today = now().date()
    return get_calendar(request, code, today, today + timedelta(days=28))
