"""Files of wishes read row by row: JSONL, CSV or XLSX, in Chinese or English column names. Pure: touches no database.

A row that cannot be read is an error with its number; it never costs the rows beside it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wishloop.core.problem import Problem
from wishloop.core.text import cleaned, decoded

MAX_ROWS = 100_000
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("心愿", "心愿内容", "内容", "诉求", "需求描述", "wish"),
    "category": ("类别", "分类", "心愿类别", "category_code"),
    "tier": ("响应级别", "级别"),
    "urgent": ("紧急", "是否紧急", "急"),
    "needs": ("需求", "所需", "所需物品"),
    "place": ("社区", "地点", "社区/村", "所在社区", "村居", "地点编码", "place_code", "街道"),
    "name": ("姓名", "联系人", "心愿人"),
    "phone": ("电话", "联系电话", "手机", "手机号"),
    "channel": ("渠道", "来源渠道"),
    "happened_at": ("提出时间", "时间", "日期", "提出日期", "date"),
    "beneficiary_count": ("受益人数", "人数"),
    "lat": ("纬度", "latitude"),
    "lon": ("经度", "longitude", "lng"),
    "collect": ("同意收集", "同意收集信息"),
    "publish": ("同意公开", "同意公开心愿"),
    "note": ("备注", "说明"),
    "id": ("标识", "uuid"),
}
_KNOWN = {alias.lower(): name for name, aliases in COLUMNS.items() for alias in (name, *aliases)}


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as read. ``number`` counts lines or spreadsheet rows from 1; ``error`` (field, message) when unreadable."""

    number: int
    values: dict[str, Any]
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as read. ``ignored`` are the columns nothing is taken from; ``columns`` the file's own names, for giving rows back."""

    kind: str
    rows: tuple[RawRow, ...]
    ignored: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default=())


def read_file(data: bytes, filename: str) -> RawFile:
    """Read a file by what it contains, not by what it is called.

    Raises:
        Problem: ``bad_file``, ``empty_file``, ``too_many_rows`` or ``no_text_column``, at field ``file``.
    """
    if not data.strip():
        raise _bad("empty_file", _("文件“%(name)s”是空的，请选择有内容的文件。"), filename)
    if data[:4] == b"PK\x03\x04":
        found = _read_workbook(data, filename)
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _bad("bad_file", _("“%(name)s”是旧版 .xls 文件，请另存为 .xlsx 或 CSV 再导入。"), filename)
    elif _looks_binary(data):
        raise _bad("bad_file", _("“%(name)s”不是表格或文本文件，请上传 XLSX、CSV 或 JSONL。"), filename)
    else:
        read = decoded(data)
        first = next((line.text.lstrip()[:1] for line in read.lines if line.text.strip()), "")
        found = _read_jsonl(data) if first == "{" else _read_csv(data, filename)
    if not found.rows:
        raise _bad("empty_file", _("文件“%(name)s”只有表头，没有数据行。"), filename)
    return found


def _bad(code: str, message: str, filename: str) -> Problem:
    return Problem(code, message % {"name": filename}, "file")


def _looks_binary(data: bytes) -> bool:
    """Tell a program or picture from text: control characters, but not the regular zeros of UTF-16."""
    head = data[:4096]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 > len(head) and min(even, odd) * 10 < max(even, odd):
        return False
    return sum(1 for byte in head if byte < 9 or 13 < byte < 32) > len(head) * 0.02


def _limited(filename: str, rows: Iterator[RawRow]) -> tuple[RawRow, ...]:
    kept: list[RawRow] = []
    for row in rows:
        if len(kept) >= MAX_ROWS:
            raise _bad("too_many_rows", _("“%(name)s”超过十万行，请分成几个文件导入。"), filename)
        kept.append(row)
    return tuple(kept)


def _read_jsonl(data: bytes) -> RawFile:
    ignored: dict[str, None] = {}
    columns: dict[str, None] = {}

    def rows() -> Iterator[RawRow]:
        for line in decoded(data).lines:
            if not line.text.strip():
                continue
            if not line.readable:
                yield RawRow(line.number, {}, ("row", _("这一行的文字编码和整个文件不一致，读不出来。")))
                continue
            try:
                found = json.loads(line.text)
            except (ValueError, RecursionError):
                yield RawRow(
                    line.number, {"text": line.text[:200]}, ("row", _("不是 JSON，每行应是一个 {…}。"))
                )
                continue
            if not isinstance(found, dict):
                yield RawRow(line.number, {}, ("row", _("每行应是一个 {…} 对象。")))
                continue
            columns.update(dict.fromkeys(map(str, found)))
            ignored.update({str(k): None for k in found if _field(k) is None})
            yield RawRow(line.number, _named(found))

    read = _limited("", rows())
    return RawFile("jsonl", read, tuple(ignored), tuple(columns))


