"""Pages that show the tree of units: browse, search, one unit."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wishloop.core.actor import Actor
from wishloop.core.paging import keyset_page
from wishloop.core.staff_pages import open_to
from wishloop.places.models import Level, Place
from wishloop.places.operations.editing import BELOW
from wishloop.places.operations.loading import county_outlines
from wishloop.places.permissions import may_confirm, may_edit, may_settle
from wishloop.places.queries import (
    aliases_of,
    calendars_along,
    names_along,
    place_seen_by,
    provisional_places,
    search_places,
)
from wishloop.places.web.sketch import Sketch, sketch

READERS = ("grid_worker", "steward", "supervisor", "leader", "administrator")


def actor_of_request(request: HttpRequest) -> Actor:
    """Return who acts; the middleware has put it there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_GET
@open_to(*READERS)
def tree(request: HttpRequest) -> HttpResponse:
    """Search all units in sight, or start from the top of one's ground."""
    actor = actor_of_request(request)
    said = request.GET.get("q", "").strip()[:100]
    visible = Place.objects.visible_to(actor)
    context: dict[str, Any] = {"q": said, "may_import": actor.holds("administrator")}
    if said:
        rows = search_places(said, rows=visible).select_related("parent")
        context["page"] = keyset_page(rows, order=("code",), cursor=request.GET.get("cursor"), page_size=30)
    else:
        tops = Place.objects.filter(path__in=actor.scopes(*READERS)).order_by("path")
        context["tops"] = [
            (top, with_counts(Place.objects.in_force().filter(parent=top)).order_by("code")) for top in tops
        ]
    context["waiting"] = provisional_places(visible).count() if actor.holds("steward", "administrator") else 0
    return render(request, "places/tree.html", context)


def with_counts(rows: Any) -> Any:
    """Add how many units stand directly below each: one query for all rows."""
    return rows.annotate(below=Count("children", filter=Q(children__valid_to__isnull=True)))


@require_GET
@open_to(*READERS)
def place_page(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: names, where it lies, calendar, what stands below it."""
    actor = actor_of_request(request)
    place = place_seen_by(actor, code=code)
    rows = with_counts(Place.objects.in_force().visible_to(actor).filter(parent=place))
    page = keyset_page(rows, order=("code",), cursor=request.GET.get("cursor"), page_size=60)
    along = names_along(place.path)
    calendars = calendars_along(place.path)
    context = {
        "place": place,
        "along": along[:-1],
        "aliases": aliases_of(place),
        "page": page,
        "ended": Place.objects.filter(parent=place, valid_to__isnull=False).order_by("code")[:50],
        "sketch": _drawing(place, along, page.rows),
        "calendar": calendars[-1] if calendars else None,
        "may_edit": may_edit(actor, place.path) and place.merged_into is None,
        "may_confirm": may_confirm(actor, place.path) and place.merged_into is None,
        "may_settle": may_settle(actor, place) and place.merged_into is None and place.parent is not None,
        "may_add": bool(BELOW.get(place.level)),
    }
    return render(request, "places/place.html", context)


def _drawing(place: Place, along: list[Place], below: list[Place]) -> Sketch | None:
    """Draw the unit inside its own outline, or inside the nearest outline above it."""
    points = [(p.lat, p.lon, p.name, False) for p in below if p.lat is not None and p.lon is not None]
    if place.lat is not None and place.lon is not None:
        points.append((place.lat, place.lon, place.name, True))
    outline = next((p.outline for p in reversed(along) if p.outline), None)
    if outline is None and place.level != Level.CITY:
        shipped = {f["properties"]["code"]: f["geometry"] for f in county_outlines()["features"]}
        outline = next((shipped[p.code] for p in along if p.code in shipped), None)
    return sketch(outline, points) if points or place.outline else None
