"""Public reads of the API (interfaces: ``/api/v1/public/…``)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Schema
from pydantic import Field

from wishloop.core.paging import MAX_PAGE_SIZE
from wishloop.core.problem import Problem
from wishloop.disclosure import queries
from wishloop.wishes.figures import report

router = Router(tags=["public"])


class WishOut(Schema):
    """A public wish in a list."""

    code: str
    text: str
    category: str
    category_name: str
    tier: str
    state: str
    place: str
    place_code: str
    channel: str
    claimant: str
    published_at: datetime
    granted_at: datetime | None
    rating: int | None


class WishPageOut(Schema):
    """One keyset page; follow ``next`` until it is null."""

    items: list[WishOut]
    next: str | None
    previous: str | None


class StepOut(Schema):
    """One public step."""

    move: str
    label: str
    happened_at: datetime
    words: str


class WishDetailOut(WishOut):
    """A public wish with its whole way."""

    needs: list[str]
    steps: list[StepOut]
    result: str
    rating_words: str
    merged_into: str | None
    due_at: datetime | None
    resolved_at: datetime | None


class ProblemOut(Schema):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[dict[str, Any]] = []


class Period(Schema):
    """From one day to another, both included."""

    first: date = Field(alias="from")
    to: date


def _filters(**given: str | None) -> dict[str, str]:
    return {name: value.strip() for name, value in given.items() if value and value.strip()}


@router.get("/wishes", response={200: WishPageOut, 400: ProblemOut, 422: ProblemOut})
def list_wishes(
    request: HttpRequest,
    place: str | None = None,
    state: str | None = None,
    category: str | None = None,
    tier: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    page_size: int = 20,
) -> Any:
    """List public wishes, newest first."""
    if not 1 <= page_size <= MAX_PAGE_SIZE:
        raise Problem("bad_page_size", _("每页条数应在 1 到 100 之间。"), "page_size")
    filters = _filters(place=place, state=state, category=category, tier=tier, q=q)
    page = queries.wish_page(filters, cursor=cursor, page_size=page_size)
    return {"items": page.rows, "next": page.next_cursor, "previous": page.previous_cursor}


@router.get("/wishes/map", response={200: dict[str, Any], 422: ProblemOut})
def map_of_wishes(
    request: HttpRequest,
    bbox: str,
    zoom: int,
    place: str | None = None,
    state: str | None = None,
    category: str | None = None,
    tier: str | None = None,
    q: str | None = None,
) -> Any:
    """Return wishes in a box as GeoJSON, gathered into clusters that fit the zoom."""
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as error:
        raise Problem("bad_box", _("地图范围应是四个数：西,南,东,北（度）。"), "bbox") from error
    filters = _filters(place=place, state=state, category=category, tier=tier, q=q)
    return queries.map_clusters(filters, west=west, south=south, east=east, north=north, zoom=zoom)


@router.get("/wishes/{code}", response={200: WishDetailOut, 404: ProblemOut})
def one_wish(request: HttpRequest, code: str) -> Any:
    """Return one public wish with its whole way."""
    detail = queries.wish_detail(code)
    listed = {name: getattr(detail.wish, name) for name in WishOut.model_fields}
    steps = [
        {"move": s.move, "label": str(s.label), "happened_at": s.happened_at, "words": s.words}
        for s in detail.steps
    ]
    return {
        **listed, "needs": list(detail.needs), "steps": steps, "result": detail.result, "rating_words": detail.rating_words,
        "merged_into": detail.merged_into, "due_at": detail.due_at, "resolved_at": detail.resolved_at,
    }  # fmt: skip


@router.get("/figures", response={200: dict[str, Any], 422: ProblemOut})
def public_figures(request: HttpRequest, period: Annotated[Period, Query()], place: str = "540102") -> Any:
    """Return every figure of a place and period with numerator, denominator, what is left out, and definition."""
    first, last = period.first, period.to
    if first > last:
        raise Problem("bad_period", _("开始日期要在结束日期之前。"), "from")
    where = queries.chosen_place(place)
    found = report(place_path=where.path, first=first, last=last)
    return {"place": where.code, **found.as_json()}
