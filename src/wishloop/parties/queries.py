"""What other modules ask about people, organisations, roles and consents."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q

from wishloop.parties.models import Consent, Role, RoleAssignment


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
