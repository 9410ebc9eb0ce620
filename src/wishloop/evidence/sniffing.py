"""What a file is, by its bytes. Its name and what the browser called it count for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

import filetype
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem

HEAD_BYTES = 8192

_PHOTOS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
}
_VIDEOS = {"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm"}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_PROGRAM_MAGICS = (
    b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"dex\n", b"\x00asm",
)  # fmt: skip
_ARCHIVE_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """Kind of medium, content type it is kept under, and the ending its file gets."""

    kind: str
    content_type: str
    extension: str


def sniff(file: IO[bytes]) -> Sniffed:
    """Tell what ``file`` is by its first bytes; leaves it at its start.

    Raises:
        Problem at ``file``: ``empty_file``, ``heic_photo``, ``program_file``, ``archive_file``, ``markup_file``,
            ``unknown_file_kind``; all say which files are welcome.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise Problem("empty_file", _("这个文件是空的，可能没有传完。请重新选择。"), "file")
    _refuse_known_bad(head)
    if head.startswith(b"%PDF-"):
        return Sniffed("document", "application/pdf", ".pdf")
    mime = _mime(head)
    if mime in _PHOTOS:
        return Sniffed("photo", mime, _PHOTOS[mime])
    if mime in _VIDEOS:
        return Sniffed("video", mime, _VIDEOS[mime])
    raise Problem(
        "unknown_file_kind",
        _("认不出这是什么文件。可以上传照片（JPG、PNG、WebP）、视频（MP4、MOV、WebM）或 PDF。"),
        "file",
    )


def _refuse_known_bad(head: bytes) -> None:
    if head.startswith(_PROGRAM_MAGICS):
        raise Problem(
            "program_file",
            _("这是一个程序，不是照片，已经拒收。请重新选择照片、视频或 PDF。"),
            "file",
        )
    if head.startswith(_ARCHIVE_MAGICS):
        raise Problem("archive_file", _("这是压缩包或办公文档。请先解压，或另存为 PDF、照片再上传。"), "file")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        raise Problem(
            "markup_file", _("这是网页或矢量图（SVG），不能当照片。请上传 JPG 或 PNG，也可以截图。"), "file"
        )


def _mime(head: bytes) -> str:
    """Return the content type by magic number; ISO media by their brand, which browsers and phones get wrong."""
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[i : i + 4] for i in range(16, min(_box_size(head), 96), 4))}
        if brands & {b"avif", b"avis"}:
            return "image/avif"
        if head[8:12] in _HEIF_BRANDS:
            raise Problem(
                "heic_photo",
                _(
                    "这是 HEIC 照片，多数手机打不开。请在手机“设置—相机—格式”里选“兼容性最佳”重拍，"
                    "或把照片截图后上传。"
                ),
                "file",
            )
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    guess = filetype.guess(head)  # type: ignore[no-untyped-call]
    return str(guess.mime) if guess is not None else ""


def _box_size(head: bytes) -> int:
    return int.from_bytes(head[:4], "big")
