"""Triage suggestions for a whole file of wishes, as ``wishloop triage`` prints them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wishloop.core.text import decoded
from wishloop.wishes.suggestions import CategoryWords, category_words, shipped_categories, suggest


class BadInput(ValueError):
    """A file that cannot be used; the message is one sentence naming file, line and what to do."""


def triage_file(path: Path, categories: list[CategoryWords] | None = None) -> list[dict[str, Any]]:
    """Suggest category, urgency and tier for each row of a JSONL file with the field ``text``, in input order.

    Uses the categories of this installation; of a new one without any, the shipped ones.

    Raises:
        BadInput: the file cannot be read, or a line is no JSON object with a ``text``.
    """
    words = categories if categories is not None else (category_words() or shipped_categories())
    return [_suggested(text, words) for text in _texts(path)]


def _suggested(text: str, words: list[CategoryWords]) -> dict[str, Any]:
    found = suggest(text, words)
    return {
        "category": found.categories[0][1] if found.categories else None,
        "categories": [name for _code, name in found.categories],
        "category_code": found.category_code,
        "urgent": found.urgent,
        "tier": found.tier,
        "script": found.script,
        "reasons": list(found.reasons),
        "dangers": [danger.code for danger in found.dangers],
    }


def _texts(path: Path) -> list[str]:
    try:
        read = decoded(path.read_bytes())
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); give the path of a JSONL file."
        ) from error
    texts = []
    for line in read.lines:
        if not line.text.strip():
            continue
        if not line.readable:
            raise BadInput(
                f"{path}, line {line.number}: not readable as {read.encoding}; save the file as UTF-8."
            )
        texts.append(_text_of(path, line.number, line.text))
    return texts


def _text_of(path: Path, number: int, line: str) -> str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f'{path}, line {number}: not JSON; write one object such as {{"text": "…"}} a line.'
        ) from error
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str):
        raise BadInput(f"{path}, line {number}, field text: missing or no text; give the wish's words there.")
    return text
