"""The diagram in the docs is the table's own."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from wishloop.cases.diagram import state_diagram
from wishloop.wishes.states import TABLE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "wish-states.md"


def test_the_page_is_current() -> None:
    with translation.override("zh-hans"):
        drawn = state_diagram(TABLE)
    assert PAGE.read_text().endswith(drawn), (
        "run: python -m wishloop.cli.diagram > docs/reference/wish-states.md"
    )
