"""Rows of a CSV, XLSX or JSONL file, numbered as a person sees them, with headings in Chinese or English."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wishloop.core.problem import Problem
from wishloop.core.text import DecodedLine, cleaned, decoded

MAX_ROWS = 50_000
KINDS = ("csv", "xlsx", "jsonl")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: its number in the file (the first is 1), and its cells by field name; ``unreadable`` says why there are none."""

    number: int
    cells: Mapping[str, str]
    unreadable: str = ""


def read_rows(
    data: bytes, filename: str, *, headings: Mapping[str, tuple[str, ...]], required: tuple[str, ...] = ()
) -> list[FileRow]:
    """Return the rows of a file. ``headings`` names each field's accepted headings; unknown columns are ignored.

    Empty rows are skipped; a row whose bytes or JSON cannot be read is returned as ``unreadable``, never lost silently.

    Raises:
        Problem at ``file``: ``unknown_file_kind``, ``unreadable_file``, ``empty_file``, ``missing_column``, ``too_many_rows``.
    """
    kind = filename.rsplit(".", 1)[-1].lower()
    if kind not in KINDS:
        raise Problem("unknown_file_kind", _("请上传 CSV、XLSX 或 JSONL 文件。"), "file")
    names = {_plain(alias): field for field, aliases in headings.items() for alias in (field, *aliases)}
    if kind == "jsonl":
        rows = list(_json_rows(data, names))
    else:
        table = _csv_table(data) if kind == "csv" else _xlsx_table(data)
        rows = list(_table_rows(table, names, headings, required))
    if not rows:
        raise Problem("empty_file", _("文件里没有数据行，请核对是否选错了文件。"), "file")
    if len(rows) > MAX_ROWS:
        raise Problem("too_many_rows", _("一次最多导入 50,000 行，请分成几个文件。"), "file")
    return rows


def _plain(heading: str) -> str:
    return cleaned(heading, one_line=True).lower().strip("*＊ ").replace(" ", "_")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # spreadsheets keep telephone numbers as numbers
    if isinstance(value, list):
        return "、".join(_text(item) for item in value)
    return str(value).strip()


_Table = Iterator[tuple[int, list[object], str]]


def _csv_table(data: bytes) -> _Table:
    """Yield line number, cells, and why a line could not be read."""
    lines = decoded(data).lines
    bad = {line.number for line in lines if not line.readable}
    first = next((line.text for line in lines if line.text.strip()), "")
    delimiter = max((",", "\t", ";"), key=first.count)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(_text_of(lines), delimiter=delimiter)
    began = 1
    try:
        for cells in reader:
            broken = any(number in bad for number in range(began, reader.line_num + 1))
            yield began, list(cells), _("这一行的文字编码和其他行不同，读不出来。") if broken else ""
            began = reader.line_num + 1
    except csv.Error as error:
        words = _("第 %(line)d 行的引号或分隔符不完整，请另存为标准 CSV 再试。") % {"line": reader.line_num}
        raise Problem("unreadable_file", words, "file") from error


def _text_of(lines: tuple[DecodedLine, ...]) -> Iterator[str]:
    return (line.text + "\n" for line in lines)


def _xlsx_table(data: bytes) -> _Table:
    """Yield row number and cells of the first sheet."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, list(cells), ""
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise Problem(
            "unreadable_file", _("这个文件不是能打开的 XLSX 表格，请重新导出后再试。"), "file"
        ) from error


def _table_rows(
    table: _Table,
    names: Mapping[str, str],
    headings: Mapping[str, tuple[str, ...]],
    required: tuple[str, ...],
) -> Iterator[FileRow]:
    columns: list[str | None] = []
    for number, cells, unreadable in table:
        if not any(_text(cell) for cell in cells):
            continue
        if not columns:
            columns = [names.get(_plain(_text(cell))) for cell in cells]
            missing = [field for field in required if field not in columns]
            if missing:
                labels = "、".join(headings[field][0] for field in missing)
                raise Problem(
                    "missing_column",
                    _("表头缺少这些列：%(columns)s。请下载模板对照。") % {"columns": labels},
                    "file",
                )
            continue
        found = {name: _text(cell) for name, cell in zip(columns, cells, strict=False) if name is not None}
        yield FileRow(number, {} if unreadable else found, unreadable)


def _json_rows(data: bytes, names: Mapping[str, str]) -> Iterator[FileRow]:
    for line in decoded(data).lines:
        if not line.text.strip():
            continue
        try:
            value = json.loads(line.text) if line.readable else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            yield FileRow(line.number, {}, _("这一行不是完整的 JSON 对象。"))
            continue
        yield FileRow(
            line.number,
            {names[_plain(k)]: _text(v) for k, v in value.items() if _plain(k) in names},
        )


def template_file(kind: str, headings: list[str], examples: list[list[str]]) -> bytes:
    """Return an empty table to fill in, with example rows: ``csv`` (with a mark so that Excel reads it right) or ``xlsx``."""
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([headings, *examples])
        return b"\xef\xbb\xbf" + out.getvalue().encode()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [headings, *examples]:
        sheet.append(row)
    for cells in sheet.columns:
        sheet.column_dimensions[cells[0].column_letter].width = 22  # type: ignore[union-attr]
        for cell in cells:
            cell.number_format = "@"  # text, or Excel rounds ID numbers
    binary = io.BytesIO()
    book.save(binary)
    return binary.getvalue()
