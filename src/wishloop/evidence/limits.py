"""How large a file may be, by kind; figures only. docs/reference/media.md prints them from here."""

from __future__ import annotations

MIB = 1024 * 1024
PHOTO_MAX_BYTES = 15 * MIB
VIDEO_MAX_BYTES = 64 * MIB
DOCUMENT_MAX_BYTES = 20 * MIB
MAX_BYTES = {"photo": PHOTO_MAX_BYTES, "video": VIDEO_MAX_BYTES, "document": DOCUMENT_MAX_BYTES}

# A whole request: the largest file, a few photos beside it, and what a form adds. More is turned away unread.
REQUEST_MAX_BYTES = 80 * MIB
# How much of a refused request is read and thrown away, so that a browser sees the answer instead of a broken connection.
DRAIN_MAX_BYTES = 256 * MIB

# JPEG is decoded at a half, a quarter or an eighth of its size (108-megapixel phones); other formats must be decoded whole.
JPEG_MAX_PIXELS = 128_000_000
OTHER_MAX_PIXELS = 40_000_000
SMALL_SIDE_PX = 1600
THUMB_SIDE_PX = 400

MAX_BOXES = 60
PENDING_HOURS = 24
CHUNK_BYTES = 64 * 1024
