"""People: registering and editing them, and forgetting them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.encryption import blind_index, encrypt_field, new_person_key
from wishloop.core.identifiers import new_id
from wishloop.core.names import mask_name
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.core.text import cleaned, optional_text
from wishloop.parties.contacts import normalise_id_number, normalise_phone
from wishloop.parties.models import Party, PartyKind, PersonDetails, PersonKey, Skill, User
from wishloop.parties.operations.sealed import open_details, person_key, plain_of
from wishloop.parties.permissions import KEEPERS, READERS

if TYPE_CHECKING:
    from wishloop.places.models import Place

FORGOTTEN = "已删除"


@dataclass(frozen=True, slots=True, repr=False)
class _Known:
    """A person's fields as stored before sealing. Has no repr: it would print them."""

    name: str
    phone: str = ""
    id_number: str = ""
    address: str = ""
    health: str = ""

    def digest(self) -> bytes | None:
        """Return what makes this person the same one again: phone and name, else the ID number, else nothing."""
        if self.phone and self.name:
            return blind_index("person", f"{self.phone}|{self.name}")
        return blind_index("person-id", self.id_number) if self.id_number else None

    def sealed(self, key: bytes, party_id: UUID) -> dict[str, bytes | None]:
        """Return the columns of ``PersonDetails``."""
        fields = {
            "name": self.name,
            "phone": self.phone,
            "id_number": self.id_number,
            "address": self.address,
            "health": self.health,
        }
        columns: dict[str, bytes | None] = {
            field: encrypt_field(key, party_id=party_id, field=field, plain=plain) if plain else None
            for field, plain in fields.items()
        }
        return {
            **columns,
            "phone_digest": blind_index("phone", self.phone) if self.phone else None,
            "id_number_digest": blind_index("id_number", self.id_number) if self.id_number else None,
            "person_digest": self.digest(),
        }


def _checked(name: str, phone: str, id_number: str, address: str, health: str) -> _Known:
    words = optional_text(name, field="name", max_chars=60, one_line=True)
    if not words and not phone.strip():
        raise Problem("missing", _("请填写姓名或电话。"), "name")
    return _Known(
        name=words,
        phone=normalise_phone(phone) if phone.strip() else "",
        id_number=normalise_id_number(id_number) if id_number.strip() else "",
        address=optional_text(address, field="address", max_chars=200, one_line=True),
        health=optional_text(health, field="health", max_chars=500),
    )


# One statement: the details decide (their digest is unique), key and person follow only if they went in. The foreign keys are
# deferred to commit, so the order does not matter; two registrations of one person at once end with one person.
_REGISTER = """
with d as (
    insert into parties_persondetails
        (party_id, name, phone, id_number, address, health, phone_digest, id_number_digest, person_digest)
    values (%(id)s, %(name)s, %(phone)s, %(id_number)s, %(address)s, %(health)s, %(phone_digest)s, %(id_number_digest)s,
            %(person_digest)s)
    on conflict (person_digest) do nothing returning party_id
), k as (insert into parties_personkey (party_id, wrapped) select party_id, %(wrapped)s from d
), p as (
    insert into parties_party (id, kind, public_name, place_id, place_path, lat, lon, capacity, languages, is_minor, active,
                               recorded_at, forgotten_at)
    select party_id, 'person', %(public_name)s, %(place_id)s::uuid, %(place_path)s, %(lat)s::float8, %(lon)s::float8, %(capacity)s,
           %(languages)s::jsonb, %(is_minor)s, true, %(recorded_at)s, null from d
)
select party_id from d
"""


def register_person(
    *,
    name: str,
    at: datetime,
    phone: str = "",
    id_number: str = "",
    address: str = "",
    health: str = "",
    place: Place | None = None,
    is_minor: bool = False,
    nickname: str = "",
    languages: Iterable[str] = (),
    capacity: int = 3,
) -> Party:
    """Register a person, or return the one already known by the same phone and name. One statement for a new person.

    Everything that identifies them is sealed under a key of their own; the public name is masked now, so that no list ever
    decrypts. What a known person had not told before is added; what they had told stays.

    Raises:
        Problem: ``missing`` or ``too_long`` at ``name``, ``bad_phone``, ``bad_id_number``, ``too_long`` at ``address``, ``health``.
    """
    known = _checked(name, phone, id_number, address, health)
    party = Party(
        id=new_id(), kind=PartyKind.PERSON, public_name=_public_name(nickname, known.name, is_minor=is_minor),
        place_id=place.pk if place else None, place_path=place.path if place else "", lat=place.lat if place else None,
        lon=place.lon if place else None, is_minor=is_minor, languages=list(languages), capacity=capacity, recorded_at=at,
    )  # fmt: skip
    return _registered(party, known)[0]


