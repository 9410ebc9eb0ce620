"""Finds personal data in free text, every occurrence of it, and covers it.

Rules, field notes "Privacy": no phone, ID, account, house number or name in what the public reads. Patterns can only suggest:
a person looks at the result before it is published, and ``wishes.operations.publish_wish`` refuses text in which anything is
still found. So a pattern must catch what people really type, and must not trip over ordinary words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.core import name_patterns


class Kind(StrEnum):
    """What was found."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    WECHAT = "wechat"
    PLATE = "plate"
    ADDRESS = "address"
    NAME = "name"
    SCHOOL = "school"
    DIAGNOSIS = "diagnosis"
    NUMBER = "number"


LABELS: dict[Kind, str | Promise] = {
    Kind.PHONE: _("电话号码"),
    Kind.ID_NUMBER: _("身份证号"),
    Kind.BANK_CARD: _("银行卡号"),
    Kind.EMAIL: _("电子邮箱"),
    Kind.WECHAT: _("微信或QQ号"),
    Kind.PLATE: _("车牌号"),
    Kind.ADDRESS: _("门牌住址"),
    Kind.NAME: _("姓名"),
    Kind.SCHOOL: _("学校班级"),
    Kind.DIAGNOSIS: _("病情"),
    Kind.NUMBER: _("一长串号码"),
}
# Of two overlapping findings of one length, the kind earlier here gives the span its name.
_RANK = {kind: rank for rank, kind in enumerate(Kind)}
COVER = "***"


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: characters ``start`` to ``end`` of the text that was searched."""

    start: int
    end: int
    kind: Kind

    @property
    def label(self) -> str | Promise:
        """What people call it."""
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of masked text; ``kind`` is None where nothing is covered."""

    text: str
    kind: Kind | None

    @property
    def label(self) -> str | Promise:
        """What was covered, or an empty string."""
        return LABELS[self.kind] if self.kind else ""


@dataclass(frozen=True, slots=True)
class Masked:
    """Text with what is personal covered. ``spans`` are positions in the original; ``pieces`` show what was covered."""

    text: str
    spans: tuple[Found, ...]
    pieces: tuple[Piece, ...]


def find_personal(
    text: str, known_names: Iterable[str] = (), *, patient: bool = False, minor: bool = False
) -> list[Found]:
    """Return all personal data in ``text``, in order, not overlapping.

    Args:
        known_names: names to look for literally, such as those of the person who asks.
        patient: also find diagnoses.
        minor: also find schools and classes.
    """
    names = tuple(n for n in (name.strip() for name in known_names) if len(n) > 1)
    spans: list[Found] = []
    shadow = text
    # Covering one thing can lay bare another beside it: look again until nothing is left.
    while new := _merged(_search(shadow, names, patient=patient, minor=minor)):
        spans = _merged([*spans, *new])
        shadow = _blanked(shadow, new)
    return spans


def mask_text(
    text: str, known_names: Iterable[str] = (), *, patient: bool = False, minor: bool = False
) -> Masked:
    """Return ``text`` with everything ``find_personal`` finds covered; names keep their first character (张*, 扎***)."""
    spans = find_personal(text, known_names, patient=patient, minor=minor)
    pieces: list[Piece] = []
    at = 0
    for span in spans:
        if span.start > at:
            pieces.append(Piece(text[at : span.start], None))
        pieces.append(Piece(_cover(text[span.start : span.end], span.kind), span.kind))
        at = span.end
    if at < len(text):
        pieces.append(Piece(text[at:], None))
    return Masked("".join(piece.text for piece in pieces), tuple(spans), tuple(pieces))


def _cover(words: str, kind: Kind) -> str:
    if kind is not Kind.NAME:
        return COVER
    from wishloop.core.names import mask_name

    return mask_name(words)


def _blanked(text: str, spans: Iterable[Found]) -> str:
    """Return ``text`` with the spans starred out at the same length, so that positions stay true."""
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = "*" * (span.end - span.start)
    return "".join(letters)


def _merged(found: Iterable[Found]) -> list[Found]:
    """Join overlapping findings into one of the longest one's kind, in order."""
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: (f.start, -f.end)):
        if kept and item.start < kept[-1].end:
            last = kept.pop()
            telling = min((last, item), key=lambda f: (f.start - f.end, _RANK[f.kind]))
            item = Found(last.start, max(last.end, item.end), telling.kind)
        kept.append(item)
    return kept


def _search(text: str, names: tuple[str, ...], *, patient: bool, minor: bool) -> Iterator[Found]:
    plain = _plain(text)
    spoken = _letter_o_as_zero(plain.translate(_SPOKEN_DIGITS))
    yield from _numbers(spoken)
    yield from _cued(plain, spoken)
    for start, end in name_patterns.find_names(plain, names):
        yield Found(start, end, Kind.NAME)
    if minor:
        yield from _each(_SCHOOL, plain, Kind.SCHOOL, group=1)
        yield from _each(_CLASS, plain, Kind.SCHOOL)
    if patient:
        yield from _each(_DIAGNOSIS, plain, Kind.DIAGNOSIS)


