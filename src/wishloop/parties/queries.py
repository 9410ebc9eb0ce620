"""What other modules ask about people, organisations, roles and consents."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Q, QuerySet

from wishloop.core.actor import Actor
from wishloop.core.encryption import blind_index
from wishloop.parties.contacts import normalise_phone
from wishloop.parties.models import Consent, Party, PersonDetails, Role, RoleAssignment, User


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


def demo_accounts() -> QuerySet[User]:
    """Return the accounts shown on a demonstration's sign-in page."""
    return User.objects.filter(is_demo=True, is_active=True).order_by("opened_at", "username")


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
    if user.is_demo or not actor.holds(*settings.SECOND_FACTOR_ROLES):
        return False
    return not Authenticator.objects.filter(
        user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ).exists()


def parties_sharing_phone(party_id: UUID) -> list[UUID]:
    """Return everybody known by the same phone number as this person, the person among them (blind index)."""
    digest = PersonDetails.objects.filter(party_id=party_id).values_list("phone_digest", flat=True).first()
    if digest is None:
        return [party_id]
    return list(PersonDetails.objects.filter(phone_digest=digest).values_list("party_id", flat=True))
