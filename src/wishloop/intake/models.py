"""Tables of the doors: codes on posters, meetings at which wishes are told, files being imported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wishloop.core.identifiers import new_id


class PlaceCode(models.Model):
    """A QR code on a poster: opens the public form with the place filled in. ``token`` is random; revoking ends it."""

    token = models.CharField(primary_key=True, max_length=16, db_collation="C")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=100, blank=True)
    made_by = models.ForeignKey("parties.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-made_at"], name="place_code_newest")]

    def __str__(self) -> str:
        return self.token


class Meeting(models.Model):
    """One occasion at which wishes are told: a council, a courtyard meeting, the secretary's tea (F4, F5)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=100)
    channel = models.CharField(max_length=30)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=250, db_collation="C")
    held_at = models.DateTimeField()
    attendees = models.PositiveIntegerField(null=True, blank=True)
    minutes = models.TextField(blank=True)
    recorded_by = models.ForeignKey("parties.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["place_path", "-held_at"], name="meeting_place_newest")]

    def __str__(self) -> str:
        return self.title


class MeetingWish(models.Model):
    """A wish told at a meeting, in the order it was told."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="wishes")
    wish = models.OneToOneField("wishes.Wish", on_delete=models.PROTECT, related_name="meeting_entry")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="meeting_wish_number_once")]


class ImportRun(models.Model):
    """A file of wishes on its way in: looked at first, then committed in the background.

    ``rejected`` is a list of {"row", "field", "message"}; the file itself lies in private storage under ``file_key`` until the
    run is over.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("待确认")
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("导入中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    filename = models.CharField(max_length=200)
    file_key = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PREVIEWED)
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    existing_count = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey("parties.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["uploaded_by", "-uploaded_at"], name="import_run_newest")]

    def __str__(self) -> str:
        return self.filename
