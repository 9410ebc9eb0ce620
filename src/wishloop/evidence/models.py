"""Tables of media. The original stays private; ``small_key`` is the stripped, downscaled copy; ``public_key`` the copy with
faces and plates blurred that may be published."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishloop.core.identifiers import new_id


class Medium(models.Model):
    """One file. ``sha256`` is of the bytes as sent. Position WGS-84 degrees, from the uploader, never from EXIF unasked.

    ``original_key`` is private as sent. ``small_key`` and ``thumb_key`` are copies without metadata for those who may see the
    case; ``public_key`` and ``public_thumb_key`` exist only while the photo is released, with ``public_boxes`` covered (left,
    top, width, height in per cent). ``kept_at`` is set once something uses the medium; without it the sweep removes it.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("照片")
        VIDEO = "video", _("视频")
        DOCUMENT = "document", _("文件")
        SIGNATURE = "signature", _("签名")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    original_key = models.CharField(max_length=200)
    small_key = models.CharField(max_length=200, blank=True)
    thumb_key = models.CharField(max_length=200, blank=True)
    public_key = models.CharField(max_length=200, blank=True)
    public_thumb_key = models.CharField(max_length=200, blank=True)
    public_boxes = models.JSONField(default=list, blank=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    place = models.ForeignKey(
        "places.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="medium_sha256"),
            models.Index(fields=["recorded_at"], name="medium_pending", condition=Q(kept_at__isnull=True)),
        ]
