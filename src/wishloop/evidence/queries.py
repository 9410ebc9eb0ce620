"""Every read of media that others use."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import storages
from django.core.files.storage.base import Storage

from wishloop.core.actor import Actor
from wishloop.core.problem import Absent
from wishloop.evidence.models import Medium
from wishloop.evidence.permissions import may_attach, may_see_own

PUBLIC_VARIANTS = frozenset({"public", "public_thumb"})


@dataclass(frozen=True, slots=True)
class Rendition:
    """One stored file of a medium: its key, content type, and whether a browser may show it in a page."""

    key: str
    content_type: str
    inline: bool


def medium_storage() -> Storage:
    """Return where media are kept: the data folder, or an S3 bucket (settings)."""
    return storages["default"]


def medium_by_id(medium_id: UUID) -> Medium:
    """Return a medium. The caller decides who may see it. Raises Absent."""
    found = Medium.objects.filter(pk=medium_id).first()
    if found is None:
        raise Absent()
    return found


def medium_for(*, actor: Actor, medium_id: UUID) -> Medium:
    """Return a medium the actor handed in. Raises Absent."""
    found = medium_by_id(medium_id)
    if not may_see_own(actor, found):
        raise Absent()
    return found


def attachable_medium(*, actor: Actor, medium_id: UUID) -> Medium:
    """Return a medium the actor may use as evidence: their own, or a resident's that nothing holds yet. Raises Absent."""
    found = medium_by_id(medium_id)
    if not may_attach(actor, found):
        raise Absent()
    return found


def rendition(medium: Medium, variant: str) -> Rendition:
    """Return one stored file of a medium.

    Raises:
        Absent: there is no such variant of this medium.
    """
    copied = "video/mp4" if medium.kind == Medium.Kind.VIDEO else "image/jpeg"
    found = {
        "original": Rendition(medium.original_key, medium.content_type, inline=False),
        "small": Rendition(medium.small_key, copied, inline=True),
        "thumb": Rendition(medium.thumb_key, "image/jpeg", inline=True),
        "public": Rendition(medium.public_key, "image/jpeg", inline=True),
        "public_thumb": Rendition(medium.public_thumb_key, "image/jpeg", inline=True),
    }.get(variant)
    if found is None or not found.key:
        raise Absent()
    return found
