"""The categories a new installation starts with; editable afterwards."""

from __future__ import annotations

import json
from importlib.resources import files

from django.db import transaction

from wishloop.wishes.models import Category


@transaction.atomic
def ensure_categories() -> int:
    """Add the shipped categories that are missing, with default tier, skills and keywords. Never changes one that is there.

    Skills must have been loaded. Returns how many were added.
    """
    rows = json.loads(
        files("wishloop.wishes").joinpath("data", "categories.json").read_text(encoding="utf-8")
    )
    known = set(Category.objects.values_list("code", flat=True))
    fresh = [row for row in rows if row["code"] not in known]
    for row in fresh:
        skills = row.pop("skills")
        Category.objects.create(**row).skills.set(skills)
    return len(fresh)
