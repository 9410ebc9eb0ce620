"""Files of wishes: every kind, every mistake, and twice the same."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.world import MORNING, World

from wishloop.core.actor import PUBLIC, SYSTEM
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Forbidden, Problem
from wishloop.intake.import_files import read_file
from wishloop.intake.operations import import_wishes
from wishloop.wishes.models import Wish


def jsonl(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def xlsx(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def run(data: bytes, filename: str = "f", *, at: datetime = MORNING, **kwargs: Any) -> dict[str, Any]:
    facts = {"actor": SYSTEM, "dry_run": False, **kwargs}
    return import_wishes(file=io.BytesIO(data), filename=filename, at=at, **facts)


def test_jsonl_lands_on_the_triage_desk_and_again_creates_nothing(world: World) -> None:
    data = jsonl(
        {
            "text": "插座漏电",
            "category": "安全隐患",
            "urgent": True,
            "needs": ["电路检修"],
            "source": "written",
            "dup_group": "x",
        },
        {"text": "想要轮椅", "category": "辅具", "urgent": False},
    )
    assert run(data) == {"created": 2, "existing": 0, "rejected": []}
    hazard = Wish.objects.select_related("case__place").get(text="插座漏电")
    assert (hazard.case.state, hazard.case.tier, hazard.category_id) == (
        "received",
        "safety_hazard",
        "safety_hazard",
    )
    assert (hazard.case.place.code, hazard.case.channel, hazard.needs) == ("540102", "import", ["电路检修"])
    assert run(data, at=MORNING + timedelta(days=3)) == {"created": 0, "existing": 2, "rejected": []}
    assert Wish.objects.count() == 2


SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "wishes.jsonl"


@pytest.mark.skipif(not SHARED.exists(), reason="the data beside the repository is not here")
def test_the_real_wishes(world: World) -> None:
    result = run(SHARED.read_bytes(), SHARED.name)
    assert (result["created"], result["existing"], result["rejected"]) == (154, 0, [])
    assert run(SHARED.read_bytes(), SHARED.name)["existing"] == 154
    assert Wish.objects.filter(case__state="received").count() == 154


CHINESE = [
    ["心愿（必填）", "类别", "是否紧急", "社区", "姓名", "联系电话", "渠道", "提出时间", "受益人数", "同意收集", "同意公开", "不认识的列"],
    ["想要轮椅", "辅具", "否", "扎细新村社区", "次仁", 13908910001, "敲门行动", datetime(2025, 9, 1, 10, 30), 2, "是", "是", "?"],  # noqa: DTZ001 # a cell has no zone
    ["路灯坏了", None, None, "向阳社区新区", None, None, None, "2025年9月1日", None, None, None, None],
]  # fmt: skip


def test_a_workbook_with_chinese_columns(world: World) -> None:
    assert run(xlsx(*CHINESE)) == {"created": 2, "existing": 0, "rejected": []}
    wish = Wish.objects.select_related("case__place").get(text="想要轮椅")
    assert wish.case.place == world.place()
    assert (wish.case.channel, wish.beneficiary_count) == ("door_visit", 2)
    assert wish.case.happened_at == datetime(2025, 9, 1, 10, 30, tzinfo=SHANGHAI)
    assert {c.purpose for c in wish.reporter.consents.all()} == {"collect", "publish"}
    other = Wish.objects.select_related("case__place").get(text="路灯坏了")
    assert (other.case.place.status, other.place_said) == ("to_be_confirmed", "向阳社区新区")
    assert other.case.happened_at == datetime(2025, 9, 1, 12, 0, tzinfo=SHANGHAI)


def test_the_same_row_in_another_kind_of_file_is_the_same_row(world: World) -> None:
    run(xlsx(["心愿", "电话"], ["想要轮椅", 13908910001]))
    again = run("心愿,电话\n想要轮椅,13908910001\n".encode("gb18030"))
    assert again == {"created": 0, "existing": 1, "rejected": []}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(world: World, encoding: str, delimiter: str) -> None:
    text = f'text{delimiter}place\n"想要{delimiter}轮椅\n第二行"{delimiter}扎细新村社区\n'
    assert run(text.encode(encoding))["created"] == 1
    assert Wish.objects.get().text == f"想要{delimiter.strip() or ''}轮椅\n第二行".replace(
        "要轮", f"要{delimiter}轮" if delimiter == "\t" else "要轮"
    )


BAD_ROWS = [
    ({"text": "  "}, "text"),
    ({"text": "字" * 2001}, "text"),
    ({"text": "好", "category": "没有的类别"}, "category"),
    ({"text": "好", "place": "999999999999"}, "place"),
    ({"text": "好", "phone": "12345"}, "phone"),
    ({"text": "好", "lat": 95, "lon": 91}, "lat"),
    ({"text": "好", "lat": "北", "lon": 91}, "lat"),
    ({"text": "好", "lat": 29.6}, "lon"),
    ({"text": "好", "happened_at": "2099-01-01"}, "happened_at"),
    ({"text": "好", "happened_at": "昨天"}, "happened_at"),
    ({"text": "好", "happened_at": "2025-13-45"}, "happened_at"),
    ({"text": "好", "urgent": "也许"}, "urgent"),
    ({"text": "好", "channel": "飞鸽"}, "channel"),
    ({"text": "好", "beneficiary_count": 0}, "beneficiary_count"),
    ({"text": "好", "beneficiary_count": "三"}, "beneficiary_count"),
    ({"text": "好", "id": "x"}, "id"),
    ({"text": "好", "name": "名" * 61}, "name"),
]


@pytest.mark.parametrize(("row", "field"), BAD_ROWS)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_bad_row_is_named_and_costs_no_other(
    world: World, row: dict[str, Any], field: str, dry_run: bool
) -> None:
    result = run(jsonl({"text": "第一"}, row, {"text": "第三"}), dry_run=dry_run)
    assert (result["created"], result["existing"]) == (2, 0)
    assert [(r["row"], r["field"]) for r in result["rejected"]] == [(2, field)]
    assert result["rejected"][0]["message"]
    assert Wish.objects.count() == (0 if dry_run else 2)


def test_unreadable_lines_are_named(world: World) -> None:
    data = b"\n".join(
        ["心愿,社区".encode(), "想要轮椅,".encode(), "灯坏了,".encode("gb18030"), "想要棉被,".encode()]
    )
    result = run(data)
    assert result["created"] == 2
    assert [(r["row"], r["field"]) for r in result["rejected"]] == [(3, "row")]
    broken = run(b'{"text": "a1"}\nnot json\n[1]\n{"text": "a2"}\n')
    assert (broken["created"], [r["row"] for r in broken["rejected"]]) == (2, [2, 3])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \n ", "empty_file"),
        (b"PK\x03\x04rubbish", "bad_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "bad_file"),
        (b"MZ\x90\x00\x03" + bytes(range(256)) * 4, "bad_file"),
        ("姓名,电话\n次仁,1\n".encode(), "no_text_column"),
        ("心愿,电话\n".encode(), "empty_file"),
        (xlsx(["姓名"], ["次仁"]), "no_text_column"),
    ],
)
def test_files_that_are_none(world: World, data: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        run(data, "坏文件.xlsx")
    assert (caught.value.code, caught.value.field) == (code, "file")


def test_dry_run_writes_nothing_and_says_the_same(world: World) -> None:
    data = xlsx(*CHINESE, ["", "", "", "", "", "", "", "", "", "", "", "?"])
    looked = run(data, dry_run=True)
    assert Wish.objects.count() == 0
    assert not any(p.status == "to_be_confirmed" for p in type(world.place()).objects.all())
    assert run(data) == looked


def test_identical_rows_in_one_file_are_one_wish(world: World) -> None:
    assert run(jsonl({"text": "路灯坏了"}, {"text": "路灯坏了"})) == {
        "created": 1,
        "existing": 1,
        "rejected": [],
    }


def test_progress_is_told_by_chunk(world: World) -> None:
    told: list[tuple[int, int]] = []
    run(
        jsonl(*({"text": f"想要第{n}本书"} for n in range(450))),
        progress=lambda done, all_: told.append((done, all_)),
    )
    assert told == [(200, 450), (400, 450), (450, 450)]
    assert Wish.objects.count() == 450


def test_who_may_import(world: World) -> None:
    data = jsonl({"text": "想要轮椅"})
    with pytest.raises(Forbidden):
        run(data, actor=PUBLIC)
    with pytest.raises(Forbidden):
        run(data, actor=world.actor("member"))
    steward = world.steward()
    assert run(data, actor=steward, default_place=world.place())["created"] == 1
    assert Wish.objects.select_related("case").get().case.place == world.place()
    elsewhere = run(
        jsonl({"text": "想要书", "place": "热木其社区"}), actor=steward, default_place=world.place()
    )
    assert (elsewhere["created"], elsewhere["rejected"][0]["field"]) == (0, "place")


def test_query_count_grows_by_row_not_by_file(world: World, django_assert_max_num_queries: Any) -> None:
    data = jsonl(*({"text": f"想要第{n}本书", "place": "扎细新村社区"} for n in range(50)))
    with django_assert_max_num_queries(50 * 18 + 20):
        run(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    refused: Problem | None = None
    try:
        rows = len(read_file(data, "x").rows)
    except Problem as problem:
        refused, rows = problem, 0
    assert rows > 0 or (refused is not None and refused.field == "file")
