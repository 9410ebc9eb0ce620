"""The house stays in shape: rules that prose does not hold."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "wishloop"
SOURCES = [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts and "tests" not in p.parts]
# Files over 400 lines, each with its reason.
LONG = {
    "wishes/queries.py": "every read of wishes, one short function each",
}


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_every_module_is_in_the_import_contract() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    layers = set(re.findall(r"\w+", contract["importlinter:contract:modules"]["layers"]))
    modules = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert modules <= layers


def test_no_file_has_a_name_that_says_nothing() -> None:
    banned = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "service.py", "services.py"}
    assert [_name(p) for p in SOURCES if p.name in banned] == []


def test_files_stay_short() -> None:
    long = {_name(p): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 400}
    assert {name: lines for name, lines in long.items() if name not in LONG} == {}


@pytest.mark.parametrize("room", ["operations", "deadlines.py", "states.py", "promises.py"])
def test_only_doors_read_the_clock(room: str) -> None:
    found = [
        _name(p)
        for p in SOURCES
        if room in p.relative_to(PACKAGE).parts
        and re.search(r"timezone\.now\(|datetime\.now\(|date\.today\(|clock import .*\bnow\b", p.read_text())
    ]
    assert found == []


def test_state_is_assigned_in_one_place() -> None:
    """Only the engine moves a case; claims end in one function of their own."""
    found = {
        _name(p)
        for p in SOURCES
        if re.search(r"\bcase\.state\s*=[^=]|Case\.objects.*\.update\([^)]*\bstate=", p.read_text())
    }
    assert found == {"cases/operations/moves.py"}


def test_modules_talk_without_signals() -> None:
    assert [
        _name(p) for p in SOURCES if "django.dispatch" in p.read_text() or "post_save" in p.read_text()
    ] == []


def test_no_page_carries_inline_script_or_style() -> None:
    pages = list(PACKAGE.rglob("*.html"))
    bad = [
        p.relative_to(PACKAGE).as_posix()
        for p in pages
        if re.search(
            r"<script(?![^>]*\b(?:src=|type=\"application/json))[^>]*>|<style|\sstyle=\"|\son[a-z]+=\"",
            p.read_text(),
        )
    ]
    assert bad == []


def test_every_direct_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "explanation" / "dependencies.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    block = project.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    names = re.findall(r'"([A-Za-z0-9-]+)', block)
    assert [name for name in names if f"`{name}`" not in text] == []


def test_locks_hold_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "frontend/package-lock.json"):
        text = (ROOT / name).read_text()
        assert "http" not in text.replace('"funding"', "") or not re.search(
            r"resolved|--index-url|--find-links", text
        )


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    pattern = r'(?:environ(?:\.get)?[\[(]|_flag\(|environment_name=)"(WISHLOOP_[A-Z_0-9]+|DATABASE_URL)"'
    read = {name for p in SOURCES for name in re.findall(pattern, p.read_text())}
    assert len(read) > 15
    assert sorted(name for name in read if f"`{name}`" not in text) == []
