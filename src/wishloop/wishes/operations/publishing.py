"""Showing a wish to the public, and taking it down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import Tier
from wishloop.core.actor import Actor
from wishloop.core.geodesy import coarsen
from wishloop.core.masking import find_personal
from wishloop.core.problem import Conflict, Problem
from wishloop.parties.queries import has_consent
from wishloop.wishes.models import Wish
from wishloop.wishes.operations.entering import hold_wish, require_words


@transaction.atomic
def publish_wish(
    *, actor: Actor, wish_id: UUID, public_text: str, at: datetime, happened_at: datetime | None = None
) -> Wish:
    """Release a triaged wish in the words the public reads (F21, F22); its position is coarsened to a cell of about 500 m.

    Safety hazards are not offered for claiming (F18): they are assigned to a team instead.

    Raises:
        Problem: ``missing`` or ``personal_data`` at ``public_text`` (a phone, an ID, a name: say which and mask it),
            ``no_consent`` when the resident has not agreed to publication, ``not_a_wish``.
        Conflict: ``hazard_goes_to_team``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    wish = held.wish
    words = require_words(public_text, field="public_text", message=_("请写好公开内容。"))
    found = find_personal(words)
    if found:
        kinds = "、".join(sorted({str(item.label) for item in found}))
        raise Problem(
            "personal_data", _("公开内容里还有%(kinds)s，请遮盖后再发布。") % {"kinds": kinds}, "public_text"
        )
    if held.case.tier == Tier.SAFETY_HAZARD:
        raise Conflict("hazard_goes_to_team", _("安全隐患不等认领，请直接派给负责队伍。"))
    if wish.category is not None and not wish.category.is_wish:
        raise Problem(
            "not_a_wish", _("这一类不是心愿，不能公开；请改类别，或不予受理并说明原因。"), "category_code"
        )
    person = wish.beneficiary_id or wish.reporter_id
    if person is not None and not has_consent(party_id=person, purpose="publish", case_id=wish.pk):
        raise Problem(
            "no_consent", _("还没有居民同意公开的记录。请先征得同意并登记，或直接派办。"), "public_text"
        )
    wish.public_text = words
    wish.published_at = happened_at or at
    _place_on_map(wish)
    wish.save(update_fields=["public_text", "published_at", "public_lat", "public_lon"])
    held.move("publish", at=at, happened_at=happened_at)
    return wish


def _place_on_map(wish: Wish) -> None:
    """Set the public position: the exact one coarsened, else the community's own."""
    lat, lon = wish.lat, wish.lon
    if lat is None or lon is None:
        lat, lon = wish.case.place.lat, wish.case.place.lon
    wish.public_lat, wish.public_lon = (
        coarsen(lat, lon) if lat is not None and lon is not None else (None, None)
    )


@transaction.atomic
def take_down_wish(*, actor: Actor, wish_id: UUID, reason: str, at: datetime) -> Wish:
    """Take a wish's public page down (consent withdrawn, something shown by mistake); the wish itself goes on.

    A wish waiting to be claimed goes back to triaged; in any other state it stays where it is.

    Raises:
        Problem: ``missing`` at ``reason``. Conflict: ``not_public``. Absent, Forbidden.
    """
    held = hold_wish(actor=actor, wish_id=wish_id)
    why = require_words(reason, field="reason")
    if held.wish.published_at is None:
        raise Conflict("not_public", _("这条心愿现在没有公开。"))
    held.wish.published_at = None
    held.wish.public_lat = held.wish.public_lon = None
    held.wish.save(update_fields=["published_at", "public_lat", "public_lon"])
    held.move("unpublish" if held.case.state == "published" else "take_down", at=at, note=why)
    return held.wish
