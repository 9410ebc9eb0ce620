"""Organisations: partner units, companies, social organisations (F12, F15, F16)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.core.text import required_text
from wishloop.parties.contacts import normalise_credit_code
from wishloop.parties.models import OrganisationDetails, Party, PartyKind
from wishloop.parties.operations.people import held_person

if TYPE_CHECKING:
    from wishloop.places.models import Place

ORGANISATION_KEEPERS = ("steward", "administrator")


def _checked_name(name: str) -> str:
    return required_text(name, field="name", max_chars=120, missing=_("请填写单位名称。"), one_line=True)


def _checked_code(credit_code: str, *, other_than: UUID | None = None) -> str:
    code = normalise_credit_code(credit_code) if credit_code.strip() else ""
    if code and OrganisationDetails.objects.exclude(pk=other_than).filter(credit_code=code).exists():
        raise Conflict("already_there", _("这个统一社会信用代码已经登记过。"))
    return code


def _check_kind(kind: str) -> None:
    if kind not in OrganisationDetails.Kind.values:
        raise Problem("unknown_choice", _("没有这种单位类型。"), "kind")


def _check_capacity(capacity: int) -> None:
    if not 0 <= capacity <= 1000:
        raise Problem("out_of_range", _("同时承担的心愿数要在 0 到 1000 之间。"), "capacity")


@transaction.atomic
def register_organisation(
    *,
    actor: Actor,
    name: str,
    kind: str,
    place: Place,
    at: datetime,
    credit_code: str = "",
    capacity: int = 20,
) -> Party:
    """Register an organisation under its name, which is public.

    Raises:
        Forbidden: no steward or administrator there.
        Problem: ``missing``/``too_long`` at ``name``, ``unknown_choice`` at ``kind``, ``bad_credit_code``, ``out_of_range``.
        Conflict: ``already_there`` for the same credit code.
    """
    if actor.kind != "system" and not actor.may(place.path, *ORGANISATION_KEEPERS):
        raise Forbidden(_("只能登记您负责范围内的单位。"))
    words = _checked_name(name)
    _check_kind(kind)
    _check_capacity(capacity)
    code = _checked_code(credit_code)
    party = Party.objects.create(
        id=new_id(), kind=PartyKind.ORGANISATION, public_name=words, place_id=place.pk, place_path=place.path,
        lat=place.lat, lon=place.lon, capacity=capacity, recorded_at=at,
    )  # fmt: skip
    OrganisationDetails.objects.create(party=party, name=words, kind=kind, credit_code=code)
    return party


@transaction.atomic
def edit_organisation(
    *,
    actor: Actor,
    party_id: UUID,
    at: datetime,
    name: str | None = None,
    kind: str | None = None,
    credit_code: str | None = None,
    place: Place | None = None,
    capacity: int | None = None,
    active: bool | None = None,
) -> Party:
    """Change what is known of an organisation; None leaves a field as it is.

    Raises: as ``register_organisation``; Absent, Forbidden.
    """
    party = held_person(actor=actor, party_id=party_id, roles=ORGANISATION_KEEPERS)
    details = OrganisationDetails.objects.filter(party=party).first()
    if details is None:
        raise Absent()
    if place is not None:
        if actor.kind != "system" and not actor.may(place.path, *ORGANISATION_KEEPERS):
            raise Forbidden(_("不能把单位转到您负责范围以外的地方。"))
        party.place_id, party.place_path, party.lat, party.lon = place.pk, place.path, place.lat, place.lon
    if name is not None:
        details.name = party.public_name = _checked_name(name)
    if kind is not None:
        _check_kind(kind)
        details.kind = kind
    if credit_code is not None:
        details.credit_code = _checked_code(credit_code, other_than=party.pk)
    if capacity is not None:
        _check_capacity(capacity)
        party.capacity = capacity
    if active is not None:
        party.active = active
    party.save()
    details.save()
    return party
