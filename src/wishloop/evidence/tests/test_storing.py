"""Taking files in: what is accepted, what is refused and how, and that nothing of the camera is left in a copy."""

from __future__ import annotations

import io
import struct
import threading
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from wishloop.core.actor import PUBLIC, SYSTEM
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.evidence import limits
from wishloop.evidence.models import Medium
from wishloop.evidence.operations import keep_medium, store_medium, sweep_orphans, sweep_pending
from wishloop.evidence.operations.sweeping import remove_files
from wishloop.evidence.pictures import copies_of
from wishloop.evidence.queries import medium_storage
from wishloop.evidence.sniffing import sniff

SECRET = b"PLANTED-13908911234"


def photo(size: tuple[int, int] = (800, 600), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """Return a photo whose left half is red and right half blue."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def planted_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    exif[0x013B] = SECRET.decode()  # Artist
    exif[0x0112] = orientation
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (29.0, 39.0, 12.345), "E", (91.0, 7.0, 54.321)
    gps[29] = SECRET.decode()
    return exif.tobytes()


def store(data: bytes, at: Any, **facts: Any) -> Medium:
    return store_medium(actor=SYSTEM, upload=data, filename="IMG.jpg", at=at, **facts)


def stored(key: str) -> bytes:
    with medium_storage().open(key) as file:
        return bytes(file.read())


def refused(data: bytes, at: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        store(data, at)
    assert not Medium.objects.exists()
    assert caught.value.field == "file"
    assert len(str(caught.value.message)) > 10
    return caught.value


def test_position_and_words_of_the_camera_are_in_no_copy(world: Any) -> None:
    """EXIF with GPS, its thumbnail, XMP and comments stay in the private original alone."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    data = photo(exif=planted_exif(), comment=SECRET, xmp=xmp)
    assert data.count(SECRET) >= 4
    medium = store(data, world.at)
    assert stored(medium.original_key) == data
    for key in (medium.small_key, medium.thumb_key):
        copy = stored(key)
        assert SECRET not in copy
        with Image.open(io.BytesIO(copy)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
            assert set(image.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }
    assert (medium.lat, medium.lon) == (None, None), "a position is never taken from EXIF unasked"


def test_words_in_a_png_are_in_no_copy(world: Any) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    words.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
    data = photo(kind="PNG", pnginfo=words, exif=planted_exif())
    assert SECRET in data
    medium = store(data, world.at)
    assert SECRET not in stored(medium.small_key) + stored(medium.thumb_key)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_stands_upright(world: Any, orientation: int) -> None:
    medium = store(photo((800, 400), exif=planted_exif(orientation)), world.at)
    turned = orientation >= 5
    assert (medium.width_px, medium.height_px) == ((400, 800) if turned else (800, 400))
    with Image.open(io.BytesIO(stored(medium.small_key))) as image:
        assert image.size == (medium.width_px, medium.height_px)
        corner = image.convert("RGB").getpixel((5, 5))
    assert isinstance(corner, tuple)
    red_first = orientation in (1, 4, 5, 6)
    assert (corner[0] > corner[2]) is red_first


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (photo(kind="PNG", mode="RGBA"), "image/png"),
        (photo(kind="PNG", mode="P"), "image/png"),
        (photo(kind="PNG", mode="1"), "image/png"),
        (photo(kind="PNG", mode="I;16"), "image/png"),
        (photo(kind="PNG", mode="LA"), "image/png"),
        (photo(mode="CMYK"), "image/jpeg"),
        (photo(mode="L"), "image/jpeg"),
        (photo(kind="WEBP"), "image/webp"),
        (photo(kind="AVIF"), "image/avif"),
        (photo(kind="GIF"), "image/gif"),
        (photo((1, 1)), "image/jpeg"),
        (photo((1, 3000)), "image/jpeg"),
    ],
)  # fmt: skip
def test_every_common_photo_is_taken(world: Any, data: bytes, content_type: str) -> None:
    medium = store(data, world.at)
    assert (medium.kind, medium.content_type) == ("photo", content_type)
    with Image.open(io.BytesIO(stored(medium.small_key))) as image:
        assert max(image.size) <= limits.SMALL_SIDE_PX
        assert image.mode == "RGB"
    with Image.open(io.BytesIO(stored(medium.thumb_key))) as image:
        assert max(image.size) <= limits.THUMB_SIDE_PX


