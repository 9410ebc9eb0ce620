"""Bad instances are refused by field, through the reader and through the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wishloop.matching.commands import match
from wishloop.matching.solver import InstanceError, parse_instance

HELPER: dict[str, Any] = {"id": "h1", "lat": 29.66, "lon": 91.13, "skills": ["electrical"], "capacity": 2}
WISH: dict[str, Any] = {"id": "w1", "lat": 29.65, "lon": 91.12, "skill": "electrical"}


def broken(table: str, name: str, value: object) -> dict[str, Any]:
    document: dict[str, Any] = {"helpers": [dict(HELPER)], "wishes": [dict(WISH)]}
    document[table][0][name] = value
    if value is ...:
        del document[table][0][name]
    return document


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("helpers", "id", ...),
        ("wishes", "id", 7),
        ("wishes", "id", ""),
        ("helpers", "lat", float("nan")),
        ("helpers", "lat", 90.001),
        ("wishes", "lon", float("inf")),
        ("wishes", "lon", "91"),
        ("wishes", "lon", True),
        ("wishes", "lon", ...),
        ("helpers", "skills", ...),
        ("helpers", "skills", "electrical"),
        ("helpers", "skills", [1]),
        ("helpers", "capacity", -1),
        ("helpers", "capacity", 1.5),
        ("helpers", "capacity", float("nan")),
        ("helpers", "capacity", True),
        ("helpers", "radius_m", -5),
        ("wishes", "skill", None),
        ("wishes", "people_needed", 0),
        ("wishes", "certified", "yes"),
        ("wishes", "slots", "sat-am"),
    ],
)
def test_a_fault_is_named_by_its_field(table: str, name: str, value: object) -> None:
    with pytest.raises(InstanceError) as caught:
        parse_instance(broken(table, name, value))
    assert caught.value.field == f"{table}[0].{name}"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "(document)"),
        ({"wishes": []}, "helpers"),
        ({"helpers": [], "wishes": {}}, "wishes"),
        ({"helpers": [3], "wishes": []}, "helpers[0]"),
        ({"helpers": [HELPER, HELPER], "wishes": []}, "helpers[1].id"),
        ({"helpers": [], "wishes": [], "load_step_m": -1}, "(document).load_step_m"),
        ({"helpers": [], "wishes": [], "forbidden": [{"wish": "w1"}]}, "forbidden[0].helper"),
    ],
)
def test_a_fault_of_the_whole_is_named(document: object, field: str) -> None:
    with pytest.raises(InstanceError) as caught:
        parse_instance(document)
    assert caught.value.field == field


def run(path: Path, *options: str) -> Any:
    return CliRunner().invoke(match, [str(path), "--json", *options])


def test_the_command_answers_in_the_promised_shape(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps({"helpers": [HELPER], "wishes": [WISH, {**WISH, "id": "w2", "skill": "law"}]}))
    result = run(path)
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["assignments"] == [{"wish": "w1", "helper": "h1", "distance_m": 1473}]
    assert (answer["served"], answer["total_distance_m"], answer["optimal"]) == (1, 1473, True)
    assert answer["unserved"] == ["w2"]
    assert answer["seconds"] >= 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"helpers": [{"id": "h", "lat": NaN, "lon": 1, "skills": []}], "wishes": []}', "helpers[0].lat"),
        ('{"helpers": [\n oops', "line 2"),
        ("[" * 100_000, "nested"),
    ],
)
def test_bad_input_ends_with_two_and_one_sentence(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    result = run(path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert str(path) in result.stderr
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_file_ends_with_two(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere.json")
    assert result.exit_code == 2
    assert "nowhere.json" in result.stderr


@pytest.mark.parametrize("content", ['{"helpers": [], "wishes": []}'])
def test_nothing_to_match_is_proven(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.json"
    path.write_text(content)
    answer = json.loads(run(path, "--seconds", "5").stdout)
    assert (answer["assignments"], answer["served"], answer["optimal"]) == ([], 0, True)
