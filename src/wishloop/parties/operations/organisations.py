"""Organisations: partner units, companies, social organisations (F12, F15, F16)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.identifiers import new_id
from wishloop.core.problem import Conflict, Problem
from wishloop.parties.contacts import normalise_credit_code
from wishloop.parties.models import OrganisationDetails, Party, PartyKind

if TYPE_CHECKING:
    from wishloop.places.models import Place


@transaction.atomic
def register_organisation(
    *, name: str, kind: str, place: Place, at: datetime, credit_code: str = "", capacity: int = 20
) -> Party:
    """Register an organisation under its name, which is public.

    Raises:
        Problem: ``missing``/``too_long`` at ``name``, ``unknown_choice`` at ``kind``, ``bad_credit_code``.
        Conflict: ``already_there`` for the same credit code.
    """
    words = " ".join(name.split())
    if not words:
        raise Problem("missing", _("请填写单位名称。"), "name")
    if len(words) > 120:
        raise Problem("too_long", _("单位名称最多 120 字。"), "name")
    if kind not in OrganisationDetails.Kind.values:
        raise Problem("unknown_choice", _("没有这种单位类型。"), "kind")
    code = normalise_credit_code(credit_code) if credit_code.strip() else ""
    if code and OrganisationDetails.objects.filter(credit_code=code).exists():
        raise Conflict("already_there", _("这个统一社会信用代码已经登记过。"))
    party = Party.objects.create(
        id=new_id(), kind=PartyKind.ORGANISATION, public_name=words, place_id=place.pk, place_path=place.path,
        lat=place.lat, lon=place.lon, capacity=capacity, recorded_at=at,
    )  # fmt: skip
    OrganisationDetails.objects.create(party=party, name=words, kind=kind, credit_code=code)
    return party
