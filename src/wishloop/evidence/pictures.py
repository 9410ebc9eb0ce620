"""Photos: decoded with limits, and copied without anything but their pixels."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from wishloop.core.problem import Problem
from wishloop.evidence.limits import JPEG_MAX_PIXELS, OTHER_MAX_PIXELS, SMALL_SIDE_PX, THUMB_SIDE_PX

# For the whole process: nothing this large is decoded anywhere, and Pillow's warning never comes before our own refusal.
Image.MAX_IMAGE_PIXELS = JPEG_MAX_PIXELS

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
COPY_TYPE = "image/jpeg"
COPY_EXTENSION = ".jpg"
_QUALITY = 80
# What Pillow raises on damaged or hostile files, beside its own errors.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, KeyError, OverflowError, MemoryError, RuntimeError,
           struct.error, zlib.error)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copies:
    """What is shown of a photo: size upright in pixels as sent, and two stripped JPEG copies."""

    width_px: int
    height_px: int
    small: bytes
    thumb: bytes


def copies_of(file: IO[bytes]) -> Copies:
    """Decode a photo and return its copies: upright, sRGB, opaque, first frame, without any metadata.

    Memory stays below about four bytes a pixel of the limits in ``limits.py``.

    Raises:
        Problem at ``file``: ``too_many_pixels``, ``broken_photo``.
    """
    width, height = _checked_size(file)
    try:
        upright, turned = _decoded(file)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except _DAMAGE as error:
        raise _broken() from error
    if turned:
        width, height = height, width
    small = _fitted(upright, SMALL_SIDE_PX)
    return Copies(width, height, as_jpeg(small), as_jpeg(_fitted(small, THUMB_SIDE_PX)))


def _too_many_pixels() -> Problem:
    return Problem(
        "too_many_pixels", _("这张照片的像素太多，无法处理。请在手机上缩小或截图后再上传。"), "file"
    )


def _broken() -> Problem:
    return Problem("broken_photo", _("这张照片打不开，可能没有传完或已经损坏。请重新选择或重拍。"), "file")


def _checked_size(file: IO[bytes]) -> tuple[int, int]:
    """Return the size the header states, before a single pixel is decoded; checks a PNG's sums on the way."""
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            whole = image.format not in ("JPEG", "MPO")
            if width * height > (OTHER_MAX_PIXELS if whole else JPEG_MAX_PIXELS) or min(width, height) < 1:
                raise _too_many_pixels()
            image.verify()
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, *_DAMAGE) as error:
        raise _broken() from error
    return width, height


def _decoded(file: IO[bytes]) -> tuple[Image.Image, bool]:
    """Return the pixels as a fresh upright RGB image no larger than needed, and whether width and height changed places."""
    file.seek(0)
    with Image.open(file, formats=FORMATS) as image:
        image.draft("RGB", _fitting(image.size, SMALL_SIDE_PX))  # JPEG only: decodes at a fraction
        image.load()
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return _plain_rgb(upright, profile if isinstance(profile, bytes) else None), turned


def _plain_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB on white, in a new object that carries no info of the old one."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        ground.alpha_composite(image)
        image = ground.convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _to_srgb(image, profile)
    if image.mode != "RGB":
        image = image.convert("RGB")
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    return clean


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a greyscale image of 16 or 32 bits with its range squeezed into eight."""
    deep = image.convert("F")
    low, high = deep.getextrema()
    assert isinstance(low, float)
    assert isinstance(high, float)
    top = 255.0 if high <= 255 else max(high, 65535.0)
    return deep.point(lambda value: value * (255.0 / top) + 0.0).convert("L")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the colours as sRGB, so that dropping the profile does not shift them; a profile nobody can read is dropped."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return found if found is not None else image


def _fitted(image: Image.Image, side_px: int) -> Image.Image:
    """Return the image no longer than ``side_px`` on its long side; never enlarged."""
    size = _fitting(image.size, side_px)
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _fitting(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    """Return ``size`` scaled down so that its long side is at most ``side_px``."""
    scale = min(1.0, side_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def as_jpeg(image: Image.Image) -> bytes:
    """Return an image as JPEG bytes: pixels alone, nothing of ``image.info``."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def opened_copy(data: bytes) -> Image.Image:
    """Return one of our own JPEG copies as an RGB image."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        return image.convert("RGB")


def thumb_of(image: Image.Image) -> bytes:
    """Return the thumbnail of an image as JPEG bytes."""
    return as_jpeg(_fitted(image, THUMB_SIDE_PX))
