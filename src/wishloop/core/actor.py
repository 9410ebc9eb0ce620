"""Who acts: handed to every operation and query, so that what may be seen and done is decided in one way."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from wishloop.core.problem import Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, resident or program behind a call.

    Attributes:
        kind: ``staff`` (an account with roles), ``resident`` (no account, known by a tracking code), ``public``
            (unknown), ``system`` (a job or an import command).
        user_id: account, for staff.
        party_id: the person behind it, where known.
        acts_for_id: the organisation a partner's account speaks for.
        roles: pairs of role (``parties.models.Role`` value) and place path; valid on the day the actor was built.
        name: what history shows to staff.
        case_id: the one case a resident's tracking code has opened.
    """

    kind: str
    user_id: UUID | None = None
    party_id: UUID | None = None
    acts_for_id: UUID | None = None
    roles: tuple[tuple[str, str], ...] = ()
    name: str = ""
    case_id: UUID | None = None

    def may(self, place_path: str, *roles: str) -> bool:
        """Tell whether the actor holds one of ``roles`` at ``place_path`` or above it."""
        return any(role in roles and place_path.startswith(scope) for role, scope in self.roles)

    def account(self) -> UUID:
        """Return the account's id, for what only an account may do.

        Raises:
            Forbidden: the actor has no account.
        """
        if self.user_id is None:
            raise Forbidden()
        return self.user_id

    def holds(self, *roles: str) -> bool:
        """Tell whether the actor holds one of ``roles`` anywhere."""
        return any(role in roles for role, _ in self.roles)

    def scopes(self, *roles: str) -> tuple[str, ...]:
        """Return the place paths where the actor holds one of ``roles`` (all roles when none is named), without those
        that lie within another."""
        paths = sorted({scope for role, scope in self.roles if not roles or role in roles})
        kept: list[str] = []
        for path in paths:
            if not kept or not path.startswith(kept[-1]):
                kept.append(path)
        return tuple(kept)


PUBLIC = Actor(kind="public")
SYSTEM = Actor(kind="system", name="system")
