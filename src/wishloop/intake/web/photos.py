"""Photos on a form of two steps: stored when first sent, carried on by a sealed list of their ids, attached with the wish.

What is never sent in the end is swept by ``evidence`` after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Problem
from wishloop.evidence.operations import store_medium

MAX_PHOTOS = 3
_SALT = "wishloop.intake.photos"
_VALID_SECONDS = 20 * 3600  # shorter than the sweep's day


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files; what they are is told by their bytes when they are stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_Several(attrs={"accept": "image/*"}), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files sent, empty ones too: storing them says what is wrong."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [item for item in given if item]


def sealed(ids: Sequence[UUID]) -> str:
    """Return ids for a hidden field."""
    return signing.dumps([str(one) for one in ids], salt=_SALT) if ids else ""


def unsealed(text: str) -> list[UUID]:
    """Return the ids of a hidden field; none when it was changed or is too old (the photos are asked for again)."""
    try:
        return [UUID(one) for one in signing.loads(text, salt=_SALT, max_age=_VALID_SECONDS)] if text else []
    except (signing.BadSignature, ValueError):
        return []


def stored(uploads: Sequence[Any], before: Sequence[UUID], *, actor: Actor, at: datetime) -> list[UUID]:
    """Store photos and return their ids after those stored before.

    Raises:
        Problem at ``photos``: ``too_many_photos``, ``photos_only``, and what ``store_medium`` refuses.
    """
    if len(uploads) + len(before) > MAX_PHOTOS:
        raise Problem("too_many_photos", _("最多三张照片，请去掉几张。"), "photos")
    ids = list(before)
    for upload in uploads:
        try:
            medium = store_medium(actor=actor, upload=upload, filename=upload.name or "photo", at=at)
        except Problem as problem:
            raise Problem(problem.code, problem.message, "photos", status=problem.status) from problem
        if medium.kind != "photo":
            raise Problem("photos_only", _("这里只收照片（JPEG、PNG、WebP、HEIC）。"), "photos")
        ids.append(medium.pk)
    return ids