def _registered(party: Party, known: _Known) -> tuple[Party, bool]:
    """Write a new person, or find the same one. Returns the person and whether they are new."""
    if not known.name:
        found = _by_phone(known.phone)
        if found is not None:
            return found, False
    if _insert(party, known):
        party._state.adding, party._state.db = False, "default"
        return party, True
    return _again(known), False


def _public_name(nickname: str, name: str, *, is_minor: bool) -> str:
    return cleaned(nickname, one_line=True)[:60] or _masked(name, is_minor=is_minor)


def _masked(name: str, *, is_minor: bool) -> str:
    """Mask in the language of the records, not in that of whoever happens to type."""
    with translation.override(settings.LANGUAGE_CODE):
        return mask_name(name, is_minor=is_minor)


def _insert(party: Party, known: _Known) -> bool:
    """Write a new person in one statement. Returns False when the same person is there already."""
    key, wrapped = new_person_key(party.pk)
    values = {
        **known.sealed(key, party.pk), "id": party.pk, "wrapped": wrapped, "public_name": party.public_name,
        "place_id": party.place_id, "place_path": party.place_path, "lat": party.lat, "lon": party.lon,
        "capacity": party.capacity, "languages": json.dumps(party.languages), "is_minor": party.is_minor,
        "recorded_at": party.recorded_at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_REGISTER, values)
        return cursor.fetchone() is not None


def _by_phone(number: str) -> Party | None:
    found = PersonDetails.objects.filter(phone_digest=blind_index("phone", number)).select_related("party")
    row = found.order_by("party_id").first()
    return row.party if row else None


def _again(known: _Known) -> Party:
    """Return the person already there, with what was missing filled in."""
    details = PersonDetails.objects.select_related("party", "party__person_key").get(
        person_digest=known.digest()
    )
    new = [
        field
        for field in ("phone", "id_number", "address", "health")
        if getattr(known, field) and getattr(details, field) is None
    ]
    if new:
        sealed = known.sealed(person_key(details), details.party_id)
        for field in [*new, *(f"{f}_digest" for f in new if f in {"phone", "id_number"})]:
            setattr(details, field, sealed[field])
        details.save(update_fields=[*new, *(f"{f}_digest" for f in new if f in {"phone", "id_number"})])
    return details.party


def add_person(
    *,
    actor: Actor,
    place: Place,
    name: str,
    at: datetime,
    phone: str = "",
    id_number: str = "",
    address: str = "",
    health: str = "",
    is_minor: bool = False,
    languages: Iterable[str] = (),
    capacity: int = 3,
) -> tuple[Party, bool]:
    """Register a person at a staff desk, by staff of the place only. Returns the person and whether they are new.

    Raises:
        Forbidden: no grid worker, steward or administrator there. What ``register_person`` raises; ``out_of_range``.
    """
    if actor.kind != "system" and not actor.may(place.path, *KEEPERS):
        raise Forbidden(_("只能登记您负责范围内的居民。"))
    _check_capacity(capacity)
    known = _checked(name, phone, id_number, address, health)
    party = Party(
        id=new_id(), kind=PartyKind.PERSON, public_name=_masked(known.name, is_minor=is_minor), place_id=place.pk,
        place_path=place.path, lat=place.lat, lon=place.lon, is_minor=is_minor, languages=list(languages),
        capacity=capacity, recorded_at=at,
    )  # fmt: skip
    return _registered(party, known)


def _check_capacity(capacity: int) -> None:
    if not 0 <= capacity <= 200:
        raise Problem("out_of_range", _("同时承担的心愿数要在 0 到 200 之间。"), "capacity")


def held_person(*, actor: Actor, party_id: UUID, roles: tuple[str, ...]) -> Party:
    """Lock a person or organisation that the actor keeps in one of ``roles``. Call inside a transaction.

    Raises:
        Absent: none there, forgotten, or outside the actor's subtree. Forbidden: in the subtree, but with other roles only.
    """
    party = Party.objects.select_for_update().filter(pk=party_id, forgotten_at__isnull=True).first()
    if party is None:
        raise Absent()
    if actor.kind != "system" and not actor.may(party.place_path, *roles):
        if actor.may(party.place_path, *READERS):
            raise Forbidden()
        raise Absent()
    return party


