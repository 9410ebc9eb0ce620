"""Why a deadline is what it is, step by step: codes and figures out of a promise's note. Words are the pages' matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from wishloop.cases.deadlines import WORKING_DAYS, WORKING_HOURS


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``code`` is one of: rule, started, from_next_day, skipped, stopped, holidays_unknown, due."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def explain(note: Mapping[str, Any]) -> list[Step]:
    """Return the steps from the rule to the moment, in the order one would tell them; nothing for an empty note.

    Days passed over are given as runs with one reason: ``first``, ``last`` (both passed over), ``days``, ``reason``.
    """
    if not note:
        return []
    start, due_at = datetime.fromisoformat(note["start"]), datetime.fromisoformat(note["due"])
    steps = [
        Step("rule", {key: note.get(key, "") for key in ("amount", "unit", "source", "mark")}),
        Step("started", {"at": start}),
    ]
    if note["unit"] == WORKING_DAYS:
        steps.append(Step("from_next_day"))
    if note["unit"] in (WORKING_DAYS, WORKING_HOURS):
        steps.extend(_runs(note.get("skipped", [])))
    steps.extend(
        Step("stopped", {"begins": datetime.fromisoformat(begins), "ends": datetime.fromisoformat(ends)})
        for begins, ends in note.get("stops", [])
    )
    if note.get("holidays_known_until"):
        steps.append(Step("holidays_unknown", {"until": date.fromisoformat(note["holidays_known_until"])}))
    steps.append(Step("due", {"at": due_at}))
    return steps


def _runs(skipped: list[list[str]]) -> list[Step]:
    """Join neighbouring days of one reason; weekends next to a holiday stay apart, since their reason differs."""
    runs: list[dict[str, Any]] = []
    for text, reason in skipped:
        day = date.fromisoformat(text)
        if runs and runs[-1]["reason"] == reason and runs[-1]["last"] + timedelta(days=1) == day:
            runs[-1]["last"], runs[-1]["days"] = day, runs[-1]["days"] + 1
        else:
            runs.append({"first": day, "last": day, "days": 1, "reason": reason})
    return [Step("skipped", run) for run in runs]
