"""People: registering, editing, showing what is sealed, forgetting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.encryption import (
    blind_index,
    decrypt_field,
    encrypt_field,
    new_person_key,
    unwrap_person_key,
)
from wishloop.core.identifiers import new_id
from wishloop.core.names import mask_name
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.parties.contacts import normalise_id_number, normalise_phone
from wishloop.parties.models import Party, PartyKind, PersonalDataView, PersonDetails, PersonKey, Skill

if TYPE_CHECKING:
    from wishloop.places.models import Place

SEALED_FIELDS = ("name", "phone", "id_number", "address", "health")
REVEALING_ROLES = ("steward", "grid_worker", "administrator", "supervisor")


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
    """Register a person, or return the one already known by the same phone and name. Three inserts at most.

    Everything that identifies them is sealed under a key of their own; the public name is masked now, so that no list ever
    decrypts.

    Raises:
        Problem: ``missing`` or ``too_long`` at ``name``, ``bad_phone``, ``bad_id_number``.
    """
    words = " ".join(name.split())
    if not words and not phone:
        raise Problem("missing", _("请填写姓名或电话。"), "name")
    if len(words) > 60:
        raise Problem("too_long", _("姓名最多 60 字。"), "name")
    number = normalise_phone(phone) if phone.strip() else ""
    identity = normalise_id_number(id_number) if id_number.strip() else ""
    known = _known_person(words, number)
    if known is not None:
        return known
    party = Party(
        id=new_id(), kind=PartyKind.PERSON, public_name=nickname.strip()[:60] or mask_name(words, is_minor=is_minor),
        place_id=place.pk if place else None, place_path=place.path if place else "", lat=place.lat if place else None,
        lon=place.lon if place else None, is_minor=is_minor, languages=list(languages), capacity=capacity, recorded_at=at,
    )  # fmt: skip
    key, wrapped = new_person_key(party.pk)
    plain = {
        "name": words,
        "phone": number,
        "id_number": identity,
        "address": address.strip(),
        "health": health.strip(),
    }
    sealed = {
        field: encrypt_field(key, party_id=party.pk, field=field, plain=value)
        for field, value in plain.items()
        if value
    }
    with transaction.atomic():
        party.save(force_insert=True)
        PersonKey(party=party, wrapped=wrapped).save(force_insert=True)
        PersonDetails(
            party=party,
            phone_digest=blind_index("phone", number) if number else None,
            id_number_digest=blind_index("id_number", identity) if identity else None,
            **sealed,
        ).save(force_insert=True)
    return party


def _known_person(name: str, number: str) -> Party | None:
    if not number:
        return None
    rows = PersonDetails.objects.filter(
        phone_digest=blind_index("phone", number), party__forgotten_at__isnull=True
    )
    for details in rows.select_related("party", "party__person_key"):
        if not name or _plain(details, "name") == name:
            return details.party
    return None


def _plain(details: PersonDetails, field: str) -> str:
    sealed = getattr(details, field)
    if sealed is None:
        return ""
    key = unwrap_person_key(details.party_id, details.party.person_key.wrapped)
    return decrypt_field(key, party_id=details.party_id, field=field, sealed=sealed)


def _details(party_id: UUID) -> PersonDetails:
    found = PersonDetails.objects.select_related("party", "party__person_key").filter(
        party_id=party_id, party__person_key__isnull=False
    )
    details = found.first()
    if details is None:
        raise Absent()
    return details


@transaction.atomic
def reveal_field(
    *, actor: Actor, party_id: UUID, field: str, reason: str, at: datetime, case_id: UUID | None = None
) -> str:
    """Show one sealed field to a staff member, who says why; the look is written down for the supervisor.

    The only way staff get plaintext. Returns an empty string when the field holds nothing (still logged).

    Raises:
        Problem: ``missing`` at ``reason``; ``unknown_choice`` at ``field``. Absent: no such person, or outside the subtree.
    """
    if field not in SEALED_FIELDS:
        raise Problem("unknown_choice", _("没有这个字段。"), "field")
    why = reason.strip()
    if not why:
        raise Problem("missing", _("请写明查看原因，监督小组会看到。"), "reason")
    details = _details(party_id)
    if actor.user_id is None or not actor.may(details.party.place_path, *REVEALING_ROLES):
        raise Absent()
    return _shown(details, actor, field, why, at, case_id)


def reveal_to_claimant(*, actor: Actor, party_id: UUID, field: str, case_id: UUID, at: datetime) -> str:
    """Show contact details to whoever carries the wish now; the caller has made sure of that. Logged like any look.

    Raises:
        Absent, Forbidden: not an account; Problem ``unknown_choice``.
    """
    if field not in {"name", "phone", "address"}:
        raise Problem("unknown_choice", _("没有这个字段。"), "field")
    if actor.user_id is None:
        raise Forbidden()
    with transaction.atomic():
        return _shown(_details(party_id), actor, field, str(_("认领人联系")), at, case_id)


def _shown(
    details: PersonDetails, actor: Actor, field: str, reason: str, at: datetime, case_id: UUID | None
) -> str:
    PersonalDataView(
        viewer_id=actor.account(), party_id=details.party_id, field=field, reason=reason[:200], case_id=case_id,
        place_path=details.party.place_path, seen_at=at,
    ).save(force_insert=True)  # fmt: skip
    return _plain(details, field)


def phone_ends_with(*, party_id: UUID, digits: str) -> bool:
    """Tell whether a person's phone ends with these digits; for opening a tracking page, no staff sees the number."""
    details = (
        PersonDetails.objects.select_related("party", "party__person_key").filter(party_id=party_id).first()
    )
    if details is None or details.phone is None or len(digits) < 4:
        return False
    return _plain(details, "phone").endswith(digits)


@transaction.atomic
def set_skills(*, actor: Actor, party_id: UUID, skills: Iterable[str]) -> Party:
    """Set what a helper can do. Raises Forbidden outside one's subtree, Problem for an unknown skill, Absent."""
    party = Party.objects.select_for_update().filter(pk=party_id).first()
    if party is None:
        raise Absent()
    if actor.kind != "system" and not actor.may(party.place_path, "administrator", "steward"):
        raise Forbidden()
    wanted = set(skills)
    found = list(Skill.objects.filter(code__in=wanted))
    if len(found) != len(wanted):
        raise Problem("unknown_choice", _("没有这项特长，请重新选择。"), "skills")
    party.skills.set(found)
    return party


@transaction.atomic
def forget_person(*, actor: Actor, party_id: UUID, at: datetime) -> Party:
    """Forget a person: their key is deleted, so every sealed field is noise, in backups' copies of the fields too.

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
    party.public_name, party.forgotten_at, party.active = str(_("已删除")), at, False
    party.lat = party.lon = None
    party.save(update_fields=["public_name", "forgotten_at", "active", "lat", "lon"])
    return party
