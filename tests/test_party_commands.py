"""Commands about people: importing them, and the first administrator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from wishloop.cli.main import main
from wishloop.parties.models import Party, User


def test_importing_from_the_command_line(world: Any, tmp_path: Path) -> None:
    people = tmp_path / "人员.csv"
    people.write_text(
        "姓名,电话,社区\n格桑央金,13989012345,扎细新村社区\n李明,1,扎细新村社区\n", encoding="gb18030"
    )
    for created, existing in ((1, 0), (0, 1)):
        done = CliRunner().invoke(main, ["import", "parties", str(people), "--json"])
        assert done.exit_code == 0, done.output
        body = json.loads(done.stdout)
        assert (body["created"], body["existing"]) == (created, existing)
        assert [(row["row"], row["field"]) for row in body["rejected"]] == [(3, "phone")]
    units = tmp_path / "单位.csv"
    units.write_text("单位名称,类型,社区\n藏医院,共建单位,扎细新村社区\n", encoding="utf-8")
    dry = CliRunner().invoke(main, ["import", "parties", str(units), "--json", "--dry-run"])
    assert json.loads(dry.stdout)["created"] == 1
    assert not Party.objects.filter(public_name="藏医院").exists()
    bad = CliRunner().invoke(main, ["import", "parties", str(tmp_path / "没有.csv"), "--json"])
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert "没有.csv" in bad.stderr


def test_the_first_administrator_from_the_command_line(world: Any) -> None:
    done = CliRunner().invoke(main, ["administrator", "chief", "--name", "张伟", "--place", "540102"])
    assert done.exit_code == 0, done.output
    body = json.loads(done.stdout)
    user = User.objects.get(username="chief")
    assert user.check_password(body["password"])
    assert user.must_change_password
    assert [row.role for row in user.roles.all()] == ["administrator"]
    again = CliRunner().invoke(main, ["administrator", "chief", "--name", "李明"])
    assert again.exit_code == 2
    assert not Party.objects.filter(public_name="李*").exists()
