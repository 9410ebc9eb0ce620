"""Taking a file in: looked at, copied, written, and only then recorded.

Order, so that nothing is lost and nothing half done is ever seen: (1) check and make copies, outside any transaction of our
own; (2) write the files under keys nobody else uses; (3) insert the row, in one statement. A crash after (2) leaves files
without a row, which ``sweep_orphans`` removes; a row without its files cannot come about.
"""

from __future__ import annotations

import hashlib
import io
import math
import secrets
import tempfile
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.evidence.limits import CHUNK_BYTES, MAX_BYTES, MIB
from wishloop.evidence.models import Medium
from wishloop.evidence.permissions import may_upload
from wishloop.evidence.pictures import COPY_EXTENSION, copies_of
from wishloop.evidence.queries import medium_storage
from wishloop.evidence.sniffing import Sniffed, sniff
from wishloop.evidence.videos import check_video, strip_video

if TYPE_CHECKING:
    from wishloop.places.models import Place

_LARGEST = max(MAX_BYTES.values())


@dataclass(frozen=True, slots=True)
class _Received:
    """A file as it came: where its bytes can be read again, how many, and their SHA-256."""

    file: IO[bytes]
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class _Written:
    """The keys of a medium's files, and a photo's size."""

    original_key: str
    small_key: str = ""
    thumb_key: str = ""
    width_px: int | None = None
    height_px: int | None = None

    def keys(self) -> list[str]:
        """Return the keys in use."""
        return [key for key in (self.original_key, self.small_key, self.thumb_key) if key]


def store_medium(
    *,
    actor: Actor,
    upload: IO[bytes] | bytes | File[bytes],
    filename: str,
    at: datetime,
    taken_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    place: Place | None = None,
    medium_id: UUID | None = None,
) -> Medium:
    """Take one photo, video or PDF in and return its row; not shown anywhere until something keeps it (``keep_medium``).

    What it is, is told by its bytes; ``filename`` is only read for its absence and stored nowhere, because names carry people.
    Photos get two copies without metadata, upright, at most 1600 and 400 pixels long. The same ``medium_id`` with the same
    bytes again returns the medium there is, so that a phone may repeat an upload that broke off.

    Writes files before the row; see the module. At most 64 KiB of a file is in memory at a time, apart from decoded pixels.

    Raises:
        Problem at ``file``: ``missing``, ``too_large`` (status 413), and those of ``sniff``, ``copies_of``, ``check_video``;
            ``future_moment`` at ``taken_at``; ``bad_position`` at ``lat``/``lon``.
        Conflict: ``other_bytes`` when ``medium_id`` is taken by another file. Forbidden: the actor only reads.
    """
    if not may_upload(actor):
        raise Forbidden()
    _check_facts(taken_at, at, lat, lon)
    if not filename and not upload:
        raise Problem("missing", _("请先选择要上传的文件。"), "file")
    with _spooled(upload) as spool:
        received = _receive(upload, spool)
        identifier = medium_id or new_id()
        known = _known(identifier, received.sha256) if medium_id else None
        if known is not None:
            return known
        sniffed = sniff(received.file)
        _check_size(received.size_bytes, sniffed.kind)
        written = _write(identifier, received, sniffed, at)
    medium = Medium(
        id=identifier, kind=sniffed.kind, content_type=sniffed.content_type, size_bytes=received.size_bytes,
        sha256=received.sha256, original_key=written.original_key, small_key=written.small_key,
        thumb_key=written.thumb_key, width_px=written.width_px, height_px=written.height_px, taken_at=taken_at,
        lat=lat, lon=lon, place=place, uploaded_by_id=actor.user_id, recorded_at=at,
    )  # fmt: skip
    return _insert(medium, written)


def keep_medium(*, medium_id: UUID, at: datetime) -> Medium:
    """Mark a medium as used, so that it is not swept; locks its row. Call in the transaction that refers to it.

    Raises:
        Absent: it is not there (any more).
    """
    medium = Medium.objects.select_for_update().filter(pk=medium_id).first()
    if medium is None:
        raise Absent()
    if medium.kept_at is None:
        medium.kept_at = at
        medium.save(update_fields=["kept_at"])
    return medium


def _check_facts(taken_at: datetime | None, at: datetime, lat: float | None, lon: float | None) -> None:
    if taken_at is not None and taken_at > at:
        raise Problem("future_moment", _("拍摄时间不能晚于现在，请检查日期和时间。"), "taken_at")
    if (lat is None) != (lon is None):
        raise Problem("bad_position", _("位置要同时有纬度和经度。"), "lat" if lat is None else "lon")
    if lat is not None and not (math.isfinite(lat) and -90 <= lat <= 90):
        raise Problem("bad_position", _("纬度应在 -90 到 90 之间。"), "lat")
    if lon is not None and not (math.isfinite(lon) and -180 <= lon <= 180):
        raise Problem("bad_position", _("经度应在 -180 到 180 之间。"), "lon")


