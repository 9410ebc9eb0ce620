"""MP4 and MOV: positions, names and sensor tracks are wiped from the copy that is shown, and it still plays from the same
offsets."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest

from wishloop.core.actor import SYSTEM
from wishloop.evidence.operations import store_medium
from wishloop.evidence.queries import medium_storage
from wishloop.evidence.videos import strip_video

SECRET = b"+29.6543+091.1172+3650/"


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def table(kind: bytes, *numbers: int) -> bytes:
    return box(kind, bytes(4), struct.pack(f">{len(numbers)}I", *numbers))


def track(handler: bytes, offset: int, sizes: list[int], *extra: bytes) -> bytes:
    stbl = box(
        b"stbl",
        table(b"stsd", 0),
        table(b"stsc", 1, 1, len(sizes), 1),
        table(b"stsz", 0, len(sizes), *sizes),
        table(b"stco", 1, offset),
    )
    hdlr = box(b"hdlr", bytes(8), handler, bytes(12), b"Core Media PhoneOwner\x00")
    return box(
        b"trak",
        box(b"tkhd", bytes(84)),
        box(b"mdia", box(b"mdhd", bytes(24)), hdlr, box(b"minf", stbl)),
        *extra,
    )


def video(*moov_extra: bytes, brand: bytes = b"isom") -> tuple[bytes, bytes]:
    """Return an MP4 with a picture track, a track of positions and what is given, and its picture samples."""
    head = box(b"ftyp", brand, bytes(4), b"isommp42")
    picture = bytes(range(1, 200)) * 20
    samples = picture + SECRET + SECRET
    start = len(head) + 8
    mdat = box(b"mdat", samples)
    udta = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(SECRET), 0x15C7), SECRET))
    moov = box(
        b"moov",
        box(b"mvhd", bytes(100)),
        track(b"vide", start, [len(picture)], udta),
        track(b"meta", start + len(picture), [len(SECRET), len(SECRET)]),
        udta,
        box(b"meta", bytes(4), box(b"ilst", SECRET)),
        *moov_extra,
    )
    return head + mdat + moov + box(b"uuid", bytes(16), b"<x:xmpmeta>" + SECRET), picture


def stripped(data: bytes) -> bytes | None:
    out = io.BytesIO()
    return out.getvalue() if strip_video(io.BytesIO(data), out, len(data)) else None


@pytest.mark.parametrize("brand", [b"isom", b"qt  "])
def test_positions_and_names_are_wiped(world: Any, brand: bytes) -> None:
    data, picture = video(brand=brand)
    assert data.count(SECRET) == 6
    medium = store_medium(actor=SYSTEM, upload=data, filename="a.mp4", at=world.at)
    assert (medium.kind, medium.thumb_key) == ("video", "")
    with medium_storage().open(medium.small_key) as file:
        shown = file.read()
    assert SECRET not in shown
    assert b"PhoneOwner" not in shown
    assert b"xmpmeta" not in shown
    assert len(shown) == len(data)
    assert shown.index(picture) == data.index(picture), "every offset stays"
    assert shown.count(b"trak") == 1
    assert b"vide" in shown
    with medium_storage().open(medium.original_key) as file:
        assert file.read() == data


def test_a_box_nobody_knows_is_wiped() -> None:
    data, _picture = video(box(b"Xtra", b"WM/Author" + SECRET))
    clean = stripped(data)
    assert clean is not None
    assert SECRET not in clean
    assert b"WM/Author" not in clean


@pytest.mark.parametrize("cut", [9, 40, 200])
def test_a_container_that_ends_early_is_not_shown(cut: int) -> None:
    data, _picture = video()
    assert stripped(data[:-cut]) is None


def test_a_sensor_track_whose_samples_cannot_be_found_means_no_copy() -> None:
    lost = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), b"meta", bytes(12)), box(b"minf", box(b"stbl"))))
    data, _picture = video(lost)
    assert stripped(data) is None


def test_fragments_and_webm_get_no_copy(world: Any) -> None:
    data, _picture = video()
    assert stripped(data + box(b"moof", bytes(20))) is None
    webm = b"\x1aE\xdf\xa3\x93B\x82\x84webm" + bytes(20) + b"\x18\x53\x80\x67" + bytes(200)
    medium = store_medium(actor=SYSTEM, upload=webm, filename="a.webm", at=world.at)
    assert (medium.content_type, medium.small_key) == ("video/webm", "")


def test_hostile_tables_are_refused_without_harm() -> None:
    """Counts and offsets that lie: no crash, no endless reading, no copy."""
    for field in (b"stsz", b"stco", b"stsc"):
        data, _picture = video()
        at = data.rindex(field) + 8
        broken = data[:at] + b"\xff\xff\xff\xff" * 2 + data[at + 8 :]
        assert stripped(broken) is None
