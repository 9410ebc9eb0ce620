"""English is complete, placeholders survive translation, Tibetan is marked, and what is shipped is what is written."""

from __future__ import annotations

import gettext
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "wishloop"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?strong>")


def _catalogue(language: str) -> list[tuple[object, object, list[str]]]:
    path = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
    return [(m.id, m.string, list(m.user_comments)) for m in read_po(path.open("rb")) if m.id]


def test_english_is_complete_and_keeps_placeholders() -> None:
    wrong = []
    for original, translated, _comments in _catalogue("en"):
        pairs = zip(
            original if isinstance(original, tuple) else (original,),
            translated if isinstance(translated, tuple) else (translated,),
            strict=False,
        )
        for before, after in pairs:
            if not after or sorted(PLACEHOLDER.findall(before)) != sorted(PLACEHOLDER.findall(after)):
                wrong.append(before)
    assert wrong == []


def test_every_tibetan_string_is_marked_for_review() -> None:
    unmarked = [
        o
        for o, t, comments in _catalogue("bo")
        if t and isinstance(t, str) and "needs native review" not in comments
    ]
    assert unmarked == []


@pytest.mark.parametrize("language", ["en", "bo"])
def test_the_compiled_catalogue_is_current(language: str) -> None:
    folder = PACKAGE / "locale" / language / "LC_MESSAGES"
    compiled = {m.id: m.string for m in read_mo((folder / "django.mo").open("rb")) if isinstance(m.id, str)}
    written = {o: t for o, t, _c in _catalogue(language) if isinstance(t, str) and t}
    assert {o: compiled.get(o) for o in written} == written
    assert gettext.GNUTranslations(io.BytesIO((folder / "django.mo").read_bytes()))


@pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="gettext is not installed: apt-get install gettext"
)
def test_no_text_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    """Extract every text anew and compare: a new sentence needs its translation in the same change."""
    copy = tmp_path / "wishloop"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("tests", "__pycache__", "static", "*.mo"))
    subprocess.run(
        ["python3", "-m", "django", "makemessages", "-l", "en", "--no-location", "--no-obsolete", "-v0"],
        cwd=copy, check=True, env={"PATH": _path(), "DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": ""},
    )  # fmt: skip
    fresh = {m.id for m in read_po((copy / "locale/en/LC_MESSAGES/django.po").open("rb")) if m.id}
    known = {o for o, _t, _c in _catalogue("en")}
    assert len(fresh) > 1000
    assert sorted(map(str, fresh - known)) == []


def _path() -> str:
    import os
    import sys

    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"
