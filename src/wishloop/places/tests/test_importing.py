"""Importing units from files as people really have them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from openpyxl import Workbook, load_workbook

from wishloop.core.actor import SYSTEM, Actor
from wishloop.core.problem import Forbidden, Problem
from wishloop.places.models import Place, PlaceAlias
from wishloop.places.operations import ImportResult, import_places
from wishloop.places.operations.import_rows import template_csv, template_xlsx

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = (
    "编码,名称,级别,上级编码,别名,纬度,经度\n"
    "540102005002-G1-A,甲楼网格组,村民小组,540102005099,,,\n"
    "540102005099,新社区居委会,社区,扎细街道,新社；新新社,29.66,91.12\n"
)


def bring(
    data: bytes, filename: str = "units.csv", *, actor: Actor = SYSTEM, dry_run: bool = False
) -> ImportResult:
    return import_places(actor=actor, data=data, filename=filename, dry_run=dry_run, at=AT)


def said(result: ImportResult) -> list[tuple[int, str | None]]:
    return [(r.row, r.field) for r in result.rejected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_children_may_come_before_parents_in_any_encoding(encoding: str) -> None:
    result = bring(GOOD.encode(encoding))
    assert (result.created, result.existing, said(result)) == (2, 0, [])
    place = Place.objects.get(code="540102005099")
    assert (place.name, place.lat, place.path) == ("新社区", 29.66, "5401.540102.540102005.540102005099.")
    assert set(PlaceAlias.objects.filter(place=place).values_list("name", flat=True)) == {
        "新社",
        "新新社",
        "新社区居委会",
    }
    again = bring(GOOD.encode(encoding))
    assert (again.created, again.existing) == (0, 2)


def test_a_dry_run_says_the_same_and_leaves_nothing() -> None:
    count = Place.objects.count()
    assert bring(GOOD.encode(), dry_run=True).as_dict() == {
        "created": 2,
        "existing": 0,
        "updated": 0,
        "rejected": [],
    }
    assert Place.objects.count() == count


def test_bad_rows_are_named_and_never_lose_the_good() -> None:
    text = (
        "编码,名称,级别,上级编码,纬度,经度,启用日期\n"
        ",一网格,网格,540102005002,,,\n"
        ",,网格,540102005002,,,\n"
        ",二网格,星球,540102005002,,,\n"
        ",三网格,网格,不存在的社区,,,\n"
        ",四网格,网格,540102005002,99,91,\n"
        ",五网格,网格,540102005002,北纬29,91,\n"
        ",六网格,网格,540102005002,,,去年\n"
        "坏 码,七网格,网格,540102005002,,,\n"
        ",八社区,社区,540102005002,,,\n"
        ",九网格,网格,,,,\n"
        ",十网格,网格,540102005002,,,2026/3/1\n"
    )
    result = bring(text.encode())
    assert result.created == 2
    assert said(result) == [
        (3, "name"), (4, "level"), (5, "parent"), (6, "lat"), (7, "lat"), (8, "valid_from"), (9, "code"),
        (10, "level"), (11, "parent"),
    ]  # fmt: skip
    assert all(r.message for r in result.rejected)


def test_a_line_in_another_encoding_is_named() -> None:
    data = (
        "名称,上级编码\n一网格,540102005002\n".encode()
        + "二网格,540102005002\n".encode("gb18030")
        + "三网格,540102005002\n".encode()
    )
    result = bring(data)
    assert (result.created, said(result)) == (2, [(3, None)])


def test_spreadsheets_and_their_numbers() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编码", "名称", "级别", "上级编码", "启用日期"])
    sheet.append([540102005098.0, "数字编码社区", "社区", 540102005, datetime(2026, 1, 2)])  # noqa: DTZ001
    sheet.append([None, None, None, None, None])
    sheet.append([None, None, "社区", 540102005, None])
    out = io.BytesIO()
    book.save(out)
    result = bring(out.getvalue(), "单位.XLSX")
    assert (result.created, said(result)) == (1, [(4, "name")])
    assert str(Place.objects.get(code="540102005098").valid_from) == "2026-01-02"


def test_geojson_fills_in_what_existing_units_lack() -> None:
    ring = [[91.12, 29.66], [91.13, 29.66], [91.13, 29.67], [91.12, 29.67], [91.12, 29.66]]
    features = [
        {"type": "Feature", "properties": {"code": "540102005002", "name": "随便"}, "geometry": {"type": "Polygon", "coordinates": [ring]}},
        {"type": "Feature", "properties": {"name": "一网格", "parent": "540102005002"}, "geometry": {"type": "Point", "coordinates": [91.12, 29.66]}},
        {"type": "Feature", "properties": {"name": "二网格", "parent": "540102005002"}, "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        {"type": "Feature", "properties": None, "geometry": None},
    ]  # fmt: skip
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    result = bring(data, "grids.geojson")
    assert (result.created, result.existing, result.updated, said(result)) == (
        1,
        1,
        1,
        [(3, "outline"), (4, None)],
    )
    place = Place.objects.get(code="540102005002")
    assert place.name == "扎细新村社区"
    assert place.outline == {"type": "Polygon", "coordinates": [ring]}
    assert bring(data, "grids.geojson").updated == 0


def test_json_lines() -> None:
    lines = '{"name":"一网格","parent":"540102005002","level":"grid","aliases":["甲","乙"]}\nnot json\n\n{"name":"二网格","parent":"540102005002"}\n'
    result = bring(lines.encode(), "units.jsonl")
    assert (result.created, said(result)) == (2, [(2, None)])
    assert PlaceAlias.objects.filter(place__name="一网格").count() == 2


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"x", "a.exe", "unknown_format"),
        (b"x", "a.xlsx", "unreadable_file"),
        (b"PK\x03\x04nonsense", "a.xlsx", "unreadable_file"),
        (b"{", "a.geojson", "unreadable_file"),
        (b"[1]", "a.json", "unreadable_file"),
        ("甲,乙\n1,2\n".encode(), "a.csv", "no_columns"),
        (b"x" * (20 * 1024 * 1024 + 1), "a.csv", "too_large"),
    ],
)
def test_files_that_are_none(data: bytes, filename: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        bring(data, filename)
    assert (caught.value.code, caught.value.field) == (code, "file")


def test_only_administrators_and_only_below_their_place() -> None:
    with pytest.raises(Forbidden):
        bring(GOOD.encode(), actor=Actor(kind="staff", roles=(("steward", "5401."),)))
    elsewhere = Actor(kind="staff", roles=(("administrator", "5401.540102.540102006."),))
    result = bring(GOOD.encode(), actor=elsewhere)
    assert (result.created, said(result)) == (0, [(2, "parent"), (3, "parent")])


def test_the_templates_can_be_imported_as_they_are() -> None:
    assert bring(template_csv()).created == 2
    assert bring(template_xlsx(), "t.xlsx").existing == 2
    sheet = load_workbook(io.BytesIO(template_xlsx())).active
    assert sheet is not None
    assert sheet["A1"].value == "编码"


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    import_places(
        actor=SYSTEM,
        data=GOOD.encode(),
        filename="a.csv",
        dry_run=True,
        at=AT,
        progress=lambda *step: told.append(step),
    )
    assert told == [(2, 2)]


@pytest.mark.parametrize(
    ("name", "rejected"), [("lhasa_divisions.csv", 4), ("lhasa_townships_mca2026.csv", 0)]
)
def test_the_public_lists_themselves_can_be_imported(name: str, rejected: int) -> None:
    """Nothing in them is new; the statistical pseudo-areas (and what hangs below them) are named and left out."""
    data = files("wishloop.places").joinpath("data", name).read_bytes()
    count = Place.objects.count()
    result = bring(data, name)
    assert (result.created, Place.objects.count()) == (0, count)
    areas = [r for r in result.rejected if r.field == "code"]
    assert len(areas) >= rejected
    assert len(result.rejected) == len(areas)


def test_twelve_digits_of_a_new_street_become_nine() -> None:
    text = "town_code,town,county_code,级别\n540102099000,新街道,540102,街道\n"
    assert bring(text.encode()).created == 1
    assert Place.objects.get(code="540102099").name == "新街道"
