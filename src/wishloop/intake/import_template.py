"""The template people fill in: column names the import knows, choices to pick from, two examples."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from wishloop.cases.states import Channel
from wishloop.intake.import_files import MAX_ROWS

# The first Chinese alias of each column, in the order people think; the header never changes with the reader's language, so
# that a template filled in anywhere is read everywhere.
HEADER = (
    "心愿（必填）", "社区", "姓名", "电话", "类别", "紧急", "渠道", "提出时间", "受益人数", "同意收集", "同意公开", "备注",
)  # fmt: skip
EXAMPLE = (
    "示例：奶奶想要一辆轮椅",
    "",
    "",
    "",
    "辅具",
    "否",
    "敲门行动",
    "2025-09-08",
    "1",
    "",
    "",
    "示例行，导入前请删除",
)
_WIDTHS = (46, 18, 10, 15, 12, 8, 12, 18, 10, 10, 10, 24)


def csv_template() -> bytes:
    """Return the template as CSV with a byte-order mark, so that spreadsheets read its Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerow(EXAMPLE)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_template(*, categories: Sequence[str], places: Sequence[str]) -> bytes:
    """Return the template as a workbook: choices in the cells, lists on a second sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "心愿"
    sheet.append(list(HEADER))
    sheet.append(list(EXAMPLE))
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        cell = sheet.cell(row=1, column=column)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="86181F")
        cell.alignment = Alignment(vertical="center")
    for letter in ("D", "H"):  # phones and dates stay what was typed
        for row in range(2, 300):
            sheet[f"{letter}{row}"].number_format = "@"
    sheet.freeze_panes = "A2"
    lists = book.create_sheet("选项")
    columns = {"类别": list(categories), "渠道": [str(c.label) for c in Channel], "社区": list(places)}
    for number, (name, values) in enumerate(columns.items(), start=1):
        letter = get_column_letter(number)
        for place, value in enumerate([name, *values], start=1):
            lists[f"{letter}{place}"].value = value
        strict = name != "社区"  # a community the list lacks may be written too
        target = get_column_letter(HEADER.index(name) + 1)
        _choice(sheet, target, f"选项!${letter}$2:${letter}${len(values) + 1}", strict=strict)
    for name in ("紧急", "同意收集", "同意公开"):
        _choice(sheet, get_column_letter(HEADER.index(name) + 1), '"是,否"', strict=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _choice(sheet: object, column: str, source: str, *, strict: bool) -> None:
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=strict)
    rule.error = _("请从列表里选择。")
    rule.add(f"{column}2:{column}{min(MAX_ROWS, 20_000)}")
    sheet.add_data_validation(rule)  # type: ignore[attr-defined]
