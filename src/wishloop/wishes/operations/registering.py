"""A need reaches the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.operations import Words, open_case
from wishloop.cases.states import Channel, Tier
from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id
from wishloop.core.kept import kept_for_moments
from wishloop.core.problem import Problem
from wishloop.core.text import cleaned, required_text
from wishloop.parties.queries import steward_for
from wishloop.wishes.models import Category, Wish
from wishloop.wishes.queries import registered_wish
from wishloop.wishes.states import TABLE

if TYPE_CHECKING:
    from wishloop.cases.models import Case
    from wishloop.places.models import Place

MAX_TEXT_CHARS = 2000
MAX_BENEFICIARIES = 100_000


_steward = kept_for_moments(steward_for)


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered wish; ``created`` is false when the same id had been registered before."""

    wish: Wish
    case: Case
    created: bool


def register_wish(
    *,
    actor: Actor,
    text: str,
    place: Place,
    channel: str,
    happened_at: datetime,
    at: datetime,
    wish_id: UUID | None = None,
    category_code: str | None = None,
    tier: str | None = None,
    needs: Sequence[str] = (),
    said_urgent: bool = False,
    reporter_id: UUID | None = None,
    beneficiary_id: UUID | None = None,
    beneficiary_count: int = 1,
    place_said: str = "",
    lat: float | None = None,
    lon: float | None = None,
    source_key: str | None = None,
    note: str = "",
) -> Registered:
    """Put one need on the list in the words it was told in, and start its clock (F1 to F8, F19).

    ``wish_id`` is made by whoever wrote the need down (a phone without signal too) and makes repeating harmless: the same
    id, or the same ``source_key``, returns the wish there is. ``tier`` and ``category_code`` are suggestions until a steward
    decides. Positions are WGS-84 degrees.

    Raises:
        Problem: ``missing``, ``too_long``, ``bad_position``, ``bad_count``, ``unknown_choice``, ``future_moment``, each with
            its field.
    """
    words = _checked_text(text)
    _check_position(lat, lon)
    _check_choices(channel, tier)
    if not 1 <= beneficiary_count <= MAX_BENEFICIARIES:
        raise Problem("bad_count", _("受益人数应是 1 到 100000 之间的整数。"), "beneficiary_count")
    identifier = wish_id or new_id()
    known = _known(identifier, source_key)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            case = open_case(
                actor=actor,
                table=TABLE,
                case_id=identifier,
                place_id=place.pk,
                place_path=place.path,
                channel=channel,
                tier=tier or _default_tier(category_code, said_urgent=said_urgent),
                category_code=category_code or "",
                happened_at=happened_at,
                at=at,
                responsible_id=_steward(place_path=place.path, on=at.date()),
                words=Words(note=note),
            )
            wish = Wish(
                case=case, text=words, needs=list(needs), category_id=category_code or None, said_urgent=said_urgent,
                reporter_id=reporter_id, beneficiary_id=beneficiary_id or reporter_id,
                beneficiary_count=beneficiary_count, place_said=cleaned(place_said, one_line=True)[:120], lat=lat, lon=lon, source_key=source_key,
            )  # fmt: skip
            wish.save(force_insert=True)
    except IntegrityError:
        known = _known(
            identifier, source_key
        )  # the same need arrived twice at once: one of them is the record
        if known is None:
            raise
        return known
    return Registered(wish=wish, case=case, created=True)


def _known(identifier: UUID, source_key: str | None) -> Registered | None:
    wish = registered_wish(wish_id=identifier, source_key=source_key)
    return None if wish is None else Registered(wish=wish, case=wish.case, created=False)


def _checked_text(text: str) -> str:
    return required_text(
        text, field="text", max_chars=MAX_TEXT_CHARS, missing=_("请写下您的心愿：需要什么帮助？")
    )


def _check_position(lat: float | None, lon: float | None) -> None:
    if (lat is None) != (lon is None):
        raise Problem("bad_position", _("位置要同时有纬度和经度。"), "lat" if lat is None else "lon")
    if lat is not None and not -90 <= lat <= 90:
        raise Problem("bad_position", _("纬度应在 -90 到 90 之间。"), "lat")
    if lon is not None and not -180 <= lon <= 180:
        raise Problem("bad_position", _("经度应在 -180 到 180 之间。"), "lon")


def _check_choices(channel: str, tier: str | None) -> None:
    if channel not in Channel.values:
        raise Problem("unknown_choice", _("没有这个来源渠道。"), "channel")
    if tier is not None and tier not in Tier.values:
        raise Problem("unknown_choice", _("没有这个响应级别。"), "tier")


def _default_tier(category_code: str | None, *, said_urgent: bool) -> str:
    """Return the category's tier, or "urgent" where the person says so; a steward confirms either (F18)."""
    tier = Tier.ORDINARY.value
    if category_code:
        found = Category.objects.filter(pk=category_code).values_list("default_tier", flat=True).first()
        if found is None:
            raise Problem("unknown_choice", _("没有这个类别，请重新选择。"), "category_code")
        tier = found
    if said_urgent and tier != Tier.SAFETY_HAZARD:
        return Tier.URGENT.value
    return tier
