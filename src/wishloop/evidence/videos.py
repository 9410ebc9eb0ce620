"""Videos: is the container whole, and a copy of the same length with everything but picture and sound wiped.

MP4 and MOV (ISO 14496-12): boxes nobody needs for playing (user data, tags, positions, XMP) are renamed ``free`` and filled
with zeros in place, so that no offset changes; tracks that are neither picture nor sound (GPS, sensors, captions) go the same
way together with their samples. What this program does not know is wiped, not kept. WebM and fragmented files are checked but
not rewritten: they get no copy to show. No decoder is used; the codec is not looked at.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem
from wishloop.evidence.limits import CHUNK_BYTES

_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"})
_KEPT = frozenset(
    {b"ftyp", b"mdat", b"wide", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"dref", b"elst", b"stsd", b"stts",
     b"ctts", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"sgpd", b"sbgp", b"cslg", b"stps", b"sdtp", b"tapt",
     b"clef", b"prof", b"enof", b"pasp", b"tref", b"gmhd"}
)  # fmt: skip
_MAX_BOXES = 20_000
_MAX_SAMPLES = 2_000_000


@dataclass(frozen=True, slots=True)
class _Found:
    """One box: type, where it starts, where its payload starts, where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


class _Unclear(Exception):
    """The container is readable but not of the plain kind this program can clean."""


def check_video(file: IO[bytes], content_type: str, size_bytes: int) -> None:
    """Refuse a video that has not arrived whole.

    Raises:
        Problem at ``file``: ``broken_video``.
    """
    if content_type == "video/webm":
        file.seek(0)
        if b"\x18\x53\x80\x67" not in file.read(4096):  # a Segment must follow the header
            raise _broken()
        return
    kinds = {box.kind for box in _boxes(file, 0, size_bytes)}
    if not {b"moov", b"mdat"} <= kinds and b"moof" not in kinds:
        raise _broken()


def _broken() -> Problem:
    return Problem("broken_video", _("这段视频没有传完或已经损坏，打不开。请重新选择或重录。"), "file")


def strip_video(file: IO[bytes], out: IO[bytes], size_bytes: int) -> bool:
    """Write the wiped copy of an MP4 or MOV to ``out``. Returns False, with ``out`` to be thrown away, where it cannot be done."""
    file.seek(0)
    shutil.copyfileobj(file, out, CHUNK_BYTES)
    try:
        top = list(_boxes(out, 0, size_bytes))
        if any(box.kind in (b"moof", b"mvex", b"cmov") for box in top):
            return False
        for box in top:
            _clean(out, box)
    except (_Unclear, Problem, struct.error):
        return False
    return True


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[_Found]:
    """Yield the boxes between two offsets.

    Raises:
        Problem: ``broken_video`` where a box is shorter than its header or longer than what holds it.
    """
    at, count = start, 0
    while at < end:
        count += 1
        file.seek(at)
        header = file.read(16)
        if end - at < 8 or count > _MAX_BOXES:
            raise _broken()
        size, kind, body = int.from_bytes(header[:4], "big"), header[4:8], at + 8
        if size == 1:
            size, body = int.from_bytes(header[8:16], "big"), at + 16
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise _broken()
        yield _Found(kind, at, body, at + size)
        at += size


def _clean(out: IO[bytes], box: _Found) -> None:
    if box.kind == b"trak" and _handler(out, box) not in (b"vide", b"soun"):
        _wipe_samples(out, box)
        _wipe(out, box)
    elif box.kind in _CONTAINERS:
        for inner in list(_boxes(out, box.body, box.end)):
            _clean(out, inner)
    elif box.kind == b"hdlr":
        _zero(
            out, min(box.body + 24, box.end), box.end
        )  # the name of the handler: software, sometimes the phone
    elif box.kind not in _KEPT:
        _wipe(out, box)


def _wipe(out: IO[bytes], box: _Found) -> None:
    out.seek(box.start + 4)
    out.write(b"free")
    _zero(out, box.body, box.end)


def _zero(out: IO[bytes], start: int, end: int) -> None:
    out.seek(start)
    left = end - start
    while left > 0:
        left -= out.write(bytes(min(left, CHUNK_BYTES)))


def _inside(out: IO[bytes], box: _Found, *path: bytes) -> _Found | None:
    """Return the first box down a path of types, or None."""
    found: _Found | None = box
    for kind in path:
        assert found is not None
        found = next((inner for inner in _boxes(out, found.body, found.end) if inner.kind == kind), None)
        if found is None:
            return None
    return found


def _handler(out: IO[bytes], track: _Found) -> bytes:
    box = _inside(out, track, b"mdia", b"hdlr")
    return b"" if box is None else _payload(out, box)[8:12]


def _payload(out: IO[bytes], box: _Found) -> bytes:
    out.seek(box.body)
    return out.read(box.end - box.body)


def _wipe_samples(out: IO[bytes], track: _Found) -> None:
    """Fill the samples of a track with zeros where they lie in ``mdat``.

    Raises:
        _Unclear: its tables are missing or not of the plain kind, so that its samples cannot be found.
    """
    table = _inside(out, track, b"mdia", b"minf", b"stbl")
    if table is None:
        raise _Unclear
    tables = {box.kind: _payload(out, box) for box in _boxes(out, table.body, table.end)}
    if not {b"stsc", b"stsz"} <= tables.keys() or not {b"stco", b"co64"} & tables.keys():
        raise _Unclear
    sizes, offsets = _sample_sizes(tables[b"stsz"]), _chunk_offsets(tables)
    limit, sample = _end_of(out), 0
    for offset, count in zip(offsets, _per_chunk(tables[b"stsc"], len(offsets)), strict=True):
        length = sum(sizes[sample : sample + count])
        sample += count
        if offset + length > limit:
            raise _Unclear
        _zero(out, offset, offset + length)
    if sample < len(sizes):
        raise _Unclear


def _end_of(out: IO[bytes]) -> int:
    return out.seek(0, 2)


def _sample_sizes(body: bytes) -> list[int]:
    same, count = struct.unpack_from(">II", body, 4)
    if count > _MAX_SAMPLES:
        raise _Unclear
    return [same] * count if same else list(struct.unpack_from(f">{count}I", body, 12))


def _chunk_offsets(tables: dict[bytes, bytes]) -> list[int]:
    wide = b"co64" in tables
    body = tables[b"co64" if wide else b"stco"]
    (count,) = struct.unpack_from(">I", body, 4)
    if count > _MAX_SAMPLES:
        raise _Unclear
    return list(struct.unpack_from(f">{count}{'Q' if wide else 'I'}", body, 8))


def _per_chunk(body: bytes, chunks: int) -> list[int]:
    """Return how many samples each chunk holds, from the runs of ``stsc``."""
    (count,) = struct.unpack_from(">I", body, 4)
    runs = [struct.unpack_from(">III", body, 8 + 12 * i) for i in range(min(count, chunks))]
    counts: list[int] = []
    for index, (first, samples, _description) in enumerate(runs):
        last = runs[index + 1][0] if index + 1 < len(runs) else chunks + 1
        if first != len(counts) + 1 or last <= first or last > chunks + 1 or samples > _MAX_SAMPLES:
            raise _Unclear
        counts.extend([samples] * (last - first))
    if len(counts) != chunks:
        raise _Unclear
    return counts
