"""The deadline rules a new installation starts with: dated, each with its source and how far to trust it."""

from __future__ import annotations

import json
from importlib.resources import files

from django.db import transaction

from wishloop.cases.models import DeadlineRule


@transaction.atomic
def ensure_deadline_rules() -> int:
    """Load the shipped rules of each kind of case that has none yet. Returns how many were added."""
    rows = json.loads(
        files("wishloop.cases").joinpath("data", "deadline_rules.json").read_text(encoding="utf-8")
    )
    known = set(DeadlineRule.objects.values_list("kind", flat=True))
    fresh = [DeadlineRule(**row) for row in rows if row["kind"] not in known]
    DeadlineRule.objects.bulk_create(fresh)
    return len(fresh)
