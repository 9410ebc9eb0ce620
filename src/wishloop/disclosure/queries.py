"""The public's only reads, each with an output shape of its own: nothing private is in them to be forgotten (F21, F22).

A wish is public while ``published_at`` is set and its state is one that may be shown; an operation that takes it down clears
``published_at``. Exact positions, names, contact details, notes for staff and original photos are never selected into these
shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, F, IntegerField, Max, Q, QuerySet
from django.db.models.functions import Floor
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.cases.queries import events_of, public_evidence
from wishloop.cases.states import Channel, Tier
from wishloop.core.masking import mask_text
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Absent, Problem
from wishloop.places.queries import names_along, place_by_code, shown_to_public
from wishloop.wishes.queries import claimant_names, public_wishes, published_wish
from wishloop.wishes.states import PUBLIC_STATES, TABLE

if TYPE_CHECKING:
    from wishloop.places.models import Place
    from wishloop.wishes.models import Wish

PUBLIC_MOVES = frozenset(move.name for move in TABLE.moves if move.public) | {"receive"}


@dataclass(frozen=True, slots=True)
class PublicWish:
    """A wish in a public list."""

    code: str
    text: str
    category: str
    category_name: str
    category_icon: str
    tier: str
    state: str
    place: str
    place_code: str
    channel: str
    claimant: str
    published_at: datetime
    granted_at: datetime | None
    rating: int | None
    photo: str | None = None


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step of the way: what happened, when, and public words about it."""

    move: str
    label: str | Promise
    happened_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class PublicDetail:
    """A wish's public page: what, where roughly, who took it on, each step, result, photos, rating."""

    wish: PublicWish
    places: tuple[Place, ...]
    needs: tuple[str, ...]
    steps: tuple[PublicStep, ...]
    result: str
    rating_words: str
    photos: tuple[tuple[str, str], ...]
    merged_into: str | None
    due_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A keyset page of public wishes."""

    rows: list[PublicWish]
    next_cursor: str | None
    previous_cursor: str | None


def chosen_place(code: str) -> Place:
    """Return the place of a filter.

    Raises:
        Problem: ``unknown_place`` at ``place``.
    """
    place = place_by_code(code)
    if place is None:
        raise Problem("unknown_place", _("没有这个地区编码，请从列表中选择。"), "place")
    return place


def filtered(filters: Mapping[str, str]) -> QuerySet[Wish]:
    """Return the public wishes that fit ``place`` (code, with everything below), ``state``, ``category``, ``tier`` and ``q``.

    Raises:
        Problem: ``unknown_place``, ``unknown_choice`` or ``too_long``, naming the field.
    """
    rows = public_wishes()
    if filters.get("place"):
        rows = rows.filter(case__place_path__startswith=chosen_place(filters["place"]).path)
    state = filters.get("state", "")
    if state:
        if state not in PUBLIC_STATES:
            raise Problem("unknown_choice", _("没有这个状态，请从列表中选择。"), "state")
        rows = rows.filter(case__state=state)
    tier = filters.get("tier", "")
    if tier:
        if tier not in Tier.values:
            raise Problem("unknown_choice", _("没有这个响应级别，请从列表中选择。"), "tier")
        rows = rows.filter(case__tier=tier)
    if filters.get("category"):
        rows = rows.filter(category_id=filters["category"][:40])
    words = filters.get("q", "").strip().replace("\x00", "")
    if len(words) > 100:
        raise Problem("too_long", _("搜索最多 100 字，请缩短。"), "q")
    for word in words.split():
        rows = rows.filter(public_text__icontains=word)
    return rows


_LISTED = ("case", "case__place__parent", "category")


def wish_page(filters: Mapping[str, str], *, cursor: str | None = None, page_size: int = 20) -> PublicPage:
    """Return one page of public wishes, newest publication first. Three queries whatever the page size.

    Raises:
        Problem: see ``filtered``; ``bad_cursor``.
    """
    page = keyset_page(
        filtered(filters).select_related(*_LISTED),
        order=["-published_at", "-case_id"],
        cursor=cursor,
        page_size=page_size,
    )
    return PublicPage(_shaped(page.rows), page.next_cursor, page.previous_cursor)


def newest_granted(*, limit: int = 6) -> list[PublicWish]:
    """Return the wishes granted last; of the newest few dozen those with a public photo come first."""
    rows = (
        public_wishes()
        .filter(granted_at__isnull=False)
        .select_related(*_LISTED)
        .order_by("-granted_at", "-case_id")
    )
    return sorted(_shaped(list(rows[: limit * 5])), key=lambda wish: wish.photo is None)[:limit]


def _shaped(rows: list[Wish]) -> list[PublicWish]:
    ids = [row.pk for row in rows]
    claimants = claimant_names(ids)
    photos = public_evidence(ids)
    pictures = {row.case_id: str(row.medium_id) for row in photos}
    return [_shape(row, claimants.get(row.pk, ""), pictures.get(row.pk)) for row in rows]


def _shape(row: Wish, claimant: str, photo: str | None) -> PublicWish:
    case, category = row.case, row.category
    assert row.published_at is not None
    place = shown_to_public(case.place)
    return PublicWish(
        code=case.code,
        text=row.public_text,
        category=category.code if category else "",
        category_name=category.name if category else "",
        category_icon=category.icon if category else "wish",
        tier=case.tier,
        state=case.state,
        place=place.name,
        place_code=place.code,
        channel=case.channel,
        claimant=claimant,
        published_at=row.published_at,
        granted_at=row.granted_at,
        rating=row.rating,
        photo=photo,
    )


def wish_detail(code: str) -> PublicDetail:
    """Return one public wish with its whole way.

    Raises:
        Absent: no such wish, or not public (any more); both answer alike.
    """
    row = published_wish(code)
    if row is None:
        raise Absent(_("没有找到这条公开的心愿。它可能还没有公开，或者已经撤下。"))
    [wish] = _shaped([row])
    kept = row.merged_into if row.merged_into and row.merged_into.published_at else None
    photos = public_evidence([row.pk])
    return PublicDetail(
        wish=wish,
        places=tuple(unit for unit in names_along(row.case.place_path) if unit.status == "confirmed"),
        needs=tuple(mask_text(str(need)).text for need in row.needs),
        steps=_steps(row),
        result=mask_text(row.result).text,
        rating_words=mask_text(row.rating_words).text,
        photos=tuple((str(photo.medium_id), mask_text(photo.caption).text) for photo in photos),
        merged_into=kept.case.code if kept else None,
        due_at=row.case.resolution_due_at,
        resolved_at=row.case.resolved_at,
    )


def _steps(row: Wish) -> tuple[PublicStep, ...]:
    events = events_of(row.pk).filter(move__in=PUBLIC_MOVES)
    return tuple(
        PublicStep(
            event.move, TABLE.move(event.move).label, event.happened_at, mask_text(event.public_note).text
        )
        for event in events
    )


def count_up_to(filters: Mapping[str, str], *, most: int = 1000) -> tuple[int, bool]:
    """Return how many wishes fit, counted up to ``most``, and whether there are more."""
    found = filtered(filters).values("pk")[: most + 1].count()
    return min(found, most), found > most


def map_clusters(
    filters: Mapping[str, str], *, west: float, south: float, east: float, north: float, zoom: int
) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection of public wishes in a box (WGS-84 degrees), gathered in cells that fit the zoom.

    Each feature carries ``count`` and ``hazards``; one of a single wish also its code, title, tier and state. Positions are
    the coarsened ones.

    Raises:
        Problem: ``bad_box`` at ``bbox``, ``bad_zoom`` at ``zoom``; see ``filtered``.
    """
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Problem("bad_box", _("地图范围应是：西,南,东,北（度），西小于东，南小于北。"), "bbox")
    if not 0 <= zoom <= 22:
        raise Problem("bad_zoom", _("缩放级别应在 0 到 22 之间。"), "zoom")
    size = 360 / 2**zoom / 6
    settled = Q(case__place__status="confirmed")  # no words that nobody has looked at
    rows = filtered(filters).filter(public_lon__range=(west, east), public_lat__range=(south, north))
    cells = (
        rows.annotate(
            x=Floor(F("public_lon") / size, output_field=IntegerField()),
            y=Floor(F("public_lat") / size, output_field=IntegerField()),
        )
        .values("x", "y")
        .annotate(
            count=Count("pk"), hazards=Count("pk", filter=Q(case__tier="safety_hazard")), lon=Avg("public_lon"),
            lat=Avg("public_lat"), code=Max("case__code"), title=Max("public_text"), tier=Max("case__tier"),
            state=Max("case__state"), place=Max("case__place__code", filter=settled),
            place_name=Max("case__place__name", filter=settled),
        )
        .order_by("-count")[:2000]
    )  # fmt: skip
    return {"type": "FeatureCollection", "features": [_feature(cell) for cell in cells]}


def _feature(cell: Mapping[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {"count": cell["count"], "hazards": cell["hazards"]}
    if cell["count"] == 1:
        title = cell["title"]
        properties |= {
            "code": cell["code"], "title": title if len(title) <= 40 else f"{title[:40]}…", "tier": cell["tier"],
            "state": cell["state"],
        }  # fmt: skip
    else:
        properties |= {"place": cell["place"], "place_name": cell["place_name"]}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(cell["lon"], 5), round(cell["lat"], 5)]},
        "properties": properties,
    }


def channel_name(code: str) -> str:
    """Return how people call a channel."""
    return str(Channel(code).label) if code in Channel.values else code
