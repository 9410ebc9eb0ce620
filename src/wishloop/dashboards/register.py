"""The register (台账) as a workbook, written row by row so that a hundred thousand rows fit in little memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook

from wishloop.wishes.states import TABLE

if TYPE_CHECKING:
    from wishloop.wishes.models import Wish

CHUNK_BYTES = 64 * 1024
# A cell that begins with one of these is run as a formula by spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _moment(value: object) -> str:
    return localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""  # type: ignore[arg-type]


def register_workbook(wishes: Iterable[Wish]) -> Iterator[bytes]:
    """Yield an XLSX file of wishes: code, words, place, category, tier, state, channel, deadlines, responsible person, rating.

    No personal data: the register is passed around. Text that a spreadsheet would run is made harmless.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("台账"))
    sheet.append(
        [_("编号"), _("公开内容"), _("地区"), _("类别"), _("级别"), _("状态"), _("渠道"), _("提出时间"), _("响应期限"), _("办结期限"),
         _("响应时间"), _("办结时间"), _("负责人"), _("受益人数"), _("评分")]
    )  # fmt: skip
    labels = {state.code: str(state.label) for state in TABLE.states}
    for wish in wishes:
        case = wish.case
        sheet.append(
            [case.code, _safe(wish.public_text), case.place.name, wish.category.name if wish.category else "",
             case.get_tier_display(), labels[case.state], case.get_channel_display(), _moment(case.happened_at),
             _moment(case.response_due_at), _moment(case.resolution_due_at), _moment(case.responded_at),
             _moment(case.resolved_at), case.responsible.display_name if case.responsible else "", wish.beneficiary_count,
             wish.rating or ""]
        )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
