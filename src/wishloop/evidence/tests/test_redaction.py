"""What is covered is gone: no pixel, no pattern and no edge of it can be had from the public copy."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from wishloop.core.actor import SYSTEM
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.evidence.models import Medium
from wishloop.evidence.operations import (
    Box,
    preview_release,
    release_for_public,
    remove_files,
    store_medium,
    withdraw_from_public,
)
from wishloop.evidence.queries import medium_storage
from wishloop.evidence.redaction import CELLS, checked_boxes, cover

percent = st.floats(-50, 150, allow_nan=False)


def noise(size: tuple[int, int], seed: int) -> Image.Image:
    """Return a picture full of detail."""
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))


@given(st.lists(st.tuples(percent, percent, percent, percent), max_size=8))
def test_boxes_are_cut_to_the_photo_or_refused(numbers: list[tuple[float, ...]]) -> None:
    try:
        checked = checked_boxes([Box(*four) for four in numbers])
    except Problem as problem:
        assert problem.code == "bad_box"  # noqa: PT017
        return
    for box in checked:
        assert box.x >= 0
        assert box.y >= 0
        assert box.w > 0
        assert box.h > 0
        assert box.x + box.w <= 100.0001
        assert box.y + box.h <= 100.0001


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    for place in range(4):
        four = [10.0, 10.0, 10.0, 10.0]
        four[place] = bad
        with pytest.raises(Problem) as caught:
            checked_boxes([Box(*four)])
        assert caught.value.code == "bad_box"
    with pytest.raises(Problem) as caught:
        checked_boxes([Box(1, 1, 5, 5)] * 61)
    assert caught.value.code == "too_many_boxes"


inside = st.tuples(st.floats(0, 80), st.floats(0, 80), st.floats(3, 60), st.floats(3, 60))


@settings(max_examples=60, deadline=None)
@given(inside, st.integers(0, 9), st.sampled_from([(1, 1), (7, 3), (40, 300), (160, 120), (321, 77)]))
def test_outside_nothing_changes_inside_nothing_is_left(
    four: tuple[float, ...], seed: int, size: tuple[int, int]
) -> None:
    box = checked_boxes([Box(*four)])[0]
    image = noise(size, seed)
    covered = cover(image, [box])
    assert covered.size == image.size
    margin_x, margin_y = box.w * 0.05, box.h * 0.05
    mask = Image.new("L", size, 255)
    mask.paste(
        0,
        (
            int((box.x - margin_x) * size[0] / 100) - 1,
            int((box.y - margin_y) * size[1] / 100) - 1,
            int((box.x + box.w + margin_x) * size[0] / 100) + 2,
            int((box.y + box.h + margin_y) * size[1] / 100) + 2,
        ),
    )
    difference = ImageChops.difference(image, covered).convert("L")
    assert ImageChops.multiply(difference, mask).getbbox() is None, "pixels outside the box stay"
    core = tuple(
        int(value)
        for value in (
            box.x * size[0] / 100 + 1, box.y * size[1] / 100 + 1,
            (box.x + box.w) * size[0] / 100 - 1, (box.y + box.h) * size[1] / 100 - 1,
        )
    )  # fmt: skip
    if core[2] - core[0] > 8 and core[3] - core[1] > 8:
        before = ImageStat.Stat(image.crop(core)).var
        after = ImageStat.Stat(covered.crop(core)).var
        assert max(after) < min(before) / 10, "noise is averaged away"


def test_two_different_faces_give_the_same_cover() -> None:
    """Shuffling the pixels within each cell changes the face and not the result: so the result cannot tell them apart."""
    size, box = (400, 400), Box(0, 0, 100, 100)
    cell = size[0] // CELLS
    one, other = noise(size, 1), Image.new("RGB", size)
    for row in range(CELLS):
        for column in range(CELLS):
            area = (column * cell, row * cell, (column + 1) * cell, (row + 1) * cell)
            other.paste(one.crop(area).rotate(180), area)
    assert ImageStat.Stat(ImageChops.difference(one, other)).mean[0] > 50, "the two are quite different"
    assert cover(one, [box]).tobytes() == cover(other, [box]).tobytes()


def test_no_letter_of_a_plate_is_left() -> None:
    """Two plates of the same weight of ink cannot be told apart: fewer cells than letters, few levels each."""
    from PIL import ImageDraw

    def plate(text: str) -> Image.Image:
        image = Image.new("RGB", (700, 200), (20, 60, 160))
        ImageDraw.Draw(image).text((40, 30), text, fill="white", font_size=120)
        return image

    box = [Box(0, 0, 100, 100)]
    one, other = cover(plate("A7K9M2"), box), cover(plate("A2M9K7"), box)
    assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 12
    colours = one.resize((CELLS, 1), Image.Resampling.BOX).getcolors(maxcolors=CELLS)
    assert colours is not None


def test_overlapping_boxes_do_not_undo_one_another() -> None:
    image = noise((200, 200), 3)
    both = cover(image, [Box(10, 10, 50, 50), Box(30, 30, 50, 50)])
    core = both.crop((70, 70, 110, 110))
    assert max(ImageStat.Stat(core).var) < 500 < min(ImageStat.Stat(image.crop((70, 70, 110, 110))).var)


def stored_photo(at: Any) -> Medium:
    out = io.BytesIO()
    noise((500, 400), 5).save(out, "JPEG", quality=95, comment=b"PLANTED")
    return store_medium(actor=SYSTEM, upload=out.getvalue(), filename="a.jpg", at=at)


def read(key: str) -> bytes:
    with medium_storage().open(key) as file:
        return bytes(file.read())


def release(medium: Medium, at: Any, **facts: Any) -> Medium:
    given: dict[str, Any] = {"boxes": [Box(20, 20, 40, 40)], "consent_given": True, **facts}
    return release_for_public(actor=facts.pop("actor", SYSTEM), medium_id=medium.pk, at=at, **given)


def test_release_makes_a_covered_copy_and_leaves_the_rest(world: Any) -> None:
    medium = stored_photo(world.at)
    before = {key: read(key) for key in (medium.original_key, medium.small_key, medium.thumb_key)}
    released = release(medium, world.at)
    public = read(released.public_key)
    assert b"PLANTED" not in public + read(released.public_thumb_key)
    assert public not in before.values()
    with Image.open(io.BytesIO(public)) as image:
        core = image.convert("RGB").crop((120, 100, 280, 220))
    with Image.open(io.BytesIO(before[medium.small_key])) as image:
        original = image.convert("RGB").crop((120, 100, 280, 220))
    assert max(ImageStat.Stat(core).var) < min(ImageStat.Stat(original).var) / 8
    assert {key: read(key) for key in before} == before
    assert released.public_boxes == [[20.0, 20.0, 40.0, 40.0]]
    assert preview_release(medium_id=medium.pk, boxes=[Box(20, 20, 40, 40)]) == public, (
        "the preview is what comes"
    )


def test_release_again_and_withdrawal_leave_no_old_copy(world: Any) -> None:
    medium = stored_photo(world.at)
    first = release(medium, world.at)
    old = [first.public_key, first.public_thumb_key]
    second = release(medium, world.at + timedelta(hours=1), boxes=[Box(0, 0, 90, 90)])
    assert set(old).isdisjoint({second.public_key, second.public_thumb_key})
    assert queued_removals() == [sorted(old)]
    assert remove_files(keys=old) == 2
    assert not any(medium_storage().exists(key) for key in old)
    gone = withdraw_from_public(actor=SYSTEM, medium_id=medium.pk, at=world.at)
    assert (gone.public_key, gone.public_thumb_key) == ("", "")
    assert gone.public_boxes == [[0.0, 0.0, 90.0, 90.0]], "where to start from next time"
    assert len(queued_removals()) == 2
    withdraw_from_public(actor=SYSTEM, medium_id=medium.pk, at=world.at)
    assert len(queued_removals()) == 2, "repeating does nothing"


def queued_removals() -> list[list[str]]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    jobs = ProcrastinateJob.objects.filter(task_name="evidence.remove").order_by("id")
    return [sorted(job.args["keys"]) for job in jobs]


def test_what_a_release_needs(world: Any) -> None:
    medium = stored_photo(world.at)
    for facts, code in (
        ({"consent_given": False}, "no_photo_consent"),
        ({"boxes": []}, "nothing_covered"),
        ({"boxes": [Box(100, 100, 5, 5)]}, "bad_box"),
    ):
        with pytest.raises(Problem) as caught:
            release(medium, world.at, **facts)
        assert caught.value.code == code
    with pytest.raises(Forbidden):
        release_for_public(
            actor=world.actor("supervisor"),
            medium_id=medium.pk,
            boxes=[Box(1, 1, 9, 9)],
            consent_given=True,
            at=world.at,
        )
    medium.refresh_from_db()
    assert medium.public_key == ""
    assert release(medium, world.at, boxes=[], nothing_to_cover=True).public_key


def test_only_photos_are_ever_public(world: Any) -> None:
    paper = store_medium(actor=SYSTEM, upload=b"%PDF-1.4\n%%EOF\n", filename="a.pdf", at=world.at)
    with pytest.raises(Conflict) as caught:
        release(paper, world.at)
    assert caught.value.code == "not_a_photo"
