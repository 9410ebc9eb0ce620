"""Tables of people and organisations.

What identifies a person sits encrypted in ``PersonDetails``, under a key of that person's own in ``PersonKey``: deleting
the key is forgetting the person, in every copy of the fields made without it. Everything else refers to a ``Party`` by id.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id


class PartyKind(models.TextChoices):
    PERSON = "person", _("个人")
    ORGANISATION = "organisation", _("单位")


class Skill(models.Model):
    """Something a helper can do, such as electrical; ``certified_only`` needs a certificate on file."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    name_bo = models.CharField(max_length=60, blank=True)
    certified_only = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class PartyQuerySet(models.QuerySet["Party"]):
    """People and organisations, narrowed."""

    def visible_to(self, actor: Actor) -> PartyQuerySet:
        """Keep those of the subtrees where the actor keeps or supervises people, and the actor's own; programs see all."""
        if actor.kind == "system":
            return self
        within = Q(pk__in=[pk for pk in (actor.party_id, actor.acts_for_id) if pk])
        for scope in actor.scopes("grid_worker", "steward", "supervisor", "administrator"):
            within |= Q(place_path__startswith=scope)
        return self.filter(within)


class Party(models.Model):
    """A person or an organisation.

    ``public_name`` is what the public may read: for people masked by rule when it is written (张*, 扎***) or the nickname they
    chose; for organisations their name. ``capacity`` is how many wishes they carry at once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=PartyKind.choices)
    public_name = models.CharField(max_length=120)
    place = models.ForeignKey(
        "places.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place_path = models.CharField(max_length=250, blank=True, db_index=True, db_collation="C")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(default=3)
    skills = models.ManyToManyField(Skill, blank=True, related_name="parties")
    languages = models.JSONField(default=list, blank=True)
    is_minor = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True, blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "public_name", "id"], name="party_kind_name"),
            models.Index(fields=["public_name", "id"], name="party_name"),
        ]

    def __str__(self) -> str:
        return self.public_name


class OrganisationDetails(models.Model):
    """What is known of an organisation. ``credit_code`` is the 统一社会信用代码, 18 characters, or empty."""

    class Kind(models.TextChoices):
        PARTNER_UNIT = "partner_unit", _("共建单位")
        COMPANY = "company", _("爱心企业")
        SOCIAL = "social", _("社会组织")
        COMMUNITY = "community", _("社区组织")

    party = models.OneToOneField(
        Party, primary_key=True, on_delete=models.CASCADE, related_name="organisation"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    credit_code = models.CharField(max_length=18, blank=True)
    contact = models.ForeignKey(Party, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="credit_code_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PersonKey(models.Model):
    """The key under which one person's fields are encrypted, itself wrapped by the installation's key."""

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.CASCADE, related_name="person_key")
    wrapped = models.BinaryField()


class PersonDetails(models.Model):
    """A person's fields, each encrypted. ``*_digest`` are blind indexes: keyed hashes for exact look-up.

    ``person_digest`` stands for phone and name together (else the ID number): one person is registered once, whoever comes first.
    """

    party = models.OneToOneField(Party, primary_key=True, on_delete=models.CASCADE, related_name="details")
    name = models.BinaryField(null=True)
    phone = models.BinaryField(null=True)
    id_number = models.BinaryField(null=True)
    address = models.BinaryField(null=True)
    health = models.BinaryField(null=True)
    phone_digest = models.BinaryField(max_length=16, null=True, db_index=True)
    id_number_digest = models.BinaryField(max_length=16, null=True, db_index=True)
    person_digest = models.BinaryField(max_length=16, null=True, unique=True)


class Consent(models.Model):
    """One consent, and its withdrawal. ``case_id`` limits it to one case; ``guardian`` says who spoke for a minor."""

    class Purpose(models.TextChoices):
        COLLECT = "collect", _("收集使用")
        PUBLISH = "publish", _("公开发布")
        PUBLISH_PHOTO = "publish_photo", _("公开照片")
        CLAIM_TERMS = "claim_terms", _("认领约定")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    case_id = models.UUIDField(null=True, blank=True, db_index=True)
    guardian = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    wording = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        "parties.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["party", "purpose"], name="consent_party_purpose")]


class Role(models.TextChoices):
    """What a person may be, each within one subtree (glossary)."""

    GRID_WORKER = "grid_worker", _("网格员")
    STEWARD = "steward", _("心愿管家")
    MEMBER = "member", _("党员")
    VOLUNTEER = "volunteer", _("志愿者")
    PARTNER = "partner", _("共建单位")
    SUPERVISOR = "supervisor", _("监督小组成员")
    LEADER = "leader", _("领导")
    ADMINISTRATOR = "administrator", _("管理员")


class UserManager(BaseUserManager["User"]):
    """Found by username; creating accounts is an operation (``parties.operations.open_account``)."""

    def visible_to(self, actor: Actor) -> models.QuerySet[User]:
        """Keep accounts of people, or with roles, in the subtrees the actor administers or supervises; programs see all."""
        if actor.kind == "system":
            return self.all()
        within = Q(pk__in=[])
        for scope in actor.scopes("administrator", "supervisor"):
            within |= Q(party__place_path__startswith=scope)
            within |= Q(pk__in=RoleAssignment.objects.filter(place_path__startswith=scope).values("user_id"))
        return self.filter(within)


class User(AbstractBaseUser):
    """An account. Residents need none. ``party`` is the person (or, for a partner's desk, the person acting for it).

    A session is good while password and ``session_epoch`` are those it began with: raising the epoch signs out everywhere.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    acts_for = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="representatives"
    )
    display_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    session_epoch = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.display_name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Return what a session must carry (Django compares it on each request)."""
        return salted_hmac(
            "wishloop.parties.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class ApiToken(models.Model):
    """A key by which a program acts as an account. Only a hash is kept: the token is shown once, when it is made.

    ``hint`` is its first characters, so that its owner can tell one from another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=60)
    hint = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="token_user_newest")]

    def __str__(self) -> str:
        return self.label


class RoleAssignment(models.Model):
    """A role of an account over one place and everything below it, from a day to before another."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = models.CharField(max_length=250, db_collation="C")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "place"],
                condition=Q(valid_to__isnull=True),
                name="role_once_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["role", "place_path"], name="role_place_path")]


class PersonalDataViewQuerySet(models.QuerySet["PersonalDataView"]):
    """Looks at personal data, narrowed."""

    def visible_to(self, actor: Actor) -> PersonalDataViewQuerySet:
        """Keep looks at people of the subtrees the actor supervises or administers, and the actor's own looks."""
        if actor.kind == "system":
            return self
        within = Q(viewer_id=actor.user_id) if actor.user_id else Q(pk__in=[])
        for scope in actor.scopes("supervisor", "administrator"):
            within |= Q(place_path__startswith=scope)
        return self.filter(within)


class PersonalDataView(models.Model):
    """Who saw which unmasked field of whom, when and why. Append-only; the supervisor reads it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=20)
    reason = models.CharField(max_length=200)
    case_id = models.UUIDField(null=True, blank=True)
    place_path = models.CharField(max_length=250, blank=True, db_index=True, db_collation="C")
    seen_at = models.DateTimeField()

    objects = PersonalDataViewQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-seen_at", "id"], name="data_view_newest")]