def _named(found: dict[Any, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in found.items():
        name = _field(key)
        if name is not None and value is not None and name not in values:
            values[name] = value
    return values


def _field(header: object) -> str | None:
    words = cleaned(str(header or ""), one_line=True).lower()
    for mark in ("(", "（", "*"):
        words = words.partition(mark)[0].strip() or words
    return _KNOWN.get(words)


def _read_csv(data: bytes, filename: str) -> RawFile:
    read = decoded(data)
    unreadable = {line.number for line in read.lines if not line.readable}
    sample = next((line.text for line in read.lines if line.text.strip()), "")
    delimiter = max(",;\t|，", key=sample.count)
    text = io.StringIO("\n".join(line.text for line in read.lines), newline="")
    reader = csv.reader(text, delimiter=delimiter)
    csv.field_size_limit(1_000_000)
    header = _header(reader, filename)

    def rows() -> Iterator[RawRow]:
        before = reader.line_num
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield RawRow(reader.line_num, {}, ("row", _("这一行的引号或分隔符不完整。")))
                before = reader.line_num
                continue
            first, last = before + 1, reader.line_num
            before = last
            if not any(cell.strip() for cell in cells):
                continue
            if unreadable & set(range(first, last + 1)):
                yield RawRow(
                    first, _zipped(header, cells), ("row", _("这一行的文字编码和整个文件不一致，读不出来。"))
                )
            else:
                yield RawRow(first, _zipped(header, cells))

    found = _limited(filename, rows())
    return RawFile("csv", found, _ignored(header), tuple(header))


def _header(reader: Iterator[list[str]], filename: str) -> list[str]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if "text" not in {_field(cell) for cell in cells}:
                raise _no_text_column(filename)
            return [cell.strip() for cell in cells]
    raise _bad("empty_file", _("文件“%(name)s”是空的，请选择有内容的文件。"), filename)


def _no_text_column(filename: str) -> Problem:
    return _bad(
        "no_text_column",
        _("“%(name)s”的第一行没有“心愿”（text）这一列。请下载模板，按模板的列名填写。"),
        filename,
    )


def _ignored(header: list[str]) -> tuple[str, ...]:
    return tuple(cell for cell in header if cell and _field(cell) is None)


def _zipped(header: list[str], cells: list[Any]) -> dict[str, Any]:
    return _named({name: cell for name, cell in zip(header, cells, strict=False) if cell not in (None, "")})


def _read_workbook(data: bytes, filename: str) -> RawFile:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise _bad("bad_file", _("“%(name)s”解开后太大，请分成几个文件导入。"), filename)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _bad(
            "bad_file", _("“%(name)s”打不开，可能已损坏。请在表格软件里另存为 .xlsx 再试。"), filename
        ) from error
    for sheet in book.worksheets:
        # A sheet's recorded size may be wrong or absurd; without it openpyxl reads what is there.
        sheet.reset_dimensions()
        found = _read_sheet(sheet.iter_rows(values_only=True), filename)
        if found is not None:
            return found
    raise _no_text_column(filename)


def _read_sheet(lines: Iterator[tuple[Any, ...]], filename: str) -> RawFile | None:
    header: list[str] | None = None
    number = 0
    for cells in lines:
        number += 1
        if any(cell not in (None, "") for cell in cells):
            header = [str(cell or "").strip() for cell in cells]
            break
    if header is None or "text" not in {_field(cell) for cell in header}:
        return None

    def rows() -> Iterator[RawRow]:
        for row_number, cells in enumerate(lines, start=number + 1):
            if any(cell not in (None, "") for cell in cells):
                yield RawRow(row_number, _zipped(header, list(cells)))

    return RawFile("xlsx", _limited(filename, rows()), _ignored(header), tuple(header))


def words_of(value: object) -> str:
    """Return a cell as text: numbers without a trailing .0 (phones in spreadsheets), dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cleaned(str(value))
