"""What the public reads of a name."""

from __future__ import annotations

import pytest

from wishloop.core.names import mask_name


@pytest.mark.parametrize(
    ("name", "public"),
    [("张伟", "张*"), ("王小明", "王**"), ("欧阳娜娜", "欧阳**"), ("扎西顿珠", "扎***"), ("卓玛", "卓***"), ("次某", "次***"), ("", "一位居民"),
     ("Tashi Dorje", "T***")],
)  # fmt: skip
def test_names(name: str, public: str) -> None:
    assert mask_name(name) == public


def test_a_minor_has_no_name() -> None:
    assert mask_name("张伟", is_minor=True) == "一名未成年居民"
