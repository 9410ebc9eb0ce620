"""QR codes of places: made for a poster, revoked when it is lost or misused (F6)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import CODE_ALPHABET
from wishloop.core.problem import Absent, Conflict, Forbidden
from wishloop.core.text import optional_text
from wishloop.intake.models import PlaceCode
from wishloop.places.queries import place_by_id

TOKEN_CHARS = 12  # 23^12, about 2 x 10^16: a token nobody made cannot be guessed
KEEPERS = ("steward", "grid_worker", "administrator")


def make_place_code(*, actor: Actor, place_id: UUID, at: datetime, note: str = "") -> PlaceCode:
    """Make a code that opens the public form with a place filled in. ``note`` says where the poster hangs.

    Raises:
        Absent: no such place. Forbidden: no staff of it. Problem: ``too_long`` at ``note``.
    """
    place = place_by_id(place_id)
    if place is None:
        raise Absent()
    if not actor.may(place.path, *KEEPERS):
        raise Forbidden(_("只能为您负责的地区制作二维码。"))
    words = optional_text(note, field="note", max_chars=100, one_line=True)
    token = "".join(secrets.choice(CODE_ALPHABET) for _n in range(TOKEN_CHARS))
    return PlaceCode.objects.create(
        token=token, place=place, note=words, made_by_id=actor.account(), made_at=at
    )


@transaction.atomic
def revoke_place_code(*, actor: Actor, token: str, at: datetime) -> PlaceCode:
    """End a code: whoever scans it afterwards gets the form without a place. Its poster should come down.

    Raises:
        Absent: no such code, or not in the actor's places. Conflict: ``already_revoked``.
    """
    if not (token.isascii() and token.isalnum()):
        raise Absent()
    code = PlaceCode.objects.select_for_update(of=("self",)).select_related("place").filter(pk=token).first()
    if code is None or not actor.may(code.place.path, *KEEPERS):
        raise Absent()
    if code.revoked_at is not None:
        raise Conflict("already_revoked", _("这个二维码已经停用。"))
    code.revoked_at, code.revoked_by_id = at, actor.account()
    code.save(update_fields=["revoked_at", "revoked_by"])
    return code
