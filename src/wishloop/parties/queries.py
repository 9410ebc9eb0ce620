"""What other modules ask about people, organisations, roles and consents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.encryption import blind_index
from wishloop.core.geodesy import distance_m
from wishloop.core.names import mask_name
from wishloop.core.problem import Absent, Problem
from wishloop.parties.contacts import normalise_id_number, normalise_phone
from wishloop.parties.models import (
    ApiToken,
    Consent,
    Party,
    PartyKind,
    PersonalDataView,
    PersonDetails,
    Role,
    RoleAssignment,
    Skill,
    User,
)


def _valid_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def _path_and_above(place_path: str) -> list[str]:
    codes = place_path.rstrip(".").split(".")
    return [".".join(codes[: i + 1]) + "." for i in range(len(codes))]


def steward_for(*, place_path: str, on: date) -> UUID | None:
    """Return the account that answers for new cases of a place: a steward of that place, else of the nearest above.

    Of several at one place the one whose role is oldest. None when no steward is appointed anywhere above.
    """
    found = (
        RoleAssignment.objects.filter(
            _valid_on(on), role=Role.STEWARD, place_path__in=_path_and_above(place_path)
        )
        .filter(user__is_active=True)
        .values_list("place_path", "valid_from", "user_id")
    )
    best = min(found, key=lambda row: (-len(row[0]), row[1], str(row[2])), default=None)
    return best[2] if best else None


def is_steward_at(*, user_id: UUID, place_path: str, on: date) -> bool:
    """Tell whether the account is a steward of that place or of one above it on that day."""
    return RoleAssignment.objects.filter(
        _valid_on(on), user_id=user_id, role=Role.STEWARD, place_path__in=_path_and_above(place_path)
    ).exists()


def has_consent(*, party_id: UUID, purpose: str, case_id: UUID) -> bool:
    """Tell whether the person consented to ``purpose``, in general or for this case, and has not withdrawn it."""
    return Consent.objects.filter(
        Q(case_id=case_id) | Q(case_id__isnull=True),
        party_id=party_id,
        purpose=purpose,
        withdrawn_at__isnull=True,
    ).exists()


def actor_of(user: User, *, on: date) -> Actor:
    """Return the actor an account is on a day: its roles of that day, the person and the organisation behind it."""
    roles = RoleAssignment.objects.filter(_valid_on(on), user=user).values_list("role", "place_path")
    return Actor(
        kind="staff",
        user_id=user.pk,
        party_id=user.party_id,
        acts_for_id=user.acts_for_id,
        roles=tuple(sorted(roles)),
        name=user.display_name,
    )


def actor_by_id(user_id: UUID, *, on: date) -> Actor:
    """Return the actor an account is on a day, for jobs that go on in somebody's name; without roles once it is closed."""
    user = User.objects.get(pk=user_id)
    return (
        actor_of(user, on=on)
        if user.is_active
        else Actor(kind="staff", user_id=user.pk, name=user.display_name)
    )


def demo_accounts() -> QuerySet[User]:
    """Return the accounts shown on a demonstration's sign-in page."""
    return User.objects.filter(is_demo=True, is_active=True).order_by("opened_at", "username")


def demo_accounts_with_roles() -> list[tuple[User, list[str], str]]:
    """Return one demo account for each role (the one opened first), with the names of its roles and its place."""
    rows = RoleAssignment.objects.filter(
        user__is_demo=True, user__is_active=True, valid_to__isnull=True
    ).select_related("user", "place")
    first: dict[str, RoleAssignment] = {}
    for row in rows.order_by("user__opened_at", "user__username", "id"):
        first.setdefault(row.role, row)
    chosen: dict[UUID, tuple[User, list[str], str]] = {}
    for role in Role:
        if role in first:
            row = first[role]
            found = chosen.setdefault(row.user_id, (row.user, [], row.place.name))
            found[1].append(str(role.label))
    return list(chosen.values())


def find_by_phone(phone: str) -> list[Party]:
    """Return the people known by exactly this number (blind index). Raises Problem ``bad_phone``."""
    digest = blind_index("phone", normalise_phone(phone))
    rows = PersonDetails.objects.filter(phone_digest=digest, party__forgotten_at__isnull=True).select_related(
        "party"
    )
    return [row.party for row in rows]


def lacks_second_factor(*, user: User, actor: Actor) -> bool:
    """Tell whether an account holds a role that asks for a second factor and has set up none. Demo accounts are exempt.

    Which roles do is a policy of the installation (``settings.SECOND_FACTOR_ROLES``).
    """
    return (
        not user.is_demo and actor.holds(*settings.SECOND_FACTOR_ROLES) and not has_second_factor(user=user)
    )


def has_second_factor(*, user: User) -> bool:
    """Tell whether an account has set up an authenticator app, passkey or security key."""
    return Authenticator.objects.filter(
        user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ).exists()


