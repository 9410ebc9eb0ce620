"""Text as people type it and files hold it, made safe to store: cleaned, measured, decoded.

HTML is neither removed nor refused: it stays the plain text somebody typed and is escaped where it is shown.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem

# Format characters that hide, reorder or join text: a name with one inside would slip past masking and search. The zero-width
# joiner is handled apart, since emoji are built with it.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*(?:\n[ \t\u3000]*){2,}")


def cleaned(typed: str, *, one_line: bool = False) -> str:
    """Return ``typed`` fit to store: NFC, no control characters but newline and tab, nothing invisible, trimmed.

    ``one_line`` turns newlines and tabs into spaces and runs of spaces into one. Cleaning twice changes nothing.
    """
    text = _LINE_ENDS.sub("\n", typed)
    text = _CONTROL.sub("", text)
    text = _INVISIBLE.sub("", text)
    text = _LONE_JOINER.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split()) if one_line else _BLANK_LINES.sub("\n\n", text)
    return text.strip()


def required_text(
    typed: str, *, field: str, max_chars: int, missing: str | Promise, one_line: bool = False
) -> str:
    """Return cleaned text of 1 to ``max_chars`` characters.

    Raises:
        Problem: ``missing`` when nothing is left, ``too_long`` saying by how many characters.
    """
    text = optional_text(typed, field=field, max_chars=max_chars, one_line=one_line)
    if not text:
        raise Problem("missing", missing, field)
    return text


def optional_text(typed: str, *, field: str, max_chars: int, one_line: bool = False) -> str:
    """Return cleaned text of at most ``max_chars`` characters, possibly empty.

    Raises:
        Problem: ``too_long`` saying by how many characters.
    """
    text = cleaned(typed, one_line=one_line)
    over = len(text) - max_chars
    if over > 0:
        raise Problem(
            "too_long",
            _("最多 %(max)d 字，现在超出 %(over)d 字，请缩短。") % {"max": max_chars, "over": over},
            field,
            data={"max_chars": max_chars, "over_chars": over},
        )
    return text


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_TIBETAN = re.compile("[\u0f00-\u0fff]")


def script_of(text: str) -> str:
    """Return ``tibetan``, ``hans`` or ``other``: the script most of the letters are in.

    Tibetan wins from a third of the letters on: a text that needs a bilingual reader is not to be missed for a Chinese place
    name inside it (field notes: language tools break on Tibetan).
    """
    tibetan, han = len(_TIBETAN.findall(text)), len(_HAN.findall(text))
    letters = sum(1 for ch in text if ch.isalpha() or "\u0f00" <= ch <= "\u0fff")
    if tibetan and tibetan * 3 >= letters:
        return "tibetan"
    # One Chinese character says what takes several letters in an alphabet.
    if han and han * 3 >= letters - han:
        return "hans"
    return "other"


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """One line of a file, numbered from 1; ``readable`` is false where its bytes are not of the file's encoding."""

    number: int
    text: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text file, decoded. ``encoding`` is what it turned out to be in."""

    encoding: str
    lines: tuple[DecodedLine, ...]

    @property
    def text(self) -> str:
        """Return the whole text, with U+FFFD where bytes could not be read."""
        return "\n".join(line.text for line in self.lines)


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(data: bytes) -> Decoded:
    """Decode a file by its byte-order mark, else as UTF-8, UTF-16 or GB18030, whichever most of its lines are in.

    A line in another encoding than the rest is marked unreadable, never guessed at: half-right Chinese is worse than an
    error that names the row.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], encoding)
    if data.count(0) * 4 > len(data):  # ASCII in UTF-16 has a zero in every other byte; no other text has any
        even = data[::2].count(0)
        return _decode(data, "utf-16-be" if even * 2 > data.count(0) else "utf-16-le")
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    as_utf8 = sum(_decodes(line, "utf-8") for line in lines)
    as_gb = sum(_decodes(line, "gb18030") for line in lines)
    # Bytes in GB18030 are hardly ever valid UTF-8 by chance, while UTF-8 often passes for GB18030.
    return _decode(data, "gb18030" if as_utf8 * 2 < len(lines) and as_gb > as_utf8 else "utf-8")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, encoding: str) -> Decoded:
    end = "\n".encode(encoding)
    step = len(end)
    pieces = data.split(end) if step == 1 else _split_wide(data, end, step)
    lines = []
    for number, piece in enumerate(pieces, start=1):
        readable = _decodes(piece, encoding)
        text = piece.decode(encoding, errors="strict" if readable else "replace")
        lines.append(DecodedLine(number, text.removesuffix("\r"), readable))
    if lines and not lines[-1].text and lines[-1].readable:
        lines.pop()
    return Decoded(encoding, tuple(lines))


def _split_wide(data: bytes, end: bytes, step: int) -> list[bytes]:
    """Split at a newline of ``step`` bytes, at whole characters only."""
    pieces, start = [], 0
    for at in range(0, len(data), step):
        if data[at : at + step] == end:
            pieces.append(data[start:at])
            start = at + step
    pieces.append(data[start:])
    return pieces
