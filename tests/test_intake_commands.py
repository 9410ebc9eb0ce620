"""``wishloop import wishes`` and ``wishloop triage``: one JSON document, exit 2 for bad input with one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wishloop.cli.main import main
from wishloop.wishes.models import Wish


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    import wishloop.cli.importing
    import wishloop.intake.commands

    monkeypatch.setattr(wishloop.cli.importing, "open_instance", lambda **_kwargs: None)
    monkeypatch.setattr(wishloop.intake.commands, "open_instance", lambda **_kwargs: None)
    return lambda *args: CliRunner().invoke(main, list(args))


def test_import_prints_one_document_and_repeats_nothing(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text('{"text": "想要轮椅"}\n{"text": ""}\n', encoding="utf-8")
    looked = json.loads(run("import", "wishes", str(file), "--dry-run", "--json").stdout)
    assert (looked["created"], Wish.objects.count()) == (1, 0)
    first = run("import", "wishes", str(file), "--json")
    assert first.exit_code == 0
    body = json.loads(first.stdout)
    assert (body["created"], body["existing"]) == (1, 0)
    assert [(r["row"], r["field"]) for r in body["rejected"]] == [(2, "text")]
    assert json.loads(run("import", "wishes", str(file), "--json").stdout)["existing"] == 1
    assert Wish.objects.get().case.state == "received"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", "姓名\n张\n".encode()])
def test_a_file_that_is_none_exits_2_with_one_sentence(run: Any, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.xlsx"
    file.write_bytes(content)
    result = run("import", "wishes", str(file), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(file) in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unknown_place_exits_2(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "w.csv"
    file.write_text("text\n想要轮椅\n", encoding="utf-8")
    assert run("import", "wishes", str(file), "--place", "没有这里", "--json").exit_code == 2
    assert run("import", "wishes", str(file), "--place", "扎细新村社区", "--json").exit_code == 0
    assert Wish.objects.get().case.place.name == "扎细新村社区"


def test_triage_lists_in_input_order(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text(
        '{"text": "一股煤气味，头晕"}\n\n{"text": "想要轮椅"}\n{"text": "ང་ལ་འཁོར་ལོ།"}\n', encoding="utf-8"
    )
    rows = json.loads(run("triage", str(file), "--json").stdout)
    assert [row["script"] for row in rows] == ["hans", "hans", "tibetan"]
    assert (rows[0]["urgent"], rows[0]["tier"], rows[0]["category"]) == (True, "safety_hazard", "安全隐患")
    assert rows[1]["categories"][0] == rows[1]["category"] == "辅具"
    assert rows[2]["category"] is None
    assert all(row["reasons"] for row in rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [("{\n", "line 1"), ('{"text": "a"}\n[]\n', "line 2"), ('{"words": 1}\n', "field text")],
)
def test_triage_names_the_line(run: Any, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text(content, encoding="utf-8")
    result = run("triage", str(file), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert run("triage", str(tmp_path / "none"), "--json").exit_code == 2
