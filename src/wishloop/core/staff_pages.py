"""Who may open a staff page, said by modules that lie below the accounts. The gate in ``parties`` reads and enforces it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def open_to(*roles: str) -> Callable[[View], View]:
    """Declare the roles whose holders may open a view below ``/staff/``; checked before the view runs.

    Raises:
        ValueError: no role is named.
    """
    if not roles:
        raise ValueError("open_to() needs at least one role")

    def declare(view: View) -> View:
        view.required_roles = frozenset(roles)  # type: ignore[attr-defined]
        view.checked_by_gate = True  # type: ignore[attr-defined]
        return view

    return declare
