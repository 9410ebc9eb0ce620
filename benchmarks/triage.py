"""How often the triage suggestions are right. Run: python benchmarks/triage.py WISHES.jsonl

What was used to make a thing cannot measure it, so each figure says what the measured text had been used for:

- *categories*: the 154 wishes informed the keywords; an upper bound.
- *whole suggestion on the wishes*: likewise an upper bound.
- *likeness, each sentence judged by all the others*: the classifier alone; the sentences have few authors, so still kind.
- *likeness across authors*: learnt from sentences written for this project beside the wishes, asked about the wishes, and the
  other way round; and asked about the wishes quoted from newspapers alone, which no example comes from. The hardest and most honest.
- *list of dangers on sentences it had not seen*: 24 hidden hazards and 24 harmless wishes written after the list was finished gave
  5 of 24 and 1 false alarm (recorded when first measured; those sentences have since become examples and cannot measure again).
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
from wishloop.wishes.urgency import THRESHOLD, Model, learn, shipped_examples  # noqa: E402

Labelled = list[tuple[str, bool]]


def whole(rows: list[dict[str, object]], *, show: bool) -> dict[str, str]:
    """Measure the whole suggestion on labelled wishes; print wrong ones to standard error when ``show``."""
    words = shipped_categories()
    top1 = top3 = noticed = false = 0
    for row in rows:
        guess = suggest(str(row["text"]), words)
        names = [name for _code, name in guess.categories]
        right = names[:1] == [row["category"]]
        top1 += right
        top3 += row["category"] in names
        noticed += bool(row["urgent"]) and guess.urgent
        false += not row["urgent"] and guess.urgent
        if show and (not right or row["urgent"] != guess.urgent):
            print(
                row["category"],
                row["urgent"],
                "|",
                names,
                guess.urgent,
                "|",
                row["text"],
                "|",
                guess.reasons,
                file=sys.stderr,
            )
    urgent = sum(bool(row["urgent"]) for row in rows)
    return {
        "category": f"{top1}/{len(rows)}",
        "category among three": f"{top3}/{len(rows)}",
        "urgent noticed": f"{noticed}/{urgent}",
        "false alarms": f"{false}/{len(rows) - urgent}",
    }


def likeness(model: Model, asked: Labelled) -> dict[str, str]:
    """Measure the classifier alone."""
    found = [(model.score(text) > THRESHOLD, urgent) for text, urgent in asked]
    return _counts(found)


def _counts(found: list[tuple[bool, bool]]) -> dict[str, str]:
    urgent = sum(u for _f, u in found)
    return {
        "urgent noticed": f"{sum(f and u for f, u in found)}/{urgent}",
        "false alarms": f"{sum(f and not u for f, u in found)}/{len(found) - urgent}",
    }


def each_by_the_rest(examples: Labelled) -> dict[str, str]:
    """Measure each sentence with a model of all the others."""
    found = []
    for place, (text, urgent) in enumerate(examples):
        model = learn(examples[:place] + examples[place + 1 :])
        found.append((model.score(text) > THRESHOLD, urgent))
    return _counts(found)


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wishes", type=Path)
    parser.add_argument("--show", action="store_true", help="print every wrong guess")
    given = parser.parse_args()
    rows = [
        json.loads(line) for line in given.wishes.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    wishes = [(str(r["text"]), bool(r["urgent"])) for r in rows]
    printed = [(str(r["text"]), bool(r["urgent"])) for r in rows if r.get("source") != "written"]
    shipped = shipped_examples()
    own = [(str(r["text"]), bool(r["urgent"])) for r in shipped if r["set"] != "wishes"]
    everything = [(str(r["text"]), bool(r["urgent"])) for r in shipped]
    figures = {
        "whole suggestion on the wishes (upper bound)": whole(rows, show=given.show),
        "likeness, each sentence by the others": each_by_the_rest(everything + printed),
        "likeness across authors: own sentences asked about the wishes": likeness(learn(own), wishes),
        "likeness across authors: wishes asked about own sentences": likeness(learn(wishes), own),
        "likeness as shipped on printed wishes": likeness(learn(everything), printed),
    }
    print(json.dumps(figures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
