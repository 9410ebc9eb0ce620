"""The skills a new installation starts with."""

from __future__ import annotations

import json
from importlib.resources import files

from wishloop.parties.models import Skill


def ensure_skills() -> int:
    """Add the shipped skills that are missing. Returns how many there are to add at most."""
    rows = json.loads(files("wishloop.parties").joinpath("data", "skills.json").read_text(encoding="utf-8"))
    return len(Skill.objects.bulk_create([Skill(**row) for row in rows], ignore_conflicts=True))
