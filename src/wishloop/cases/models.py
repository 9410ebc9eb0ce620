"""Tables of the loop: anything with an owner and a deadline that must come back closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import Channel, Tier
from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, narrowed."""

    def visible_to(self, actor: Actor) -> CaseQuerySet:
        """Keep what lies in a subtree where the actor reads cases; programs see all, everybody else nothing."""
        if actor.kind == "system":
            return self
        within = Q(pk__in=[])
        for scope in actor.scopes("grid_worker", "steward", "supervisor", "leader", "administrator"):
            within |= Q(place_path__startswith=scope) | Q(
                state="transferred", responsible_path__startswith=scope
            )
        return self.filter(within)


class Case(models.Model):
    """One case of any kind. ``state`` is assigned by ``cases.operations`` alone.

    A transferred case belongs to ``place`` until ``responsible_unit`` accepts it; otherwise the two are the same.
    ``happened_at`` is when the person spoke, ``recorded_at`` when the server learned of it. Deadlines are moments;
    ``clock_stopped_at`` is set while the clock stands still, and ``stopped_seconds`` sums past stops.
    ``deadline_notes`` keeps how each deadline came about, step by step, as it was promised.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=20, unique=True, db_collation="C")
    state = models.CharField(max_length=20)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=250, db_collation="C")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    tier = models.CharField(max_length=20, choices=Tier.choices)
    category_code = models.CharField(max_length=40, blank=True)
    responsible = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    responsible_unit = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    responsible_path = models.CharField(max_length=250, db_collation="C")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    response_due_at = models.DateTimeField(null=True, blank=True)
    resolution_due_at = models.DateTimeField(null=True, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    clock_stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_seconds = models.PositiveIntegerField(default=0)
    review_on = models.DateField(null=True, blank=True)
    deadline_notes = models.JSONField(default=dict)
    event_count = models.PositiveIntegerField(default=0)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "state", "place_path"], name="case_kind_state_place"),
            models.Index(fields=["place_path", "-recorded_at", "-id"], name="case_place_newest"),
            models.Index(fields=["-recorded_at", "-id"], name="case_newest"),
            models.Index(fields=["kind", "happened_at"], name="case_kind_told"),
            models.Index(
                fields=["resolution_due_at", "id"],
                name="case_open_due",
                condition=Q(closed_at__isnull=True, resolved_at__isnull=True, clock_stopped_at__isnull=True),
            ),
            models.Index(
                fields=["responsible", "resolution_due_at"],
                name="case_mine",
                condition=Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CaseEvent(models.Model):
    """One line of a case's history, numbered from 1. Append-only in the database.

    ``note`` is for staff, ``public_note`` for everybody; ``data`` holds ids and figures, never personal data.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=30)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    actor = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_kind = models.CharField(max_length=12)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = models.TextField(blank=True)
    public_note = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="case_event_number_once")]
        indexes = [models.Index(fields=["move", "recorded_at"], name="case_event_move_time")]


class CaseEvidence(models.Model):
    """A medium shown with a case: what for, and whether the public may see its public copy."""

    class Purpose(models.TextChoices):
        NEED = "need", _("心愿现场")
        PROGRESS = "progress", _("办理过程")
        HANDOVER = "handover", _("圆梦交付")
        VISIT = "visit", _("走访")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    medium = models.ForeignKey("evidence.Medium", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    caption = models.CharField(max_length=200, blank=True)
    public = models.BooleanField(default=False)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "medium"], name="case_medium_once")]


class DeadlineRule(models.Model):
    """How long a case may take: dated, sourced data (field notes), never a constant in code.

    The most particular valid rule wins: place nearest to the case, then category, then tier.
    """

    class Measure(models.TextChoices):
        RESPONSE = "response", _("响应")
        RESOLUTION = "resolution", _("办结")

    class Unit(models.TextChoices):
        HOURS = "hours", _("小时")
        DAYS = "days", _("自然日")
        WORKING_HOURS = "working_hours", _("工作小时")
        WORKING_DAYS = "working_days", _("工作日")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    tier = models.CharField(max_length=20, blank=True)
    category_code = models.CharField(max_length=40, blank=True)
    place = models.ForeignKey(
        "places.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    measure = models.CharField(max_length=12, choices=Measure.choices)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=16, choices=Unit.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    source_mark = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "tier", "category_code", "place", "measure", "valid_from"],
                name="deadline_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="deadline_rule_positive", condition=Q(amount__gt=0)),
        ]


class Notice(models.Model):
    """Something a person is told about a case: the sentence of one event for one reader, in-app.

    ``audience`` says who reads it: ``resident`` (on the tracking page), ``responsible`` or ``claimant`` (in their list).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    audience = models.CharField(max_length=12)
    user = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    recorded_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "audience", "user"], name="notice_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["user", "-recorded_at", "-id"], name="notice_user_newest"),
            models.Index(fields=["case", "audience"], name="notice_case"),
        ]
