"""The public door for programs: ``POST /api/v1/public/wishes``.

No captcha here: programs cannot solve one kindly, and the limit per address holds them. The page has both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status

from wishloop.core.actor import PUBLIC
from wishloop.core.clock import now
from wishloop.core.problem import Problem
from wishloop.core.problem_json import problem_response
from wishloop.core.rate_limits import address_of, knock
from wishloop.intake.limits import API_SUBMIT
from wishloop.intake.operations import Consents, PersonSaid, PlaceSaid, Submitted, submit_wish

router = Router(tags=["intake"])


class ContactIn(Schema):
    """Who asks. Both may be empty; the phone's last four digits open the tracking page."""

    name: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""


class ConsentIn(Schema):
    """What the person agreed to. ``collect`` must be true when a contact is given."""

    collect: bool = False
    publish: bool = False
    publish_photo: bool = False
    wording: Annotated[str, Field(max_length=20)] = ""


class WishIn(Schema):
    """One wish. ``id`` is a UUID made by the sender, best version 7: the same id again never makes a second wish."""

    id: UUID | None = None
    text: str = Field(..., description="The need in the person's own words, at most 2,000 characters.")
    place: str = Field(
        "", max_length=40, description="Code of a place; an unknown code is refused, a missing one is not."
    )
    place_name: Annotated[
        str, Field(description="Name of a place the list may lack; it is added to be confirmed.")
    ] = ""
    lat: float | None = Field(None, description="WGS-84 degrees.")
    lon: float | None = Field(None, description="WGS-84 degrees.")
    contact: ContactIn | None = None
    consent: ConsentIn = ConsentIn()
    urgent: bool = False


class WishOut(Schema):
    """The wish as it was taken in."""

    id: UUID
    code: str
    state: str
    tier: str
    due_at: datetime | None
    track_url: str


class ProblemOut(Schema):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[dict[str, str | None]] = []
    data: dict[str, Any] = {}


@router.post(
    "/wishes",
    response={201: WishOut, 200: WishOut, 422: ProblemOut, 429: ProblemOut},
    auth=None,
    summary="Submit a wish",
)
def post_wish(request: HttpRequest, body: WishIn) -> Status[WishOut] | HttpResponse:
    """Take one wish in. 201 when it is new; 200 with the same body when its id is known already, whatever else is sent."""
    at = now()
    try:
        knock(API_SUBMIT, address_of(request), at=at)
        taken = _take(body, at)
    except Problem as problem:
        response = problem_response(request, problem)
        after = problem.data.get("retry_after_seconds")
        if after is not None:
            response["Retry-After"] = str(after)
        return response
    return Status(201 if taken.created else 200, _shown(taken))


def _take(body: WishIn, at: datetime) -> Submitted:
    contact = body.contact or ContactIn()
    person = PersonSaid(name=contact.name, phone=contact.phone)
    if person.given and not body.consent.collect:
        raise Problem(
            "no_consent", _("要保存姓名或电话，须先征得本人同意（consent.collect）。"), "consent.collect"
        )
    consents = Consents(
        collect=body.consent.collect,
        publish=body.consent.publish,
        publish_photo=body.consent.publish_photo,
        **({"wording": body.consent.wording} if body.consent.wording else {}),
    )
    return submit_wish(
        actor=PUBLIC,
        wish_id=body.id,
        text=body.text,
        place=PlaceSaid(code=body.place, name=body.place_name, lat=body.lat, lon=body.lon),
        channel="web",
        at=at,
        reporter=person,
        consents=consents,
        said_urgent=body.urgent,
    )


def _shown(taken: Submitted) -> WishOut:
    case = taken.case
    return WishOut(
        id=case.pk,
        code=case.code,
        state=case.state,
        tier=case.tier,
        due_at=case.resolution_due_at or case.response_due_at,
        track_url=f"{settings.PUBLIC_URL}/track/{case.code}/",
    )