def test_sixteen_bits_keep_light_and_dark(world: Any) -> None:
    row = struct.pack("<64H", *[2000] * 32, *[60000] * 32)
    image = Image.frombytes("I;16", (64, 64), row * 64)
    out = io.BytesIO()
    image.save(out, "PNG")
    medium = store(out.getvalue(), world.at)
    with Image.open(io.BytesIO(stored(medium.small_key))) as copy:
        dark, light = copy.convert("L").getpixel((5, 30)), copy.convert("L").getpixel((60, 30))
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 40 < 200 < light


def test_moving_pictures_become_their_first_frame(world: Any) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "lime", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    medium = store(out.getvalue(), world.at)
    with Image.open(io.BytesIO(stored(medium.small_key))) as image:
        assert getattr(image, "n_frames", 1) == 1
        pixel = image.convert("RGB").getpixel((30, 20))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200 > 60 > pixel[1]


def test_large_photo_is_made_small(world: Any) -> None:
    medium = store(photo((6000, 4000)), world.at)
    assert (medium.width_px, medium.height_px) == (6000, 4000)
    with Image.open(io.BytesIO(stored(medium.small_key))) as image:
        assert image.size == (1600, 1067)
    with Image.open(io.BytesIO(stored(medium.thumb_key))) as image:
        assert image.size == (400, 267)


def zip_bytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


HEIC = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(200)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"MZ\x90\x00" + bytes(500), "program_file"),
        (b"\x7fELF" + bytes(500), "program_file"),
        (b"#!/bin/sh\nrm -rf /\n", "program_file"),
        (zip_bytes(), "archive_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "markup_file"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "markup_file"),
        (HEIC, "heic_photo"),
        (b"hello, this is no photo at all", "unknown_file_kind"),
        (photo()[:2000], "broken_photo"),
        (photo(kind="PNG")[:-30], "broken_photo"),
        (photo(kind="PNG")[:60] + b"\x00\x01" + photo(kind="PNG")[62:], "broken_photo"),
        (b"\xff\xd8\xff\xe0" + bytes(3000), "broken_photo"),
        (b"GIF89a" + bytes(20), "broken_photo"),
        (b"%PDF-1.7\n" + bytes(4000), "broken_document"),
        (struct.pack(">I", 16) + b"ftypisom" + bytes(4) + struct.pack(">I", 5000) + b"moov", "broken_video"),
        (b"\x1aE\xdf\xa3\x93B\x82\x84webm" + bytes(100), "broken_video"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_words(world: Any, media: Path, data: bytes, code: str) -> None:
    assert refused(data, world.at).code == code
    assert not list(media.rglob("*.*")), "nothing is left behind"


def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes that claims, and holds, very many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\x00" + bytes(width // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SEEDS = [
    photo((60, 40), exif=planted_exif(6)), photo((60, 40), kind="PNG", exif=planted_exif(3)),
    photo((60, 40), kind="WEBP"), photo((60, 40), kind="GIF"), photo((60, 40), kind="AVIF"),
    photo((60, 40), mode="CMYK"),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)),
        min_size=1,
        max_size=8,
    ),
    st.floats(0.3, 1),
)
def test_damage_is_a_problem_never_a_crash(
    data: bytes, changes: list[tuple[float, bytes]], kept: float
) -> None:
    """Bytes changed anywhere, an end missing: a photo comes out, or a sentence."""
    broken = bytearray(data)
    for place, other in changes:
        at = int(place * len(broken))
        broken[at : at + len(other)] = other
    file = io.BytesIO(bytes(broken[: int(len(broken) * kept)]))
    try:
        if sniff(file).kind == "photo":
            assert max(Image.open(io.BytesIO(copies_of(file).thumb)).size) <= limits.THUMB_SIDE_PX
    except Problem as problem:
        assert problem.field == "file"  # noqa: PT017


