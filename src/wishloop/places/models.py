"""Tables of places. A place's ``path`` is its ancestors' codes and its own, each ended by a dot: one prefix condition
finds a subtree, and every row that belongs somewhere carries the path it had."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id


class Level(models.TextChoices):
    """Levels of the tree, top down (glossary)."""

    CITY = "city", _("市")
    DISTRICT = "district", _("区/县")
    SUBDISTRICT = "subdistrict", _("街道/乡镇")
    COMMUNITY = "community", _("社区/村")
    GRID = "grid", _("网格")
    PRODUCTION_GROUP = "production_group", _("村民小组")


class PlaceStatus(models.TextChoices):
    """Whether a unit is in the official list or was named by somebody and waits for a steward's word."""

    CONFIRMED = "confirmed", _("已确认")
    TO_BE_CONFIRMED = "to_be_confirmed", _("待确认")


class PositionQuality(models.TextChoices):
    """How far to trust ``lat`` and ``lon``."""

    NONE = "none", _("无位置")
    APPROXIMATE = "approximate", _("大致位置")
    SURVEYED = "surveyed", _("实测位置")


class PlaceQuerySet(models.QuerySet["Place"]):
    """Places, narrowed."""

    def in_force(self, on: date | None = None) -> PlaceQuerySet:
        """Keep the units that exist on a day; without a day those whose end nobody has entered."""
        if on is None:
            return self.filter(valid_to__isnull=True)
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gt=on)
        )

    def visible_to(self, actor: Actor) -> PlaceQuerySet:
        """Keep what lies in a subtree where the actor has a role, and the units above it; programs see all."""
        if actor.kind == "system":
            return self
        within = Q(pk__in=[])
        rows = self.alias()
        for number, scope in enumerate(actor.scopes()):
            rows = rows.alias(**{f"scope_{number}": Value(scope)})
            within |= Q(path__startswith=scope) | Q(**{f"scope_{number}__startswith": models.F("path")})
        return rows.filter(within)


class Place(models.Model):
    """One unit. Positions are WGS-84 degrees; ``valid_to`` is the first day it no longer exists.

    ``merged_into`` names the unit that took over what belonged to this one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True, db_collation="C")
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    name_bo = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=20, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=250, unique=True, db_collation="C")
    status = models.CharField(max_length=20, choices=PlaceStatus.choices, default=PlaceStatus.CONFIRMED)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_quality = models.CharField(
        max_length=20, choices=PositionQuality.choices, default=PositionQuality.NONE
    )
    outline = models.JSONField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="place_position_possible",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
            ),
            models.CheckConstraint(
                name="place_validity_forward",
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=models.F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["level", "code"], name="place_level_code")]

    def __str__(self) -> str:
        return self.name


class PlaceAlias(models.Model):
    """Another name the same unit is known by, such as 公德林街道 for 功德林街道."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=100, db_index=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="place_alias_once")]

    def __str__(self) -> str:
        return self.name


class WorkCalendar(models.Model):
    """Office hours of a place and all below it that have no calendar of their own.

    ``hours`` maps ISO weekday ("1" to "7") to a list of ["HH:MM", "HH:MM"] spans in Asia/Shanghai.
    """

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="calendar")
    hours = models.JSONField()
    follow_national = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.place} {_('工作日历')}"


class CalendarDay(models.Model):
    """One day that differs from the rule: off, worked although a rest day, or worked for other hours (half day)."""

    class Kind(models.TextChoices):
        OFF = "off", _("放假")
        WORK = "work", _("调休上班")
        HOURS = "hours", _("当日工作时段")

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    hours = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "on"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"
