"""What every page of people and accounts needs: who acts, what day it is, and forms that survive an error."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now


def actor_from(request: HttpRequest) -> Actor:
    """Return who acts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def today() -> date:
    """Return the day it is in Lhasa."""
    return now().astimezone(SHANGHAI).date()
