"""How much a text sounds like needs that turned out urgent: naive Bayes over pairs of characters, learnt from labelled examples.

A third net beside the list of dangers and the person's own word: a list knows only the dangers it has words for. Small, needs no
library, reads in a few milliseconds, and explains itself by the pairs that weighed most.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

# Of 322 labelled sentences, each judged by the rest, 2.2 finds 90 of 101 urgent ones with 15 false alarms in 221. Across authors it
# is less: benchmarks/triage.py prints both.
THRESHOLD = 2.2
_PRIOR = 0.5
_TELLING = 0.8


@dataclass(frozen=True, slots=True)
class Model:
    """In how many urgent and calm examples each piece occurs."""

    urgent: Counter[str]
    calm: Counter[str]
    urgent_count: int
    calm_count: int

    def weight(self, piece: str) -> float:
        """Return how much a piece speaks for urgency: the logarithm of the ratio of its two frequencies."""
        urgent = (self.urgent[piece] + _PRIOR) / (self.urgent_count + 2 * _PRIOR)
        calm = (self.calm[piece] + _PRIOR) / (self.calm_count + 2 * _PRIOR)
        return math.log(urgent / calm)

    def score(self, text: str) -> float:
        """Return how urgent a text sounds; 0 says nothing either way. Divided by the root of its length, so that long texts do
        not win by being long."""
        known = [piece for piece in pieces(text) if self.urgent[piece] or self.calm[piece]]
        return sum(map(self.weight, known)) / math.sqrt(len(known)) if known else 0.0

    def telling(self, text: str, *, limit: int = 3) -> list[str]:
        """Return the pairs that weighed most, in the order they stand, neighbours joined: what to show as the reason."""
        letters = "".join(ch for ch in text if ch.isalnum())
        pairs = {letters[i : i + 2] for i in range(len(letters) - 1)}
        heavy = sorted((p for p in pairs if self.weight(p) > _TELLING), key=lambda p: (-self.weight(p), p))[
            :limit
        ]
        return sorted(heavy, key=text.find)


def pieces(text: str) -> set[str]:
    """Return the single characters and pairs of a text, punctuation left out."""
    letters = "".join(ch for ch in text if ch.isalnum())
    return {letters[i : i + size] for size in (1, 2) for i in range(len(letters) - size + 1)}


def learn(examples: Iterable[tuple[str, bool]]) -> Model:
    """Return the model of labelled texts (text, urgent)."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    sizes = {True: 0, False: 0}
    for text, urgent in examples:
        counts[urgent].update(pieces(text))
        sizes[urgent] += 1
    return Model(counts[True], counts[False], sizes[True], sizes[False])


def shipped_examples() -> list[dict[str, object]]:
    """Return the labelled sentences that ship with the package, all written for it."""
    text = files("wishloop.wishes").joinpath("data", "urgency_examples.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """Return the model of the shipped examples."""
    return learn((str(row["text"]), bool(row["urgent"])) for row in shipped_examples())
