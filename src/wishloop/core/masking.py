"""Finding and masking personal data in free text, before the public sees it (field notes, "Privacy").

Every occurrence, not the first: a peer's redaction caught only the first phone number. The finder is a net under a person's
eyes, not a replacement for them: a steward releases every text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MASK = "＊"
_DIGIT_WORDS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_DIGIT = r"[0-9零〇一二三四五六七八九幺]"
_GAP = r"[\s\-—–_.·、，,]{0,2}"
_HAN_NAME = r"[㐀-鿿]{2,4}"


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of personal data: where it starts and ends (characters), what kind, and its name for the person."""

    start: int
    end: int
    kind: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its personal data replaced, and what was found in the original."""

    text: str
    found: tuple[Found, ...]


def _digits(text: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).translate(_DIGIT_WORDS) if ch.isdigit())


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


# Longest first: an ID number contains what looks like a phone number.
_PATTERNS: tuple[tuple[str, str | Promise, re.Pattern[str]], ...] = (
    ("id_number", _("身份证号"), re.compile(rf"(?<!{_DIGIT})[1-9](?:{_GAP}{_DIGIT}){{16}}{_GAP}[0-9零〇一二三四五六七八九幺XxＸｘ](?!{_DIGIT})")),
    ("bank_card", _("银行卡号"), re.compile(rf"(?<!{_DIGIT})[1-9](?:{_GAP}{_DIGIT}){{15,18}}(?!{_DIGIT})")),
    ("phone", _("手机号码"), re.compile(rf"(?<!{_DIGIT})(?:\+?86{_GAP})?[1一幺]{_GAP}[3-9三四五六七八九](?:{_GAP}{_DIGIT}){{9}}(?!{_DIGIT})")),
    ("phone", _("座机号码"), re.compile(r"(?<![0-9])0\d{2,3}[\s\-—–)）]{0,2}[2-9]\d{2}[\s\-]?\d{4,5}(?![0-9])")),
    ("phone", _("座机号码"), re.compile(r"(?:电话|座机|打)[:：是为\s]{0,3}[2-9]\d{6,7}(?![0-9])")),
    ("email", _("邮箱"), re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("wechat", _("微信号"), re.compile(r"(?:微信号?|[Vv][Xx]|QQ|qq)[:：是为\s]{0,3}[A-Za-z0-9_-]{5,20}")),
    ("plate", _("车牌号"), re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Za-z0-9])")),
    ("address", _("门牌号"), re.compile(r"[0-9０-９一二三四五六七八九十百A-Za-z]{1,5}\s*(?:号楼|栋|幢|座)(?:\s*[0-9０-９一二三四五六七八九十]{1,3}\s*单元)?(?:\s*[0-9０-９一二三四五六七八九十]{1,5}\s*(?:号房|室|号|户|楼)?)?")),
    ("address", _("门牌号"), re.compile(r"[0-9０-９一二三四五六七八九十]{1,3}\s*单元\s*[0-9０-９]{1,5}\s*(?:号房|室|号|户)?")),
    ("address", _("门牌号"), re.compile(r"(?:路|街|巷|胡同|大道|村|组|院|小区|社区)[^，。；\s]{0,6}?[0-9０-９一二三四五六七八九十百]{1,5}\s*号(?:院)?(?!线|文|召)")),
    ("address", _("门牌号"), re.compile(r"(?<![0-9])[0-9０-９]{3,4}\s*(?:室|房间|号房)(?![0-9])")),
    ("name", _("姓名"), re.compile(rf"(?<=我叫){_HAN_NAME}|(?<=我是){_HAN_NAME}(?=[，,。！!]|电话|手机)|(?<=名字叫){_HAN_NAME}|(?:姓名|联系人|户主|收件人)[:：是为\s]{{1,3}}{_HAN_NAME}")),
)  # fmt: skip


def _looks_right(kind: str, text: str) -> bool:
    """Sort out long digit runs that are no card number; ID look-alikes count even with a wrong check digit."""
    return kind != "bank_card" or _luhn(_digits(text))


def find_personal(text: str, *, known_names: Iterable[str] = ()) -> list[Found]:
    """Return every stretch of ``text`` that looks like personal data, in order, without overlaps.

    ``known_names`` are names that must not appear (the people of this very case), of two characters or more.
    """
    found: list[Found] = []
    taken = bytearray(len(text))
    wanted = [
        (name, re.compile(re.escape(name)))
        for name in sorted(known_names, key=len, reverse=True)
        if len(name) >= 2
    ]
    searches = [*_PATTERNS, *(("name", _("姓名"), pattern) for _name, pattern in wanted)]
    for kind, label, pattern in searches:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]) or not _looks_right(kind, match.group()):
                continue
            taken[start:end] = b"\x01" * (end - start)
            found.append(Found(start, end, kind, label))
    return sorted(found, key=lambda item: item.start)


def mask_text(text: str, *, known_names: Iterable[str] = ()) -> Masked:
    """Return ``text`` with every stretch of personal data replaced by three full-width stars."""
    found = find_personal(text, known_names=known_names)
    parts, last = [], 0
    for item in found:
        parts += [text[last : item.start], MASK * 3]
        last = item.end
    return Masked("".join([*parts, text[last:]]), tuple(found))
