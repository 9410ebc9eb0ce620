"""What every instance needs before its first wish: units, calendar, skills, categories, deadline rules."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from wishloop.cases.operations.reference_data import ensure_deadline_rules
from wishloop.parties.operations.reference_data import ensure_skills
from wishloop.places.operations import ensure_reference_data as ensure_places
from wishloop.wishes.operations.reference_data import ensure_categories


@transaction.atomic
def prepare_instance(*, at: datetime) -> None:
    """Load all reference data that is missing. Idempotent; changes nothing a person has edited."""
    ensure_places(at=at)
    ensure_skills()
    ensure_deadline_rules()
    ensure_categories()