@transaction.atomic
def edit_person(
    *,
    actor: Actor,
    party_id: UUID,
    at: datetime,
    name: str | None = None,
    phone: str | None = None,
    id_number: str | None = None,
    address: str | None = None,
    health: str | None = None,
    nickname: str | None = None,
    place: Place | None = None,
    is_minor: bool | None = None,
    languages: Iterable[str] | None = None,
    capacity: int | None = None,
) -> Party:
    """Change what is known of a person. None leaves a field as it is, an empty text clears it; nothing sealed is shown.

    Raises:
        Problem: as ``register_person``; ``out_of_range`` at ``capacity``. Conflict: ``already_there`` when phone and name now are
            those of somebody else. Forbidden, Absent (``held_person``).
    """
    party = held_person(actor=actor, party_id=party_id, roles=KEEPERS)
    if party.kind != PartyKind.PERSON:
        raise Absent()
    if place is not None and actor.kind != "system" and not actor.may(place.path, *KEEPERS):
        raise Forbidden(_("不能把居民转到您负责范围以外的地方。"))
    details = open_details(party_id)
    before = {f: plain_of(details, f) for f in ("name", "phone", "id_number", "address", "health")}
    told = {"name": name, "phone": phone, "id_number": id_number, "address": address, "health": health}
    known = _checked(**{f: before[f] if new is None else new for f, new in told.items()})
    same = PersonDetails.objects.exclude(pk=party_id).filter(person_digest=known.digest())
    if known.digest() is not None and same.exists():
        raise Conflict(
            "already_there", _("已经有另一位居民登记了同样的姓名和电话，请核对，或合并使用那一条。")
        )
    if any(new is not None for new in told.values()):
        for column, value in known.sealed(person_key(details), party_id).items():
            setattr(details, column, value)
        details.save()
    was_masked = party.public_name == _masked(before["name"], is_minor=party.is_minor)
    if is_minor is not None:
        party.is_minor = is_minor
    if nickname is not None or was_masked or party.is_minor:
        party.public_name = _public_name(nickname or "", known.name, is_minor=party.is_minor)
    _set_plain_facts(party, place, languages, capacity)
    return party


def _set_plain_facts(
    party: Party, place: Place | None, languages: Iterable[str] | None, capacity: int | None
) -> None:
    """Set what is not personal and save the row."""
    if capacity is not None:
        _check_capacity(capacity)
        party.capacity = capacity
    if languages is not None:
        party.languages = list(languages)
    if place is not None:
        party.place_id, party.place_path, party.lat, party.lon = place.pk, place.path, place.lat, place.lon
    party.save()


@transaction.atomic
def set_skills(*, actor: Actor, party_id: UUID, skills: Iterable[str]) -> Party:
    """Set what a helper can do. Helpers may set their own.

    Raises:
        Problem: ``unknown_choice`` at ``skills``. Forbidden, Absent.
    """
    if party_id in (actor.party_id, actor.acts_for_id):
        party = Party.objects.select_for_update().filter(pk=party_id, active=True).first()
        if party is None:
            raise Absent()
    else:
        party = held_person(actor=actor, party_id=party_id, roles=("steward", "administrator"))
    wanted = set(skills)
    found = list(Skill.objects.filter(code__in=wanted))
    if len(found) != len(wanted):
        raise Problem("unknown_choice", _("没有这项特长，请重新选择。"), "skills")
    party.skills.set(found)
    return party


@transaction.atomic
def forget_person(*, actor: Actor, party_id: UUID, at: datetime) -> Party:
    """Forget a person: their key is deleted, so every sealed field is noise, in copies of the fields too.

    Their accounts are closed. Who looked at what stays (who, when, why; no content).

    Raises:
        Forbidden: not an administrator there. Absent. Conflict: ``already_forgotten``.
    """
    party = Party.objects.select_for_update().filter(pk=party_id, kind=PartyKind.PERSON).first()
    if party is None:
        raise Absent()
    if actor.kind != "system" and not actor.may(party.place_path, "administrator"):
        raise Forbidden(_("要由管理员来删除个人信息。"))
    if party.forgotten_at is not None:
        raise Conflict("already_forgotten", _("这个人的信息已经删除。"))
    PersonKey.objects.filter(party=party).delete()
    PersonDetails.objects.filter(party=party).delete()
    User.objects.filter(party=party).update(is_active=False, closed_at=at, display_name=FORGOTTEN, email="")
    party.skills.clear()
    party.public_name, party.forgotten_at, party.active = FORGOTTEN, at, False
    party.lat = party.lon = None
    party.save(update_fields=["public_name", "forgotten_at", "active", "lat", "lon"])
    return party