def parties_sharing_phone(party_id: UUID) -> list[UUID]:
    """Return everybody known by the same phone number as this person, the person among them (blind index)."""
    digest = PersonDetails.objects.filter(party_id=party_id).values_list("phone_digest", flat=True).first()
    if digest is None:
        return [party_id]
    return list(PersonDetails.objects.filter(phone_digest=digest).values_list("party_id", flat=True))


def people(
    *,
    actor: Actor,
    kind: str = "",
    words: str = "",
    skill: str = "",
    role: str = "",
    place_path: str = "",
    on: date | None = None,
) -> QuerySet[Party]:
    """Return the people and organisations an actor may see, by masked name, unordered (page with ``party_order``).

    ``words`` finds a phone or ID number exactly (blind index), else part of a public name; a whole name typed in finds those
    whose mask it fits, so that nobody learns more than the list shows.
    """
    rows = Party.objects.visible_to(actor).filter(forgotten_at__isnull=True)
    if kind:
        rows = rows.filter(kind=kind)
    if words.strip():
        rows = rows.filter(_fits(words.strip()))
    if skill:
        rows = rows.filter(skills=skill)
    if role and on is not None:
        held = RoleAssignment.objects.filter(_valid_on(on), role=role)
        rows = rows.filter(
            Q(pk__in=held.values("user__party_id")) | Q(pk__in=held.values("user__acts_for_id"))
        )
    if place_path:
        rows = rows.filter(place_path__startswith=place_path)
    return rows.select_related("place", "organisation").prefetch_related("skills")


PARTY_ORDER = ("public_name", "id")


def is_number(words: str) -> bool:
    """Tell whether somebody searches for a telephone or ID number rather than a name."""
    digits = "".join(ch for ch in unicodedata.normalize("NFKC", words) if ch.isalnum())
    return len(digits) >= 7 and digits[:-1].isdigit()


def _fits(words: str) -> Q:
    if is_number(words):
        return Q(details__in=PersonDetails.objects.filter(_number_digests(words)))
    return Q(public_name__icontains=words) | Q(kind=PartyKind.PERSON, public_name=mask_name(words))


def _number_digests(words: str) -> Q:
    found = Q(pk__in=[])  # neither a telephone nor an ID number: nothing is found, which is the answer
    with suppress(Problem):
        found |= Q(phone_digest=blind_index("phone", normalise_phone(words)))
    with suppress(Problem):
        found |= Q(id_number_digest=blind_index("id_number", normalise_id_number(words)))
    return found


def party_for(*, actor: Actor, party_id: UUID) -> Party:
    """Return one person or organisation an actor may see. Raises Absent."""
    rows = Party.objects.visible_to(actor).select_related("place", "organisation").prefetch_related("skills")
    found = rows.filter(pk=party_id).first()
    if found is None:
        raise Absent()
    return found


def filled_fields(*, party_id: UUID) -> frozenset[str]:
    """Return which sealed fields of a person hold something, without opening any."""
    row = PersonDetails.objects.filter(pk=party_id).first()
    fields = ("name", "phone", "id_number", "address", "health")
    return frozenset(f for f in fields if row is not None and getattr(row, f) is not None)


def consents_of(*, party_id: UUID) -> QuerySet[Consent]:
    """Return a person's consents, newest first, withdrawn ones too."""
    return (
        Consent.objects.filter(party_id=party_id)
        .select_related("guardian", "recorded_by")
        .order_by("-given_at", "-id")
    )


def consent_for(*, actor: Actor, consent_id: UUID) -> Consent:
    """Return one consent of a person the actor may see. Raises Absent."""
    rows = Consent.objects.filter(pk=consent_id, party__in=Party.objects.visible_to(actor))
    found = rows.select_related("party").first()
    if found is None:
        raise Absent()
    return found


def accounts(*, actor: Actor, words: str = "", role: str = "", on: date | None = None) -> QuerySet[User]:
    """Return the accounts an actor may see (administrators and supervisors of the subtree)."""
    rows = User.objects.visible_to(actor)
    if words.strip():
        rows = rows.filter(Q(username__icontains=words.strip()) | Q(display_name__icontains=words.strip()))
    if role and on is not None:
        rows = rows.filter(pk__in=RoleAssignment.objects.filter(_valid_on(on), role=role).values("user_id"))
    assignments = RoleAssignment.objects.select_related("place").order_by("valid_from", "id")
    return rows.select_related("party", "acts_for").prefetch_related(Prefetch("roles", queryset=assignments))


ACCOUNT_ORDER = ("username", "id")


def account_for(*, actor: Actor, user_id: UUID) -> User:
    """Return one account an actor may see. Raises Absent."""
    found = accounts(actor=actor).filter(pk=user_id).first()
    if found is None:
        raise Absent()
    return found