def _each(pattern: re.Pattern[str], text: str, kind: Kind, group: int = 0) -> Iterator[Found]:
    for match in pattern.finditer(text):
        yield Found(match.start(group), match.end(group), kind)


# --- one character for one character, so that positions in the shadow are positions in the text --------------------------
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_SPOKEN_DIGITS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_LETTER_O = re.compile(r"(?<=\d)[oO](?=[\doO])")


def _plain(text: str) -> str:
    """Return ``text`` with full-width forms and digits of every script as ASCII."""
    narrow = text.translate(_FULL_WIDTH)
    if narrow.isascii():
        return narrow
    return "".join(_digit(ch) for ch in narrow)


def _digit(ch: str) -> str:
    if ch < "\u0080":
        return ch
    value = unicodedata.digit(ch, None)
    return ch if value is None else str(value)


def _letter_o_as_zero(text: str) -> str:
    """Return ``text`` with the letter O as zero where it stands among digits (139OOOO…)."""
    while (read := _LETTER_O.sub("0", text)) != text:
        text = read
    return text


# --- numbers -----------------------------------------------------------------------------------------------------------
_S = r"[\s\-‐‑‒–—―_.·•,、/()\u200b-\u200f\u2060\ufeff]{0,3}"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?{_S}86{_S})?1{_S}[3-9](?:{_S}\d){{9}}(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d.])(?:(?:\+|00)86[\s-]*|\()?0(?:10|2\d|[3-9]\d{2})(?:\)|[\s\-‐‑–—_·]){0,2}[2-9]\d{6,7}(?:[\s\-转]{1,3}\d{1,6})?(?!\d)"
)
_ID_18 = re.compile(rf"(?<!\d)[1-9](?:{_S}\d){{16}}{_S}[\dXx×](?!\d)")
_ID_15 = re.compile(r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_RUN = re.compile(r"\d(?:[\s\-‐‑‒–—―_.·•/()\u200b-\u200f\u2060\ufeff]{0,2}\d){8,}")
_DATES = re.compile(r"(?:(?:19|20)\d{2}[-./\s]\d{1,2}(?:[-./\s]\d{1,2})?[\s\-–—~]*)+\d{0,2}")
_HOTLINE = re.compile(r"[48]00[\s-]?\d{3}[\s-]?\d{4}|[48]00[\s-]?\d{4}[\s-]?\d{3}")
_MIN_LONG_NUMBER = 9


def _numbers(text: str) -> Iterator[Found]:
    """Find phones, IDs, cards, and any run of digits so long that it must be some account or number."""
    yield from _each(_MOBILE, text, Kind.PHONE)
    yield from _each(_LANDLINE, text, Kind.PHONE)
    for match in _ID_18.finditer(text):
        if _looks_like_id(_digits(match[0])):
            yield Found(match.start(), match.end(), Kind.ID_NUMBER)
    yield from _each(_ID_15, text, Kind.ID_NUMBER)
    for match in _RUN.finditer(text):
        digits = _digits(match[0])
        grouped = len(digits) < len(match[0])
        if _HOTLINE.fullmatch(match[0]) or _DATES.fullmatch(match[0]):
            continue
        if 13 <= len(digits) <= 19 and (_passes_luhn(digits) or digits.startswith("62")):
            yield Found(match.start(), match.end(), Kind.BANK_CARD)
        elif len(digits) >= (_MIN_LONG_NUMBER if not grouped else 11):
            yield Found(match.start(), match.end(), Kind.NUMBER)


def _digits(text: str) -> str:
    return "".join(ch for ch in text.upper().replace("×", "X") if ch.isdigit() or ch == "X")


def _looks_like_id(number: str) -> bool:
    """Tell whether 18 characters are a resident ID by check digit, or would be one but for a slip in it (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
    if "10X98765432"[total % 11] == number[17]:
        return True
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    return 1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31


def _passes_luhn(digits: str) -> bool:
    doubled = (int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


# --- what a word beside it gives away -------------------------------------------------------------------------------------
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LOCAL_PHONE = re.compile(
    r"(?:电话|座机|手机|号码|联系方式|致电|拨打|打我|(?i:tel|phone|mobile))[^\d\n]{0,6}?((?<![\d.])\d{3,4}[\s-]?\d{3,4})(?![\d.元块万])"
)
_CHAT = re.compile(
    r"(?:微\s?信|威信|薇信|徽信|v\s?信|wechat|weixin|加\s?v|(?<![a-z])vx|(?<![a-z])wx|(?<![a-z])qq|扣扣|抖音号?|快手号?)"
    r"(?:号码|号|帐号|账号|id)?[\s::是为叫=]{0,4}([a-z0-9][a-z0-9_\-]{3,29})",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][\s·.\-]{0,2}"
    r"(?=[A-Z0-9]{0,5}\d)[A-Z0-9]{4,5}[A-Z0-9挂学警港澳](?![A-Z0-9])",
    re.IGNORECASE,
)
_N = r"(?:\d{1,5}[A-Za-z]?|[A-Za-z]\d{0,4}|[零〇一二三四五六七八九十百千]{1,5})"
_DIGIT_N = r"(?:\d{1,5}[A-Za-z]?|[A-Za-z]\d{0,4})"
_BARE = r"(?:\d{1,5}(?!\d)[A-Za-z]?(?!\s?[元块斤月年天岁个台张条袋])|[零〇一二三四五六七八九]{3,4})"
_PART = rf"{_N}\s?(?:号楼|号院|号房|单元|楼|层|门|室|户|号|房)"
_ADDRESS = re.compile(
    "|".join(
        (
            # 3栋2单元401, 三栋二单元四零一, A座1203
            rf"(?<![A-Za-z\d]){_DIGIT_N}\s?(?:号楼|号院|栋|幢|座)(?:[\s,,-]?(?:{_PART}|{_BARE}))*",
            rf"[二三四五六七八九十百]{{1,3}}(?:栋|幢|号楼|号院)(?:[\s,,-]?(?:{_PART}|{_BARE}))*",
            rf"[一]\s?(?:栋|幢|座|号楼|号院)(?:[\s,,-]?{_PART})+(?:{_BARE})?",
            # 2单元401室, 401室, 1203号房
            rf"(?<![A-Za-z\d]){_N}\s?单元(?:[\s,,-]?(?:{_PART}|{_BARE}))*",
            r"(?<![A-Za-z\d])[A-Za-z]?\d{3,4}\s?(?:室|号房)",
            # 北京中路12号, 5组12号, 八廓街38号附3号
            rf"(?<=[路街巷道弄里组村院区庄卡])\s?{_N}\s?(?:号|弄)(?!线|公交|车|楼栋)(?:附?\s?{_PART})*",
            rf"(?<![A-Za-z\d]){_DIGIT_N}\s?组\s?{_N}\s?号",
            rf"门牌(?:号码?)?\s?[::是为]?\s?{_N}(?:\s?[-号]\s?{_N})*(?:号|室)?",
            # 3-2-401
            r"(?<![\d./-])[A-Za-z\d]{1,2}[-—]\d{1,2}[-—](?!(?:19|20)\d\d)\d{3,4}(?![\d./-])",
            r"(?<=[住家址])[在于是::]?\s?[A-Za-z\d]{1,2}[-—]\d{3,4}(?![\d./-])",
        )
    )
)
_SCHOOL = re.compile(
    r"(?:^|(?<=[在读上是于去到从的和给,。;、\s]))((?:(?![在读上是于去到从的和给,。;、\s])[\u4e00-\u9fff\dA-Za-z]){2,14}?(?:小学|中学|高中|初中|幼儿园|学校))"
)
_CLASS = re.compile(
    r"[一二三四五六七八九\d]{1,2}年级(?:\s?[(]?[一二三四五六七八九十\d]{1,2}[)]?\s?班)?|[初高][一二三]\s?[(]?[一二三四五六七八九十\d]{1,2}[)]?\s?班"
)
_DIAGNOSIS = re.compile(
    "|".join(
        (
            r"(?:[肝肺胃肠脑喉肾骨舌]|乳腺|宫颈|子宫|卵巢|食[道管]|直肠|结肠|鼻咽|甲状腺|胰腺|前列腺|膀胱|淋巴|皮肤|胆囊)?(?:恶性)?(?:肿瘤|癌症|癌)(?:晚期|早期|中期|转移)?", "白血病", "尿毒症", "艾滋病", r"(?i:HIV)(?:感染)?",
            r"(?:肺|骨|淋巴)?结核病?", r"(?:乙|丙|甲)(?:型?肝炎?)", "肝硬化", "精神分裂症?", "抑郁症?", "双相障碍", "焦虑症",
            "老年痴呆症?", "阿尔茨海默症?病?", "帕金森(?:综合征|病)?", "脑瘫", "脑梗死?", "脑出血", "脑?中风", "血栓", "心肌?梗死?",
            "冠心病", "心脏病", "心衰", r"[Ⅰ-Ⅴ12一二]?型?糖尿病", "高血压病?", "癫痫", "红斑狼疮", "类风湿(?:性关节炎)?", "渐冻症",
            "肌萎缩", "强直性脊柱炎", "股骨头坏死", "包虫病", "大骨节病", "智力(?:残疾|障碍|缺陷|低下)", "自闭症", "唐氏综合征", "梅毒", "性病",
        )
    )
)  # fmt: skip


def _cued(plain: str, spoken: str) -> Iterator[Found]:
    """Find what a pattern of words gives away: addresses, plates, accounts and numbers after their cue."""
    yield from _each(_EMAIL, plain, Kind.EMAIL)
    yield from _each(_CHAT, plain, Kind.WECHAT, group=1)
    yield from _each(_LOCAL_PHONE, spoken, Kind.PHONE, group=1)
    yield from _each(_PLATE, plain, Kind.PLATE)
    yield from _each(_ADDRESS, plain, Kind.ADDRESS)
