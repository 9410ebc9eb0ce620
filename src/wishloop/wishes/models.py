"""Tables of the wish. State, place, tier and deadlines are the case's; here is what only a wish has."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishloop.core.identifiers import new_id


class Category(models.Model):
    """A kind of need, editable. ``is_wish`` is false for what is no wish (spam, abuse): it is declined, not published."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=60, blank=True)
    name_bo = models.CharField(max_length=60, blank=True)
    default_tier = models.CharField(max_length=20)
    skills = models.ManyToManyField("parties.Skill", blank=True, related_name="+")
    keywords = models.JSONField(default=list, blank=True)
    icon = models.CharField(max_length=40, default="wish")
    is_wish = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)

    def __str__(self) -> str:
        return self.name


class Wish(models.Model):
    """One need of one person or household, in their words.

    ``text`` is as told; ``public_text`` is what a steward released, masked. ``lat``/``lon`` are exact and never public;
    ``public_lat``/``public_lon`` are coarsened. ``source_key`` makes importing the same row twice harmless.
    """

    case = models.OneToOneField("cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="wish")
    text = models.TextField()
    public_text = models.TextField(blank=True)
    needs = models.JSONField(default=list)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said_urgent = models.BooleanField(default=False)
    reporter = models.ForeignKey(
        "parties.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    beneficiary = models.ForeignKey(
        "parties.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    beneficiary_count = models.PositiveIntegerField(default=1)
    place_said = models.CharField(max_length=120, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    public_lat = models.FloatField(null=True, blank=True)
    public_lon = models.FloatField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_words = models.TextField(blank=True)
    result = models.TextField(blank=True)
    team = models.ForeignKey(
        "parties.Party", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    decline_reason = models.TextField(blank=True)
    source_key = models.CharField(max_length=100, null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wish_rating_1_to_5", condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5)
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-case"],
                name="wish_public_newest",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["-granted_at", "-case"],
                name="wish_granted_newest",
                condition=Q(granted_at__isnull=False),
            ),
            models.Index(
                fields=["public_lon", "public_lat"],
                name="wish_public_position",
                condition=Q(published_at__isnull=False),
            ),
            GinIndex(fields=["text"], name="wish_text_trigram", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["public_text"], name="wish_public_trigram", opclasses=["gin_trgm_ops"]),
        ]


class Claim(models.Model):
    """Somebody takes a wish on. One active claim a wish, held by the database."""

    class State(models.TextChoices):
        ACTIVE = "active", _("进行中")
        WITHDRAWN = "withdrawn", _("已退出")
        EXPIRED = "expired", _("已到期")
        FULFILLED = "fulfilled", _("已圆梦")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="claims")
    claimant = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="claims")
    claimed_by = models.ForeignKey("parties.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices)
    terms = models.CharField(max_length=20)
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wish"], condition=Q(state="active"), name="one_active_claim_a_wish"
            )
        ]
        indexes = [models.Index(fields=["claimant", "state"], name="claim_claimant_state")]


class Merge(models.Model):
    """Two wishes found to be one. Both texts, reporters and clocks stay; ``undone_at`` takes it back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duplicate = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField(max_length=20)
    merged_by = models.ForeignKey("parties.User", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    undone_by = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