def accounts_of(*, party_id: UUID) -> QuerySet[User]:
    """Return the accounts of a person, or those that act for an organisation, with their roles."""
    assignments = RoleAssignment.objects.select_related("place").order_by("valid_from", "id")
    rows = User.objects.filter(Q(party_id=party_id) | Q(acts_for_id=party_id))
    return rows.prefetch_related(Prefetch("roles", queryset=assignments)).order_by("opened_at", "id")


def role_for(*, actor: Actor, assignment_id: int) -> RoleAssignment:
    """Return one role assignment an actor may see. Raises Absent."""
    found = (
        RoleAssignment.objects.select_related("user", "place")
        .filter(pk=assignment_id, user__in=User.objects.visible_to(actor))
        .first()
    )
    if found is None:
        raise Absent()
    return found


def _midnight(day: date) -> datetime:
    """Return the beginning of a day in Lhasa; days nobody can mean are taken for the nearest that databases know."""
    return datetime.combine(min(max(day, date(1970, 1, 1)), date(9000, 1, 1)), time.min, SHANGHAI)


def data_views(
    *,
    actor: Actor,
    viewer: UUID | None = None,
    party: UUID | None = None,
    field: str = "",
    who: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[PersonalDataView]:
    """Return who saw which unmasked field of whom, when and why: for the supervisor of the subtree, and for one's own looks."""
    rows = PersonalDataView.objects.visible_to(actor)
    if viewer is not None:
        rows = rows.filter(viewer_id=viewer)
    if party is not None:
        rows = rows.filter(party_id=party)
    if field:
        rows = rows.filter(field=field)
    if who.strip():
        rows = rows.filter(
            Q(viewer__display_name__icontains=who.strip()) | Q(viewer__username=who.strip().lower())
        )
    if first is not None:
        rows = rows.filter(seen_at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(seen_at__lt=_midnight(last) + timedelta(days=1))
    return rows.select_related("viewer", "party")


DATA_VIEW_ORDER = ("-seen_at", "-id")


def tokens_of(*, actor: Actor) -> QuerySet[ApiToken]:
    """Return one's own tokens, newest first."""
    return ApiToken.objects.filter(user_id=actor.account()).order_by("-created_at", "-id")


def skills() -> QuerySet[Skill]:
    """Return the skills there are, by name."""
    return Skill.objects.order_by("name", "code")


def organisations(*, actor: Actor) -> QuerySet[Party]:
    """Return the active organisations an actor may see, by name."""
    rows = Party.objects.visible_to(actor).filter(kind=PartyKind.ORGANISATION, active=True)
    return rows.select_related("organisation").order_by("public_name", "id")


def helpers_near(*, lat: float, lon: float, skill: str, on: date, limit: int = 20) -> list[tuple[Party, int]]:
    """Return active helpers with a skill and a position, nearest first, with metres (great circle). At most ``limit``."""
    held = RoleAssignment.objects.filter(_valid_on(on), role__in=[Role.MEMBER, Role.VOLUNTEER, Role.PARTNER])
    rows = Party.objects.filter(
        Q(pk__in=held.values("user__party_id")) | Q(pk__in=held.values("user__acts_for_id")),
        active=True, skills=skill, lat__isnull=False, lon__isnull=False,
    )  # fmt: skip
    found = [(row, round(distance_m(lat, lon, row.lat or 0.0, row.lon or 0.0))) for row in rows]
    return sorted(found, key=lambda pair: (pair[1], str(pair[0].pk)))[:limit]


def organisations_below(place_path: str) -> QuerySet[Party]:
    """Return the active organisations of a subtree by name, for choosing a team."""
    rows = Party.objects.filter(kind=PartyKind.ORGANISATION, active=True, place_path__startswith=place_path)
    return rows.order_by("public_name", "id")


def stewards_of(place_path: str) -> QuerySet[User]:
    """Return the accounts that are stewards of a place or of one above it, by name."""
    held = RoleAssignment.objects.filter(
        role=Role.STEWARD, place_path__in=_path_and_above(place_path), valid_to__isnull=True
    )
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("display_name", "id")


def party_names(party_ids: Iterable[UUID]) -> list[tuple[str, str]]:
    """Return (id, public name) of some parties, people before organisations."""
    rows = Party.objects.filter(pk__in=list(party_ids)).order_by("-kind")
    return [(str(party.pk), party.public_name) for party in rows]


def account_exists(username: str) -> bool:
    """Tell whether an account of that name was opened."""
    return User.objects.filter(username=username).exists()


def helpers_below(place_path: str) -> tuple[list[Party], list[Party]]:
    """Return the people with a skill and the organisations of a subtree, each in the order registered."""
    rows = Party.objects.filter(active=True, place_path__startswith=place_path).order_by("recorded_at", "id")
    people = rows.filter(kind=PartyKind.PERSON, skills__isnull=False).distinct()
    return list(people), list(rows.filter(kind=PartyKind.ORGANISATION))


def any_account() -> bool:
    """Tell whether anybody has an account yet."""
    return User.objects.exists()