def _spooled(upload: object) -> tempfile.SpooledTemporaryFile[bytes]:
    """Return a place for the bytes of an upload that cannot be read twice; the disk above 1 MiB."""
    return tempfile.SpooledTemporaryFile(max_size=MIB)


def _receive(upload: IO[bytes] | bytes | File[bytes], spool: IO[bytes]) -> _Received:
    """Read an upload once, in pieces, no further than the largest size allowed."""
    source: IO[bytes] = io.BytesIO(upload) if isinstance(upload, bytes) else upload
    again = source.seekable()
    if again:
        source.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := source.read(CHUNK_BYTES):
        size += len(piece)
        if size > _LARGEST:
            raise too_large(_LARGEST)
        digest.update(piece)
        if not again:
            spool.write(piece)
    return _Received(source if again else spool, size, digest.digest())


def too_large(limit_bytes: int) -> Problem:
    """Return the problem of a file over its limit (status 413)."""
    return Problem(
        "too_large",
        _("文件太大，最多 %(limit)d MB。请压缩、剪短或分开上传。") % {"limit": limit_bytes // MIB},
        "file",
        status=413,
        data={"limit_bytes": limit_bytes},
    )


def _check_size(size_bytes: int, kind: str) -> None:
    if size_bytes > MAX_BYTES[kind]:
        raise too_large(MAX_BYTES[kind])


def _known(medium_id: UUID, sha256: bytes) -> Medium | None:
    """Return the medium of that id if it holds these bytes. Raises Conflict ``other_bytes``."""
    found = Medium.objects.filter(pk=medium_id).first()
    if found is None:
        return None
    if bytes(found.sha256) != sha256:
        raise Conflict("other_bytes", _("这个编号已经用于另一个文件。请刷新页面，重新选择文件上传。"))
    return found


def file_key(medium_id: UUID, name: str, at: datetime) -> str:
    """Return a fresh key: by day, so that a sweep lists few; then the medium; then what it is, with a part nobody can guess."""
    day = at.astimezone(SHANGHAI).date().isoformat()
    stem, _dot, ending = name.partition(".")
    return f"{day}/{medium_id}/{stem}-{secrets.token_hex(8)}.{ending}"


def _write(medium_id: UUID, received: _Received, sniffed: Sniffed, at: datetime) -> _Written:
    """Check the contents, make the copies and write all files; what was written is removed again when one fails."""
    if sniffed.kind == Medium.Kind.PHOTO:
        copies = copies_of(received.file)
        small: IO[bytes] | None = io.BytesIO(copies.small)
        thumb, size = io.BytesIO(copies.thumb), (copies.width_px, copies.height_px)
        return _save_all(medium_id, received, sniffed, at, small, COPY_EXTENSION, thumb, size)
    if sniffed.kind == Medium.Kind.VIDEO:
        check_video(received.file, sniffed.content_type, received.size_bytes)
        with tempfile.TemporaryFile() as copy:
            cleaned = sniffed.content_type != "video/webm" and strip_video(
                received.file, copy, received.size_bytes
            )
            return _save_all(medium_id, received, sniffed, at, copy if cleaned else None, ".mp4", None, None)
    _check_document(received)
    return _save_all(medium_id, received, sniffed, at, None, "", None, None)


def _save_all(
    medium_id: UUID,
    received: _Received,
    sniffed: Sniffed,
    at: datetime,
    small: IO[bytes] | None,
    small_extension: str,
    thumb: IO[bytes] | None,
    size: tuple[int, int] | None,
) -> _Written:
    storage, done = medium_storage(), []
    try:
        keys = {}
        for name, extension, content in (
            ("original", sniffed.extension, received.file),
            ("small", small_extension, small),
            ("thumb", COPY_EXTENSION, thumb),
        ):
            if content is not None:
                content.seek(0)
                key = file_key(medium_id, name + extension, at)
                done.append(key)
                keys[name] = storage.save(key, File(content))
    except BaseException:
        discard(done)
        raise
    return _Written(
        original_key=keys["original"],
        small_key=keys.get("small", ""),
        thumb_key=keys.get("thumb", ""),
        width_px=size[0] if size else None,
        height_px=size[1] if size else None,
    )


def discard(keys: list[str]) -> None:
    """Remove files that were just written and that no row refers to; what cannot be removed now is left to the sweep."""
    storage = medium_storage()
    for key in keys:
        storage.delete(key)


def _check_document(received: _Received) -> None:
    """Refuse a PDF that ends before its trailer. Raises Problem ``broken_document`` at ``file``."""
    received.file.seek(max(0, received.size_bytes - 2048))
    if b"%%EOF" not in received.file.read():
        raise Problem("broken_document", _("这份 PDF 没有传完或已经损坏。请重新选择。"), "file")


def _insert(medium: Medium, written: _Written) -> Medium:
    """Insert the row; when somebody inserted the same id meanwhile, theirs counts if it holds the same bytes."""
    try:
        with transaction.atomic():
            medium.save(force_insert=True)
    except IntegrityError:
        discard(written.keys())
        known = _known(medium.pk, bytes(medium.sha256))
        if known is None:
            raise
        return known
    return medium
