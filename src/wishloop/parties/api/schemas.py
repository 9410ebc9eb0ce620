"""Shapes of the staff API of people and accounts. Names and phones go in; what comes out is masked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, model_validator

from wishloop.core.text import cleaned
from wishloop.parties.models import Consent, Party, PersonalDataView, User


def _clean(value: Any) -> Any:
    """Return what was sent with every text in it fit to store: no control or invisible characters, NFC."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return value


CLEAN = AfterValidator(_clean)


class Body(Schema):
    """What somebody sends."""

    @model_validator(mode="before")
    @classmethod
    def clean_texts(cls, values: Any) -> Any:
        """Clean every text before anything else looks at it."""
        sent = getattr(values, "_obj", values)  # django-ninja wraps what it validates
        return _clean(sent) if isinstance(sent, dict) else values


class ProblemOut(Schema):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[dict[str, str | None]] = []


class PartyOut(Schema):
    """A person or organisation, masked."""

    id: UUID
    kind: str
    public_name: str
    place: str | None
    place_name: str | None
    organisation_kind: str | None
    credit_code: str | None
    skills: list[str]
    languages: list[str]
    capacity: int
    is_minor: bool
    active: bool
    forgotten: bool

    @staticmethod
    def of(party: Party) -> PartyOut:
        """Return the shape of a row."""
        unit = getattr(party, "organisation", None)
        return PartyOut(
            id=party.pk, kind=party.kind, public_name=party.public_name, place=party.place.code if party.place else None,
            place_name=party.place.name if party.place else None, organisation_kind=unit.kind if unit else None,
            credit_code=unit.credit_code if unit else None, skills=sorted(skill.code for skill in party.skills.all()),
            languages=party.languages, capacity=party.capacity, is_minor=party.is_minor, active=party.active,
            forgotten=party.forgotten_at is not None,
        )  # fmt: skip


class PartiesOut(Schema):
    """One page."""

    items: list[PartyOut]
    next_cursor: str | None
    previous_cursor: str | None


class PersonIn(Body):
    """A person to register. What identifies them is sealed on arrival."""

    name: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=120, description="Code or name of a place.")]
    id_number: Annotated[str, Field(max_length=60)] = ""
    address: Annotated[str, Field(max_length=400)] = ""
    health: Annotated[str, Field(max_length=1000)] = ""
    is_minor: bool = False
    languages: list[str] = []
    capacity: int = 3


class PersonChange(Body):
    """Changes of a person: what is absent stays, an empty text clears."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None
    health: str | None = None
    nickname: str | None = None
    place: str | None = None
    is_minor: bool | None = None
    languages: list[str] | None = None
    capacity: int | None = None


class OrganisationIn(Body):
    """An organisation to register."""

    name: str
    kind: str
    place: str
    credit_code: str = ""
    capacity: int = 20


class OrganisationChange(Body):
    """Changes of an organisation: what is absent stays."""

    name: str | None = None
    kind: str | None = None
    place: str | None = None
    credit_code: str | None = None
    capacity: int | None = None
    active: bool | None = None


class SkillsIn(Body):
    """What a helper can do, by code."""

    skills: list[str]


class RevealIn(Body):
    """Which field, and why. The look is written down."""

    field: str
    reason: str
    case_id: UUID | None = None


class RevealOut(Schema):
    """The field in the clear; not to be stored."""

    field: str
    value: str


class ConsentIn(Body):
    """What a person consented to; for minors the guardian is found by phone."""

    purposes: list[str]
    guardian_phone: str = ""


class ConsentOut(Schema):
    """One consent."""

    id: UUID
    purpose: str
    case_id: UUID | None
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None

    @staticmethod
    def of(row: Consent) -> ConsentOut:
        """Return the shape of a row."""
        return ConsentOut(
            id=row.pk, purpose=row.purpose, case_id=row.case_id, wording=row.wording, given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )  # fmt: skip


class RoleOut(Schema):
    """One role over a subtree; ``valid_to`` is the first day it no longer holds."""

    id: int
    role: str
    place: str
    valid_from: date
    valid_to: date | None


class AccountOut(Schema):
    """An account."""

    id: UUID
    username: str
    display_name: str
    party: UUID
    acts_for: UUID | None
    active: bool
    roles: list[RoleOut]

    @staticmethod
    def of(user: User) -> AccountOut:
        """Return the shape of a row whose roles and places are loaded."""
        roles = [
            RoleOut(id=r.pk, role=r.role, place=r.place.code, valid_from=r.valid_from, valid_to=r.valid_to)
            for r in user.roles.all()
        ]
        return AccountOut(
            id=user.pk, username=user.username, display_name=user.display_name, party=user.party_id,
            acts_for=user.acts_for_id, active=user.is_active, roles=roles,
        )  # fmt: skip


class AccountsOut(Schema):
    """One page."""

    items: list[AccountOut]
    next_cursor: str | None
    previous_cursor: str | None


class AccountIn(Body):
    """An account for a person, with its first role."""

    username: str
    display_name: str
    role: str
    place: str
    acts_for: UUID | None = None


class OpenedOut(Schema):
    """A new account or password; the password is shown this once."""

    account: AccountOut
    password: str


class RoleIn(Body):
    """A role over a place and everything below it."""

    role: str
    place: str


class DataViewOut(Schema):
    """Who saw which field of whom, when and why."""

    id: UUID
    seen_at: datetime
    viewer: UUID
    viewer_name: str
    party: UUID
    party_name: str
    field: str
    reason: str
    case_id: UUID | None

    @staticmethod
    def of(row: PersonalDataView) -> DataViewOut:
        """Return the shape of a row."""
        return DataViewOut(
            id=row.pk, seen_at=row.seen_at, viewer=row.viewer_id, viewer_name=row.viewer.display_name,
            party=row.party_id, party_name=row.party.public_name, field=row.field, reason=row.reason,
            case_id=row.case_id,
        )  # fmt: skip


class DataViewsOut(Schema):
    """One page."""

    items: list[DataViewOut]
    next_cursor: str | None
    previous_cursor: str | None


class RejectedOut(Schema):
    """A row that was not taken in."""

    row: int
    field: str
    message: str


class OpenedRowOut(Schema):
    """An account opened for a row."""

    row: int
    username: str
    password: str


class ImportOut(Schema):
    """What became of a file's rows."""

    created: int
    existing: int
    rejected: list[RejectedOut]
    duplicates: list[tuple[int, int]]
    opened: list[OpenedRowOut]


class TokenIn(Body):
    """A token to make."""

    label: str
    days: int = 90


class TokenOut(Schema):
    """A token as it is listed; never the token itself."""

    id: UUID
    label: str
    hint: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(Schema):
    """A new token, shown this once."""

    token: str
    row: TokenOut
