"""How often the triage suggestions are right. Run: python benchmarks/triage.py WISHES.jsonl

Four sets, told apart on purpose. The 154 wishes informed the keywords; ``data/triage_fresh.jsonl`` and ``triage_blind.jsonl`` (60
hidden hazards, 60 harmless wishes that sound alike) informed the list of dangers: these figures are an upper bound. Of the blind
set, before the list was widened with its kind in mind, 3 of 30 hazards were noticed. ``data/triage_unseen.jsonl`` (24 and 24) was
written after that and the list was not widened to suit it. At first measurement 5 of its 24 hazards were noticed, with 2 false
alarms in 24: a list of words does not know danger it has no word for. The suggestions are one net among several (the person's own
"urgent", a reader, optional language tools), never the only one. Only urgency is asked of the sentences. All sentences are by one author: real ones will differ more.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")
django.setup()

from wishloop.wishes.suggestions import shipped_categories, suggest  # noqa: E402

DATA = Path(__file__).parent / "data"


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure(path: Path, *, show: bool) -> dict[str, object]:
    """Return counts of right guesses on one file; print the wrong ones to standard error when ``show``."""
    words = shipped_categories()
    count = {
        "rows": 0,
        "with_category": 0,
        "top1": 0,
        "top3": 0,
        "urgent": 0,
        "noticed": 0,
        "calm": 0,
        "false_alarms": 0,
    }
    for row in _rows(path):
        text, urgent = str(row["text"]), bool(row["urgent"])
        guess = suggest(text, words)
        names = [name for _code, name in guess.categories]
        count["rows"] += 1
        if "category" in row:
            count["with_category"] += 1
            count["top1"] += names[:1] == [row["category"]]
            count["top3"] += row["category"] in names
        count["urgent" if urgent else "calm"] += 1
        count["noticed"] += urgent and guess.urgent
        count["false_alarms"] += not urgent and guess.urgent
        wrong_category = "category" in row and names[:1] != [row["category"]]
        if show and (wrong_category or urgent != guess.urgent):
            print(
                row.get("category", ""),
                urgent,
                "|",
                names,
                guess.urgent,
                "|",
                text,
                "|",
                guess.reasons,
                file=sys.stderr,
            )
    return count


def main() -> None:
    """Print one JSON document with the figures of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wishes", type=Path)
    parser.add_argument("--show", action="store_true", help="print every wrong guess")
    given = parser.parse_args()
    figures = {
        "wishes (informed the keywords)": measure(given.wishes, show=given.show),
        "fresh sentences (informed the dangers)": measure(DATA / "triage_fresh.jsonl", show=given.show),
        "blind sentences (informed the dangers, 3 of 30 before)": measure(
            DATA / "triage_blind.jsonl", show=given.show
        ),
        "unseen sentences (informed nothing)": measure(DATA / "triage_unseen.jsonl", show=given.show),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
