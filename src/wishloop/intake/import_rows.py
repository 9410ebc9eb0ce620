"""One row of a file as a wish: what each cell must say, and the sentence when it does not."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from wishloop.cases.states import Channel, Tier
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Problem
from wishloop.core.text import cleaned, optional_text, required_text
from wishloop.intake.import_files import RawRow, words_of
from wishloop.intake.operations.submitting import MAX_PLACE_CHARS, MAX_TEXT_CHARS, check_position
from wishloop.parties.contacts import normalise_phone

_YES = {"是", "有", "1", "true", "yes", "y", "对", "√", "✓", "急", "紧急", "同意"}
_NO = {"", "否", "没有", "无", "0", "false", "no", "n", "不", "不急", "不同意", "×"}
_WHEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2})[::时点](\d{1,2})?(?:[::分](\d{1,2}))?\S*)?"
)
_SPLIT = re.compile(r"[、,，;；|/]")
MAX_COUNT = 100_000


@dataclass(frozen=True, slots=True)
class Choices:
    """What cells may say, by word: names and codes of categories, tiers and channels, each to its code."""

    categories: Mapping[str, str]
    tiers: Mapping[str, str]
    channels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WishRow:
    """A row that can become a wish. ``key`` tells the same row again; ``place`` is a code or a name as written."""

    number: int
    key: str
    text: str
    wish_id: UUID | None
    category_code: str | None
    tier: str | None
    urgent: bool
    needs: tuple[str, ...]
    place: str
    name: str
    phone: str
    channel: str
    happened_at: datetime | None
    beneficiary_count: int
    lat: float | None
    lon: float | None
    collect: bool
    publish: bool
    note: str


def choices_for(categories: Mapping[str, str]) -> Choices:
    """Return what cells may say; ``categories`` maps code to name."""
    return Choices(
        categories={
            **{code: code for code in categories},
            **{name: code for code, name in categories.items()},
        },
        tiers={**{t.value: t.value for t in Tier}, **{str(t.label): t.value for t in Tier}},
        channels={**{c.value: c.value for c in Channel}, **{str(c.label): c.value for c in Channel}},
    )


def parse_row(row: RawRow, choices: Choices, *, at: datetime) -> WishRow:
    """Return the row as a wish.

    Raises:
        Problem: with the column's name as field, for the first cell that cannot be meant.
    """
    cells = row.values
    lat, lon = _degrees(cells, "lat"), _degrees(cells, "lon")
    check_position(lat, lon)
    phone = words_of(cells.get("phone"))
    return WishRow(
        number=row.number,
        key=row_key(cells),
        text=required_text(
            words_of(cells.get("text")),
            field="text",
            max_chars=MAX_TEXT_CHARS,
            missing=_("这一行没有写心愿内容。"),
        ),
        wish_id=_identifier(cells),
        category_code=_choice(cells, "category", choices.categories, _("没有“%(said)s”这个类别。")),
        tier=_choice(cells, "tier", choices.tiers, _("没有“%(said)s”这个响应级别。")),
        urgent=_yes(cells, "urgent"),
        needs=_needs(cells.get("needs")),
        place=optional_text(
            words_of(cells.get("place")), field="place", max_chars=MAX_PLACE_CHARS, one_line=True
        ),
        name=optional_text(words_of(cells.get("name")), field="name", max_chars=60, one_line=True),
        phone=normalise_phone(phone) if phone else "",
        channel=_choice(cells, "channel", choices.channels, _("没有“%(said)s”这个渠道。"))
        or Channel.IMPORT.value,
        happened_at=_moment(cells.get("happened_at"), at),
        beneficiary_count=_count(cells),
        lat=lat,
        lon=lon,
        collect=_yes(cells, "collect"),
        publish=_yes(cells, "publish"),
        note=optional_text(words_of(cells.get("note")), field="note", max_chars=500),
    )


def row_key(cells: Mapping[str, Any]) -> str:
    """Return what makes the same row the same again, in whatever kind of file: its words, place, person and time."""
    parts = {
        name: words_of(cells.get(name)) for name in ("text", "place", "name", "phone", "happened_at", "id")
    }
    canonical = json.dumps({k: v for k, v in sorted(parts.items()) if v}, ensure_ascii=False)
    return f"row:{hashlib.sha256(canonical.encode()).hexdigest()[:40]}"


def _identifier(cells: Mapping[str, Any]) -> UUID | None:
    words = words_of(cells.get("id"))
    if not words:
        return None
    try:
        return UUID(words)
    except ValueError as error:
        raise Problem("bad_id", _("标识要么留空，要么是 UUID。"), "id") from error


def _choice(cells: Mapping[str, Any], name: str, known: Mapping[str, str], message: str) -> str | None:
    words = cleaned(words_of(cells.get(name)), one_line=True)
    if not words:
        return None
    if words not in known:
        raise Problem("unknown_choice", message % {"said": words[:40]}, name)
    return known[words]


def _yes(cells: Mapping[str, Any], name: str) -> bool:
    words = words_of(cells.get(name)).lower()
    if words in _YES:
        return True
    if words in _NO:
        return False
    raise Problem("bad_yes_no", _("这一格请填“是”或“否”。"), name)


def _needs(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _SPLIT.split(words_of(value))
    return tuple(word for word in (cleaned(words_of(part), one_line=True)[:60] for part in parts) if word)[
        :20
    ]


def _degrees(cells: Mapping[str, Any], name: str) -> float | None:
    words = words_of(cells.get(name))
    if not words:
        return None
    try:
        value = float(words)
    except ValueError as error:
        raise Problem("bad_position", _("经纬度要填数字，例如 29.65、91.12。"), name) from error
    if not math.isfinite(value):
        raise Problem("bad_position", _("经纬度要填数字，例如 29.65、91.12。"), name)
    return value


def _count(cells: Mapping[str, Any]) -> int:
    words = words_of(cells.get("beneficiary_count"))
    if not words:
        return 1
    if not words.isdecimal() or not 1 <= int(words) <= MAX_COUNT:
        raise Problem("bad_count", _("受益人数应是 1 到 100000 之间的整数。"), "beneficiary_count")
    return int(words)


def _moment(value: object, at: datetime) -> datetime | None:
    """Return when it was told: a moment of Lhasa's clock, a day without time as its noon (or now, when that is today)."""
    if value in (None, ""):
        return None
    moment = value if isinstance(value, datetime) else _read_moment(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    if (
        moment > at
        and _only_a_day(value)
        and moment.astimezone(SHANGHAI).date() == at.astimezone(SHANGHAI).date()
    ):
        return at
    if moment > at:
        raise Problem("future_moment", _("提出时间不能晚于现在，请检查日期。"), "happened_at")
    if moment.year < 2000:
        raise Problem("bad_moment", _("提出时间太早，请检查年份。"), "happened_at")
    return moment


def _only_a_day(value: object) -> bool:
    return not isinstance(value, datetime) and ":" not in words_of(value) and "：" not in words_of(value)


def _read_moment(value: object) -> datetime:
    if isinstance(value, date):
        return datetime.combine(value, time(12))
    words = words_of(value)
    try:
        if "T" in words and len(words) > 10:
            return datetime.fromisoformat(words)
        found = _WHEN.fullmatch(words)
        if found is not None:
            year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
            clock = time(hour, minute, second) if found[4] else time(12)
            return datetime.combine(date(year, month, day), clock)
    except ValueError as error:
        raise Problem(
            "bad_moment", _("看不懂这个时间，请写成 2025-09-08 或 2025-09-08 10:30。"), "happened_at"
        ) from error
    raise Problem("bad_moment", _("看不懂这个时间，请写成 2025-09-08 或 2025-09-08 10:30。"), "happened_at")
