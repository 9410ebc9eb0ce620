"""Releasing a photo to the public with faces and plates covered, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image

from wishloop.core.actor import Actor
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.evidence import jobs
from wishloop.evidence.models import Medium
from wishloop.evidence.operations.storing import file_key
from wishloop.evidence.permissions import may_upload
from wishloop.evidence.pictures import as_jpeg, opened_copy, thumb_of
from wishloop.evidence.queries import medium_storage
from wishloop.evidence.redaction import Box, checked_boxes, cover


def preview_release(*, medium_id: UUID, boxes: Sequence[Box]) -> bytes:
    """Return, as JPEG bytes, what the public would see; changes nothing. The caller has checked who asks.

    Raises:
        Absent, Conflict and Problem as ``release_for_public``.
    """
    medium = Medium.objects.filter(pk=medium_id).first()
    if medium is None:
        raise Absent()
    return as_jpeg(_covered(medium, checked_boxes(boxes)))


@transaction.atomic
def release_for_public(
    *,
    actor: Actor,
    medium_id: UUID,
    boxes: Sequence[Box],
    consent_given: bool,
    nothing_to_cover: bool = False,
    at: datetime,
) -> Medium:
    """Make the copy of a photo the public may see, from its small copy with ``boxes`` covered; a former one is replaced.

    The caller knows the case: it checks who may publish, and says by ``consent_given`` that the person agreed to
    publication of photos. The original and the uncovered copies stay private. Writes two files; files of a former release
    are removed by a job when the transaction commits.

    Raises:
        Problem: ``no_photo_consent``; ``nothing_covered`` at ``boxes`` when there is no box and nobody has said that none is
            needed; ``bad_box``, ``too_many_boxes`` at ``boxes``.
        Conflict: ``not_a_photo`` for videos and papers, which are never public. Absent, Forbidden.
    """
    if not may_upload(actor):
        raise Forbidden()
    if not consent_given:
        raise Problem("no_photo_consent", _("还没有居民同意公开照片的记录。请先征得同意并登记，再公开照片。"))
    checked = checked_boxes(boxes)
    if not checked and not nothing_to_cover:
        raise Problem(
            "nothing_covered",
            _("请遮盖人脸、车牌和门牌；如果照片里确实没有，请勾选“没有需要遮盖的内容”。"),
            "boxes",
        )
    medium = _locked(medium_id)
    covered, storage = _covered(medium, checked), medium_storage()
    former = [key for key in (medium.public_key, medium.public_thumb_key) if key]
    medium.public_key = storage.save(file_key(medium_id, "public.jpg", at), ContentFile(as_jpeg(covered)))
    medium.public_thumb_key = storage.save(
        file_key(medium_id, "public_thumb.jpg", at), ContentFile(thumb_of(covered))
    )
    medium.public_boxes = [box.as_list() for box in checked]
    medium.save(update_fields=["public_key", "public_thumb_key", "public_boxes"])
    jobs.defer_removal(keys=former)
    return medium


@transaction.atomic
def withdraw_from_public(*, actor: Actor, medium_id: UUID, at: datetime) -> Medium:
    """Take a released photo back: no page shows it from the commit on, and a job removes the two files. Repeating is harmless.

    The covered places are remembered, so that releasing it again starts from them. The caller knows the case and checks who
    may. ``at`` is when it was decided; the caller's history keeps it.

    Raises:
        Absent, Forbidden.
    """
    if not may_upload(actor):
        raise Forbidden()
    medium = _locked(medium_id)
    former = [key for key in (medium.public_key, medium.public_thumb_key) if key]
    if former:
        medium.public_key = medium.public_thumb_key = ""
        medium.save(update_fields=["public_key", "public_thumb_key"])
        jobs.defer_removal(keys=former)
    return medium


def _locked(medium_id: UUID) -> Medium:
    medium = Medium.objects.select_for_update().filter(pk=medium_id).first()
    if medium is None:
        raise Absent()
    return medium


def _covered(medium: Medium, boxes: Sequence[Box]) -> Image.Image:
    if medium.kind not in (Medium.Kind.PHOTO,) or not medium.small_key:
        raise Conflict("not_a_photo", _("只有照片可以公开。视频和文件里的人无法可靠遮盖，只给工作人员看。"))
    with medium_storage().open(medium.small_key) as file:
        return cover(opened_copy(file.read()), boxes)