def test_a_bomb_of_pixels_is_refused_by_its_header(world: Any) -> None:
    bomb = png_bomb(40_000, 40_000)
    assert len(bomb) < 300_000
    assert refused(bomb, world.at).code == "too_many_pixels"


def test_a_bomb_of_words_is_refused(world: Any) -> None:
    plain = photo(kind="PNG", size=(10, 10))
    packed = b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9)
    chunk = (
        struct.pack(">I", len(packed)) + b"zTXt" + packed + struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    )
    assert refused(plain[:33] + chunk + plain[33:], world.at).code == "broken_photo"


def test_what_hides_behind_a_photo_is_in_no_copy(world: Any) -> None:
    """A photo that is also a ZIP and a web page: its copies are pixels alone."""
    data = photo() + b"<html><script>alert(1)</script>" + zip_bytes()
    medium = store(data, world.at)
    copies = stored(medium.small_key) + stored(medium.thumb_key)
    assert b"<script" not in copies
    assert b"PK\x03\x04" not in copies


def test_pdf_is_kept_private_without_copies(world: Any) -> None:
    medium = store(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", world.at)
    assert (medium.kind, medium.small_key, medium.thumb_key) == ("document", "", "")


@pytest.mark.parametrize(
    ("head", "limit"),
    [(photo(), limits.PHOTO_MAX_BYTES), (b"%PDF-1.4\n", limits.DOCUMENT_MAX_BYTES)],
)  # fmt: skip
def test_each_kind_has_its_size(world: Any, head: bytes, limit: int) -> None:
    problem = refused(head + bytes(limit), world.at)
    assert (problem.code, problem.status) == ("too_large", 413)
    assert str(limit // limits.MIB) in str(problem.message)


class Endless(io.RawIOBase):
    """An upload that cannot be rewound and never ends; counts what was read of it."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 1024 * 1024, "read in pieces"
        self.given += size
        return bytes(size)


def test_reading_stops_at_the_limit(world: Any) -> None:
    endless = Endless()
    with pytest.raises(Problem) as caught:
        store_medium(actor=SYSTEM, upload=endless, filename="a.jpg", at=world.at)  # type: ignore[arg-type]
    assert caught.value.code == "too_large"
    assert endless.given <= limits.VIDEO_MAX_BYTES + limits.CHUNK_BYTES


def test_an_uploaded_file_of_django_is_taken(world: Any) -> None:
    upload = SimpleUploadedFile("x.exe", photo(), content_type="application/x-msdownload")
    medium = store_medium(actor=SYSTEM, upload=upload, filename="x.exe", at=world.at)
    assert medium.content_type == "image/jpeg", "told by content, not by name"
    assert "x.exe" not in "".join([medium.original_key, medium.small_key])


def test_the_same_upload_again_is_one_medium(world: Any, media: Path) -> None:
    identifier, data = uuid4(), photo()
    first = store(data, world.at, medium_id=identifier)
    files = sorted(media.rglob("*.*"))
    again = store(data, world.at + timedelta(hours=1), medium_id=identifier)
    assert again == first
    assert again.recorded_at == world.at
    assert sorted(media.rglob("*.*")) == files
    with pytest.raises(Conflict) as caught:
        store(photo((64, 64)), world.at, medium_id=identifier)
    assert caught.value.code == "other_bytes"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False])
def test_two_uploads_of_one_id_at_once(make_world: Any, media: Path, same: bool) -> None:
    at = make_world().at
    identifier, ready, outcome = uuid4(), threading.Barrier(2), []

    def upload(data: bytes) -> None:
        ready.wait()
        try:
            outcome.append(store(data, at, medium_id=identifier).sha256)
        except Conflict as problem:
            outcome.append(problem.code)
        finally:
            connections.close_all()

    files = [photo(), photo() if same else photo((300, 200))]
    threads = [threading.Thread(target=upload, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    medium = Medium.objects.get()
    if same:
        assert [bytes(entry) for entry in outcome] == [bytes(medium.sha256)] * 2
    else:
        assert outcome.count("other_bytes") == 1
    on_disk = {str(path.relative_to(media)) for path in media.rglob("*.*")}
    assert on_disk == {medium.original_key, medium.small_key, medium.thumb_key}, "the loser cleans up"


def test_files_are_private_on_disk(world: Any, media: Path) -> None:
    medium = store(photo(), world.at)
    path = media / medium.original_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert media.stat().st_mode & 0o777 == 0o700


def test_facts_are_checked(world: Any) -> None:
    for facts, field in (
        ({"taken_at": world.later(hours=1)}, "taken_at"),
        ({"lat": 29.6}, "lon"),
        ({"lat": 129.6, "lon": 91.1}, "lat"),
        ({"lat": float("nan"), "lon": 91.1}, "lat"),
        ({"lat": 29.6, "lon": 191.1}, "lon"),
    ):
        with pytest.raises(Problem) as caught:
            store(photo(), world.at, **facts)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("role", "may"),
    [("steward", True), ("grid_worker", True), ("member", True), ("volunteer", True), ("partner", True),
     ("administrator", True), ("supervisor", False), ("leader", False)],
)  # fmt: skip
def test_who_may_hand_in(world: Any, role: str, may: bool) -> None:
    actor = world.actor(role)
    if may:
        medium = store_medium(actor=actor, upload=photo(), filename="a.jpg", at=world.at)
        assert medium.uploaded_by_id == actor.user_id
    else:
        with pytest.raises(Forbidden):
            store_medium(actor=actor, upload=photo(), filename="a.jpg", at=world.at)


def test_unused_media_are_swept_after_a_day(world: Any, media: Path) -> None:
    store_medium(actor=PUBLIC, upload=photo(), filename="a.jpg", at=world.at)
    kept = store(photo((50, 50)), world.at)
    keep_medium(medium_id=kept.pk, at=world.at)
    young = store(photo((60, 60)), world.later(hours=23))
    assert sweep_pending(at=world.later(hours=23)) == 0
    assert sweep_pending(at=world.later(hours=25)) == 1
    assert set(Medium.objects.all()) == {kept, young}
    with pytest.raises(Absent):
        keep_medium(medium_id=uuid4(), at=world.at)


def test_a_crash_between_files_and_row_leaves_only_what_the_sweep_removes(
    world: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store(photo(), world.at)

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Medium, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        store(photo((70, 70)), world.at)
    monkeypatch.undo()
    assert len(list(media.rglob("*.*"))) == 6
    assert sweep_orphans(at=world.later(hours=20)) == 0, "a transaction may still be open"
    assert sweep_orphans(at=world.later(days=2)) == 3
    assert {str(path.relative_to(media)) for path in media.rglob("*.*")} == {
        kept.original_key, kept.small_key, kept.thumb_key,
    }  # fmt: skip
    assert sweep_orphans(at=world.later(days=2)) == 0


def test_a_file_in_use_is_never_removed(world: Any) -> None:
    medium = store(photo(), world.at)
    assert remove_files(keys=[medium.original_key, "2025-01-01/nothing/there.jpg", ""]) == 1
    assert stored(medium.original_key)


def test_a_failed_write_leaves_nothing(world: Any, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.storage import FileSystemStorage

    save, calls = FileSystemStorage.save, []

    def third_fails(self: Any, name: str, content: Any, max_length: int | None = None) -> str:
        calls.append(name)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return save(self, name, content, max_length)

    monkeypatch.setattr(FileSystemStorage, "save", third_fails)
    with pytest.raises(OSError, match="No space"):
        store(photo(), world.at)
    assert not Medium.objects.exists()
    assert not list(media.rglob("*.*"))


def test_another_storage_will_do(world: Any, settings: Any) -> None:
    """The same with a storage that is no folder (as S3 is none): Django's in-memory one."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    medium = store(photo(), world.at)
    assert stored(medium.small_key)
    assert sweep_orphans(at=world.later(days=3)) == 0
    assert sweep_pending(at=world.later(days=3)) == 1
    assert sweep_orphans(at=world.later(days=3)) == 3
