"""Routes of people and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Absent, Problem
from wishloop.parties import operations, queries
from wishloop.parties.api import schemas
from wishloop.parties.api.accounts import router as accounts
from wishloop.parties.models import Party
from wishloop.places.queries import find_place

MAX_IMPORT_BYTES = 5 * 1024 * 1024
ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 422), schemas.ProblemOut)
if TYPE_CHECKING:
    from wishloop.places.models import Place

router = Router(tags=["parties"])
router.add_router("", accounts)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def place_named(name: str) -> Place:
    """Return the place of a code or name. Raises Problem ``unknown_place`` at ``place``."""
    found = find_place(name)
    if found is None:
        raise Problem("unknown_place", _("找不到这个地方，请填社区或街道的名称，或区划代码。"), "place")
    return found


def _shown(request: HttpRequest, party: Party) -> schemas.PartyOut:
    return schemas.PartyOut.of(queries.party_for(actor=_actor(request), party_id=party.pk))


@router.get(
    "/parties", response={200: schemas.PartiesOut, **ERRORS}, summary="List people and organisations, masked"
)
def list_parties(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60), schemas.CLEAN] = "",
    kind: Annotated[str, Query(max_length=20), schemas.CLEAN] = "",
    skill: Annotated[str, Query(max_length=40), schemas.CLEAN] = "",
    role: Annotated[str, Query(max_length=20), schemas.CLEAN] = "",
    place: Annotated[str, Query(max_length=120), schemas.CLEAN] = "",
    cursor: str | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Any:
    """Those of the caller's subtrees. ``q`` is part of a public name, or a whole phone or ID number."""
    rows = queries.people(
        actor=_actor(request), kind=kind, words=q, skill=skill, role=role,
        place_path=place_named(place).path if place else "", on=now().astimezone(SHANGHAI).date(),
    )  # fmt: skip
    page = keyset_page(rows, order=queries.PARTY_ORDER, cursor=cursor, page_size=page_size)
    return schemas.PartiesOut(
        items=[schemas.PartyOut.of(row) for row in page.rows],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


@router.post(
    "/parties/people",
    response={201: schemas.PartyOut, 200: schemas.PartyOut, **ERRORS},
    summary="Register a person",
)
def add_person(request: HttpRequest, body: schemas.PersonIn) -> Any:
    """Answers 200 with the person already known by the same phone and name."""
    facts = body.dict(exclude={"place"})
    party, new = operations.add_person(
        actor=_actor(request), place=place_named(body.place), at=now(), **facts
    )
    return Status(201 if new else 200, _shown(request, party))


@router.post(
    "/parties/organisations",
    response={201: schemas.PartyOut, **ERRORS},
    summary="Register an organisation",
)
def add_organisation(request: HttpRequest, body: schemas.OrganisationIn) -> Any:
    """The name is public."""
    facts = body.dict(exclude={"place"})
    party = operations.register_organisation(
        actor=_actor(request), place=place_named(body.place), at=now(), **facts
    )
    return Status(201, _shown(request, party))


@router.post(
    "/parties/import", response={200: schemas.ImportOut, **ERRORS}, summary="Import people or organisations"
)
def import_file(
    request: HttpRequest,
    file: File[UploadedFile],
    kind: Annotated[str, Query(max_length=20), schemas.CLEAN] = "members",
    dry_run: bool = True,
) -> Any:
    """CSV, XLSX or JSONL of at most 5 MB. A dry run, the default, writes nothing."""
    if (file.size or 0) > MAX_IMPORT_BYTES:
        raise Problem("too_big", _("文件超过 5 MB，请分成几个文件。"), "file")
    if not _actor(request).holds("administrator", "steward"):
        raise Absent()
    result = operations.import_parties(
        actor=_actor(request),
        file=file.read(),
        filename=file.name or "",
        kind=kind,
        dry_run=dry_run,
        at=now(),
    )
    return schemas.ImportOut(
        created=result.created,
        existing=result.existing,
        rejected=[schemas.RejectedOut(row=r.row, field=r.field, message=r.message) for r in result.rejected],
        duplicates=result.duplicates,
        opened=[
            schemas.OpenedRowOut(row=o.row, username=o.username, password=o.password) for o in result.opened
        ],
    )


@router.get(
    "/parties/{uuid:party_id}",
    response={200: schemas.PartyOut, **ERRORS},
    summary="One person or organisation",
)
def show_party(request: HttpRequest, party_id: UUID) -> Any:
    """Masked."""
    return schemas.PartyOut.of(queries.party_for(actor=_actor(request), party_id=party_id))


@router.patch(
    "/parties/people/{uuid:party_id}", response={200: schemas.PartyOut, **ERRORS}, summary="Change a person"
)
def change_person(request: HttpRequest, party_id: UUID, body: schemas.PersonChange) -> Any:
    """What is absent stays as it is; an empty text clears a field."""
    facts = body.dict(exclude_unset=True)
    if facts.get("place") is not None:
        facts["place"] = place_named(facts["place"])
    party = operations.edit_person(actor=_actor(request), party_id=party_id, at=now(), **facts)
    return _shown(request, party)


@router.patch(
    "/parties/organisations/{uuid:party_id}",
    response={200: schemas.PartyOut, **ERRORS},
    summary="Change an organisation",
)
def change_organisation(request: HttpRequest, party_id: UUID, body: schemas.OrganisationChange) -> Any:
    """What is absent stays as it is."""
    facts = body.dict(exclude_unset=True)
    if facts.get("place") is not None:
        facts["place"] = place_named(facts["place"])
    party = operations.edit_organisation(actor=_actor(request), party_id=party_id, at=now(), **facts)
    return _shown(request, party)


@router.put(
    "/parties/{uuid:party_id}/skills", response={200: schemas.PartyOut, **ERRORS}, summary="Set skills"
)
def change_skills(request: HttpRequest, party_id: UUID, body: schemas.SkillsIn) -> Any:
    """Stewards and administrators for others, everybody for themselves."""
    operations.set_skills(actor=_actor(request), party_id=party_id, skills=body.skills)
    return schemas.PartyOut.of(queries.party_for(actor=_actor(request), party_id=party_id))


@router.post(
    "/parties/{uuid:party_id}/reveal",
    response={200: schemas.RevealOut, **ERRORS},
    summary="See one sealed field",
)
def reveal(request: HttpRequest, party_id: UUID, body: schemas.RevealIn) -> Any:
    """The look and its reason are written down for the supervisor."""
    value = operations.reveal_field(
        actor=_actor(request),
        party_id=party_id,
        field=body.field,
        reason=body.reason,
        case_id=body.case_id,
        at=now(),
    )
    return schemas.RevealOut(field=body.field, value=value)


@router.get(
    "/parties/{uuid:party_id}/consents",
    response={200: list[schemas.ConsentOut], **ERRORS},
    summary="Consents",
)
def consents(request: HttpRequest, party_id: UUID) -> Any:
    """All of a person's, newest first, withdrawn ones too."""
    party = queries.party_for(actor=_actor(request), party_id=party_id)
    return [schemas.ConsentOut.of(row) for row in queries.consents_of(party_id=party.pk)]


@router.post(
    "/parties/{uuid:party_id}/consents",
    response={201: list[schemas.ConsentOut], **ERRORS},
    summary="Record consents",
)
def add_consents(request: HttpRequest, party_id: UUID, body: schemas.ConsentIn) -> Any:
    """As given at a desk or a door."""
    rows = operations.record_consents_at_desk(
        actor=_actor(request),
        party_id=party_id,
        purposes=body.purposes,
        guardian_phone=body.guardian_phone,
        at=now(),
    )
    return Status(201, [schemas.ConsentOut.of(row) for row in rows])


@router.post("/parties/{uuid:party_id}/forget", response={204: None, **ERRORS}, summary="Forget a person")
def forget(request: HttpRequest, party_id: UUID) -> Any:
    """Deletes the person's key; cannot be undone."""
    operations.forget_person(actor=_actor(request), party_id=party_id, at=now())
    return Status(204, None)
