"""Media for programs: hand a file in, look at what came of it. Attaching it to a wish is the wish's route."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Problem
from wishloop.evidence.models import Medium
from wishloop.evidence.operations import store_medium
from wishloop.evidence.queries import medium_for
from wishloop.places.queries import place_by_code

router = Router(tags=["evidence"])


class MediumOut(Schema):
    """One file as it was taken in. ``small`` tells whether there is a copy that may be shown to those who see the case."""

    id: UUID
    kind: str
    content_type: str
    size_bytes: int
    sha256: str
    width_px: int | None
    height_px: int | None
    taken_at: datetime | None
    recorded_at: datetime
    small: bool


class MediumFacts(Schema):
    """What goes with the file. ``id`` is a UUID made by the sender, best version 7; sending the same again is harmless."""

    id: UUID | None = None
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    place: str = ""


class ProblemOut(Schema):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[dict[str, str | None]] = []


@router.post(
    "/media",
    response={
        201: MediumOut,
        200: MediumOut,
        403: ProblemOut,
        409: ProblemOut,
        413: ProblemOut,
        422: ProblemOut,
    },
    summary="Hand in a photo, a video or a PDF",
)
def post_medium(
    request: HttpRequest, facts: Annotated[MediumFacts, Form()], file: Annotated[UploadedFile, File()]
) -> Status[MediumOut]:
    """Take one file in. 201 when it is new; 200 when this ``id`` already holds these bytes; 409 when it holds others."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    place = place_by_code(facts.place) if facts.place else None
    if facts.place and place is None:
        raise Problem("unknown_place", _("没有编码为这个的地点。"), "place")
    at = now()
    if facts.taken_at is not None and facts.taken_at.tzinfo is None:
        raise Problem("bad_moment", _("时间要带时区，例如 2025-09-08T10:00:00+08:00。"), "taken_at")
    medium = store_medium(
        actor=actor, upload=file, filename=file.name or "", at=at, taken_at=facts.taken_at, lat=facts.lat, lon=facts.lon,
        place=place, medium_id=facts.id,
    )  # fmt: skip
    return Status(201 if medium.recorded_at == at else 200, _shown(medium))


@router.get(
    "/media/{uuid:medium_id}", response={200: MediumOut, 404: ProblemOut}, summary="One file handed in"
)
def get_medium(request: HttpRequest, medium_id: UUID) -> MediumOut:
    """Return a file one has handed in oneself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _shown(medium_for(actor=actor, medium_id=medium_id))


def _shown(medium: Medium) -> MediumOut:
    return MediumOut(
        id=medium.pk, kind=medium.kind, content_type=medium.content_type, size_bytes=medium.size_bytes,
        sha256=bytes(medium.sha256).hex(), width_px=medium.width_px, height_px=medium.height_px, taken_at=medium.taken_at.astimezone(UTC) if medium.taken_at else None,
        recorded_at=medium.recorded_at, small=bool(medium.small_key),
    )  # fmt: skip
