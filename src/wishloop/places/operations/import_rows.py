"""Reading units out of a file: CSV, XLSX, JSONL or GeoJSON become rows of one shape. Knows nothing of the database."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wishloop.core.problem import Problem
from wishloop.core.text import decoded
from wishloop.places.models import Level

MAX_IMPORT_BYTES = 20 * 1024 * 1024
MAX_IMPORT_ROWS = 50_000

# What a column may be called, in files of ours and of others.
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("编码", "代码", "区划代码", "adcode", "town_code"),
    "name": ("名称", "单位名称", "town"),
    "level": ("级别", "层级"),
    "parent": ("上级编码", "上级", "parent_code", "county_code"),
    "aliases": ("别名",),
    "name_en": ("英文名",),
    "name_bo": ("藏文名",),
    "lat": ("纬度",),
    "lon": ("经度", "lng"),
    "valid_from": ("启用日期",),
    "valid_to": ("停用日期",),
}
_HEADINGS = {heading: column for column, others in COLUMNS.items() for heading in (column, *others)}
_LEVELS: dict[str, str] = {
    "区": Level.DISTRICT, "县": Level.DISTRICT, "区县": Level.DISTRICT, "区/县": Level.DISTRICT, "area": Level.DISTRICT,
    "街道": Level.SUBDISTRICT, "乡镇": Level.SUBDISTRICT, "街道/乡镇": Level.SUBDISTRICT, "street": Level.SUBDISTRICT,
    "乡": Level.SUBDISTRICT, "镇": Level.SUBDISTRICT,
    "社区": Level.COMMUNITY, "村": Level.COMMUNITY, "社区/村": Level.COMMUNITY,
    "网格": Level.GRID, "村民小组": Level.PRODUCTION_GROUP, "组": Level.PRODUCTION_GROUP, "市": Level.CITY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of a file. ``number`` is its line, sheet row or feature, counted from 1; ``unreadable`` says why it has no values."""

    number: int
    values: Mapping[str, str]
    geometry: Mapping[str, Any] | None = None
    unreadable: str | Promise = ""


def level_of(said: str) -> str | None:
    """Return the level a file means, by code name or Chinese word, or None."""
    return said if said in Level.values else _LEVELS.get(said)


def read_rows(*, data: bytes, filename: str) -> list[Row]:
    """Return the rows of a file, told by the ending of its name.

    Raises:
        Problem: ``too_large``, ``too_many``, ``unknown_format``, ``unreadable_file``, ``no_columns`` or ``empty`` at ``file``.
    """
    if len(data) > MAX_IMPORT_BYTES:
        raise Problem("too_large", _("文件超过 20 MB，请分成几个文件。"), "file")
    readers = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl, "geojson": _geojson, "json": _geojson}
    reader = readers.get(filename.lower().rpartition(".")[2])
    if reader is None:
        raise Problem("unknown_format", _("请选择 CSV、XLSX、JSONL 或 GeoJSON 文件。"), "file")
    rows: list[Row] = []
    for row in reader(data):
        if len(rows) >= MAX_IMPORT_ROWS:
            raise Problem("too_many", _("文件超过 5 万行，请分成几个文件。"), "file")
        rows.append(row)
    if not rows:
        raise Problem("empty", _("文件里没有数据行。"), "file")
    return rows


def _columns(headings: list[str]) -> list[str]:
    columns = [_HEADINGS.get(heading.strip().lower(), "") for heading in headings]
    if "name" not in columns or not {"code", "parent"} & set(columns):
        raise Problem(
            "no_columns", _("第一行要有列名，至少包括“名称”和“编码”或“上级编码”。请下载模板对照。"), "file"
        )
    return columns


def _values(columns: list[str], cells: list[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}


def _csv(data: bytes) -> Iterator[Row]:
    text = decoded(data)
    lines = text.lines
    try:
        reader = csv.reader(
            (line.text.replace("\0", "") + "\n" for line in lines),
            dialect="excel-tab" if _tabs(text.text) else "excel",
        )
        columns: list[str] = []
        before = 0
        for cells in reader:
            first, before = before, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells)
                continue
            if not all(line.readable for line in lines[first:before]):
                yield Row(first + 1, {}, unreadable=_("这一行的文字编码读不出，请用 UTF-8 或 GB18030 保存。"))
                continue
            yield Row(first + 1, _values(columns, cells))
    except csv.Error as error:
        raise Problem("unreadable_file", _("CSV 文件读不出，请检查引号和分隔符。"), "file") from error


def _tabs(text: str) -> bool:
    heading = text.partition("\n")[0]
    return "\t" in heading and "," not in heading


def _xlsx(data: bytes) -> Iterator[Row]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        columns: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_cell(cell) for cell in cells]
            if not any(texts):
                continue
            if not columns:
                columns = _columns(texts)
                continue
            yield Row(number, _values(columns, texts))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise Problem(
            "unreadable_file", _("这不是 XLSX 文件，请用 Excel 或 WPS 另存为 .xlsx。"), "file"
        ) from error


def _cell(cell: Any) -> str:
    """Return a cell as text: codes typed as numbers without a decimal point, dates as dates."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    date = getattr(cell, "date", None)
    return str(date() if callable(date) else cell).strip()


def _jsonl(data: bytes) -> Iterator[Row]:
    for line in decoded(data).lines:
        if not line.text.strip():
            continue
        try:
            fields = json.loads(line.text) if line.readable else None
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            yield Row(line.number, {}, unreadable=_("这一行不是 JSON 对象。"))
            continue
        geometry = fields.pop("outline", None)
        yield Row(line.number, _properties(fields), geometry if isinstance(geometry, dict) else None)


def _geojson(data: bytes) -> Iterator[Row]:
    try:
        document = json.loads(decoded(data).text)
    except (ValueError, RecursionError) as error:
        raise Problem("unreadable_file", _("这不是 GeoJSON 文件，请重新导出。"), "file") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise Problem("unreadable_file", _("GeoJSON 要是 FeatureCollection。"), "file")
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            yield Row(number, {}, unreadable=_("这个图形没有属性（properties）。"))
            continue
        geometry = feature.get("geometry")
        yield Row(number, _properties(properties), geometry if isinstance(geometry, dict) else None)


def _properties(fields: Mapping[str, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in fields.items():
        column = _HEADINGS.get(str(key).strip().lower())
        if column and value is not None:
            values[column] = "；".join(map(str, value)) if isinstance(value, list) else _cell(value)
    return values


TEMPLATE_ROWS = (
    ("540102005002-W01", "扎细新村第一网格", "网格", "540102005002", "一网格；扎细一格", "", "", "29.66350", "91.12610", "2026-01-01", ""),
    ("", "扎细新村第二网格", "网格", "扎细新村社区", "", "", "", "", "", "", ""),
)  # fmt: skip


def template_csv() -> bytes:
    """Return an import template with two example rows, UTF-8 with a mark so that Excel reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([others[0] for others in COLUMNS.values()])
    writer.writerows(TEMPLATE_ROWS)
    return out.getvalue().encode("utf-8-sig")


def template_xlsx() -> bytes:
    """Return the same template as a workbook; codes are text, so that no spreadsheet rounds them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "places"
    sheet.append([others[0] for others in COLUMNS.values()])
    for row in TEMPLATE_ROWS:
        sheet.append(list(row))
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
