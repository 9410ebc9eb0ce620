"""Bringing in members and organisations from files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Problem
from wishloop.core.rows import template_file
from wishloop.parties import operations as parties
from wishloop.parties.models import Party, PartyKind, RoleAssignment, User
from wishloop.parties.queries import find_by_phone

HEAD = "姓名,电话,社区,特长,用户名\n"
GOOD = HEAD + "格桑央金,13989010001,扎细新村社区,electrical,gesang\n张伟,13989010002,扎细新村社区,,\n"


def _take(
    text: str | bytes, *, name: str = "人员.csv", actor: Any = SYSTEM, dry_run: bool = False, **kw: Any
) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    facts = {"kind": "members", **kw}
    return parties.import_parties(actor=actor, file=data, filename=name, dry_run=dry_run, **facts)


@pytest.mark.parametrize(
    "data",
    [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode("gb18030"), GOOD.replace("\n", "\r\n").encode(),
     GOOD.encode("utf-16")],
    ids=["utf-8", "utf-8 with mark", "gb18030", "windows line ends", "utf-16"],
)  # fmt: skip
def test_members_in_every_encoding_people_send(world: Any, data: bytes) -> None:
    result = _take(data, at=world.at)
    assert (result.created, result.existing, result.rejected) == (2, 0, [])
    person = find_by_phone("13989010001")[0]
    assert (person.public_name, person.place_path) == ("格***", world.place().path)
    assert [skill.code for skill in person.skills.all()] == ["electrical"]
    user = User.objects.get(username="gesang")
    role = RoleAssignment.objects.get(user=user)
    assert (user.party_id, user.must_change_password, role.role, role.place_path) == (
        person.pk, True, "member", world.place().path,
    )  # fmt: skip
    [opened] = result.opened
    assert user.check_password(opened.password)
    assert opened.password not in repr(result)


def test_the_same_file_twice_creates_nothing_twice(world: Any) -> None:
    _take(GOOD, at=world.at)
    people, users, roles = Party.objects.count(), User.objects.count(), RoleAssignment.objects.count()
    again = _take(GOOD, at=world.later(hours=1))
    assert (again.created, again.existing, again.rejected, again.opened) == (0, 2, [], [])
    assert (Party.objects.count(), User.objects.count(), RoleAssignment.objects.count()) == (
        people,
        users,
        roles,
    )


def test_a_dry_run_says_the_same_and_writes_nothing(world: Any) -> None:
    text = GOOD + "李明,12,扎细新村社区,,\n"
    before = (Party.objects.count(), User.objects.count())
    dry = _take(text, at=world.at, dry_run=True)
    assert (Party.objects.count(), User.objects.count()) == before
    real = _take(text, at=world.at)
    assert (dry.created, dry.existing, dry.rejected) == (real.created, real.existing, real.rejected)
    assert dry.opened == []


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("李明,123,扎细新村社区,,", "phone", "电话号码"),
        ("李明,13989010009,无此社区,,", "place", "无此社区"),
        ("李明,13989010009,,,", "place", ""),
        (",13989010009,扎细新村社区,,", "name", "姓名"),
        ("李明,,扎细新村社区,,", "phone", "电话或身份证号"),
        ("李明,13989010009,扎细新村社区,会飞,", "skills", "会飞"),
        ("李明,13989010009,扎细新村社区,,A b", "username", "用户名"),
    ],
)
def test_one_bad_row_never_loses_the_good_ones(world: Any, line: str, field: str, words: str) -> None:
    first, second = GOOD.splitlines()[1:]
    result = _take(f"{HEAD}{first}\n{line}\n{second}\n", at=world.at)
    assert (result.created, len(result.rejected)) == (2, 1)
    [bad] = result.rejected
    assert (bad.row, bad.field) == (3, field)
    assert words in bad.message
    assert find_by_phone("13989010009") == []  # nothing of the bad row stays


def test_repeated_rows_are_named(world: Any) -> None:
    result = _take(GOOD + "格桑央金,139 8901 0001,扎细新村社区,,\n", at=world.at)
    assert (result.created, result.existing, result.duplicates) == (2, 1, [(4, 2)])


def test_rows_outside_the_subtree_are_refused_one_by_one(world: Any) -> None:
    text = HEAD + "张伟,13989010002,扎细新村社区,,\n李明,13989010003,娘热街道,,\n"
    result = _take(text, at=world.at, actor=world.actor("administrator", "扎细街道"))
    assert (result.created, [row.row for row in result.rejected]) == (1, [3])


def test_no_file_makes_an_administrator(world: Any) -> None:
    text = "姓名,电话,社区,岗位,用户名\n张伟,13989010002,扎细新村社区,administrator,zhangwei\n"
    result = _take(text, at=world.at)
    assert [row.field for row in result.rejected] == ["role"]
    assert not User.objects.filter(username="zhangwei").exists()


def test_spreadsheets_and_json_lines(world: Any) -> None:
    rows = [["张伟", "13989010002", "扎细新村社区"], ["李明", "13989010003", "扎细新村社区"]]
    sheet = _take(template_file("xlsx", ["姓名", "电话", "社区"], rows), name="人员.xlsx", at=world.at)
    assert (sheet.created, sheet.rejected) == (2, [])
    lines = "\n".join(
        [
            json.dumps({"name": "张伟", "phone": 13989010002, "place": "扎细新村社区"}),
            "{不是",
            json.dumps(
                {"name": "王芳", "phone": "13989010004", "place": "扎细新村社区", "skills": ["electrical"]}
            ),
        ]
    )
    result = _take(lines, name="人员.jsonl", at=world.at)
    assert (result.created, result.existing, [row.row for row in result.rejected]) == (1, 1, [2])


def test_organisations_by_credit_code_or_name(world: Any) -> None:
    text = (
        "单位名称,类型,社区,统一社会信用代码\n"
        "藏医院,共建单位,扎细新村社区,91110000600037341L\n"
        "爱心餐馆,爱心企业,扎细新村社区,\n"
        "坏代码,,扎细新村社区,91110000600037341X\n"
        "怪类型,银行,扎细新村社区,\n"
    )
    for expected in ((2, 0), (0, 2)):
        result = _take(text, name="单位.csv", kind="organisations", at=world.at)
        assert (result.created, result.existing) == expected
        assert [(row.row, row.field) for row in result.rejected] == [(4, "credit_code"), (5, "kind")]
    assert Party.objects.filter(kind=PartyKind.ORGANISATION, public_name="藏医院").count() == 1


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty_file"), (HEAD.encode(), "a.csv", "empty_file"), (b"x", "a.pdf", "unknown_file_kind"),
        (b"not a zip", "a.xlsx", "unreadable_file"), ("姓名,电话\n张伟,1\n".encode(), "a.csv", "missing_column"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_what_was_meant(world: Any, data: bytes, name: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        _take(data, name=name, at=world.at)
    assert (caught.value.code, caught.value.field) == (code, "file")


def test_progress_is_told_row_by_row(world: Any) -> None:
    told: list[tuple[int, int]] = []
    _take(GOOD, at=world.at, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
