"""Covering faces, plates and house numbers so that nobody gets them back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFilter

from wishloop.core.problem import Problem
from wishloop.evidence.limits import MAX_BOXES

# A box keeps at most this many flat cells on its long side, of 16 levels a channel: a face or a plate cannot be told from them.
CELLS = 4
LEVELS = 16
MARGIN = 0.04
MIN_SIDE_PERCENT = 0.2


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in per cent of the upright photo: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float

    def as_list(self) -> list[float]:
        """Return the four numbers, rounded to a hundredth, as they are kept."""
        return [round(value, 2) for value in (self.x, self.y, self.w, self.h)]


def checked_boxes(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes cut to the photo.

    Raises:
        Problem at ``boxes``: ``bad_box`` for numbers that are none, lie outside or span nothing; ``too_many_boxes``.
    """
    if len(boxes) > MAX_BOXES:
        raise Problem("too_many_boxes", _("一张照片最多遮盖 %(n)d 处。") % {"n": MAX_BOXES}, "boxes")
    return [_checked(number, box) for number, box in enumerate(boxes, 1)]


def _checked(number: int, box: Box) -> Box:
    if not all(math.isfinite(value) for value in (box.x, box.y, box.w, box.h)):
        raise _bad(number)
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(100.0, box.x + box.w), min(100.0, box.y + box.h)
    if right - left < MIN_SIDE_PERCENT or bottom - top < MIN_SIDE_PERCENT:
        raise _bad(number)
    return Box(left, top, right - left, bottom - top)


def _bad(number: int) -> Problem:
    return Problem(
        "bad_box",
        _("第 %(n)d 处遮盖不在照片内，或太小。左、上、宽、高都用 0 到 100 的百分数。") % {"n": number},
        "boxes",
    )


def cover(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Return a copy of ``image`` with every box covered; pixels outside the boxes stay as they were.

    Each box is widened by 4 % of its size, averaged into at most 4 x 4 cells of 16 levels, and smoothed. The cells are made
    from the whole photo's original each time, so that overlapping boxes do not undo one another.
    """
    covered = image.copy()
    for box in boxes:
        area = _pixels(box, image.size)
        covered.paste(_mosaic(image.crop(area)), area)
    return covered


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the box in whole pixels, rounded outwards and widened by the margin, at least one pixel each way."""
    width, height = size
    dx, dy = box.w * MARGIN, box.h * MARGIN
    left = math.floor(max(0.0, box.x - dx) * width / 100)
    top = math.floor(max(0.0, box.y - dy) * height / 100)
    right = math.ceil(min(100.0, box.x + box.w + dx) * width / 100)
    bottom = math.ceil(min(100.0, box.y + box.h + dy) * height / 100)
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _mosaic(region: Image.Image) -> Image.Image:
    """Return a region of the same size that holds nothing but its coarse cells."""
    width, height = region.size
    longest = max(width, height)
    columns, rows = (max(1, round(CELLS * edge / longest)) for edge in (width, height))
    # The box filter of a shrink averages every pixel of a cell into one number; below two pixels a cell it is one cell for all.
    if longest < 2 * CELLS:
        columns = rows = 1
    cells = region.resize((columns, rows), Image.Resampling.BOX)
    step = 256 // LEVELS
    cells = cells.point(lambda value: int(value) // step * step + step // 2)
    flat = cells.resize((width, height), Image.Resampling.NEAREST)
    return flat.filter(ImageFilter.GaussianBlur(longest / CELLS / 4))
