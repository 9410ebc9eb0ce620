"""Personal data in free text is found, each time it occurs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishloop.core.masking import find_personal, mask_text
from wishloop.core.names import mask_name


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("请打13912345678或者138 1234 5678", ["13912345678", "138 1234 5678"]),
        ("电话：１３９１２３４５６７８", ["１３９１２３４５６７８"]),
        ("幺三九一二三四五六七八找我", ["幺三九一二三四五六七八"]),
        ("+86-139-1234-5678", ["139-1234-5678"]),
        ("座机0891-6321234", ["6321234"]),
        ("身份证54010219500101123X", ["54010219500101123X"]),
        ("卡号6222021234567890128 谢谢", []),
        ("卡号 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("住3栋501,找我", ["3栋501"]),
        ("家在2号楼3单元402室", ["2号楼3单元402室"]),
        ("北京中路23号院", ["23号"]),
        ("加微信xx888abc", ["xx888abc"]),
        ("我叫扎西顿珠，想要轮椅", ["扎西顿珠"]),
        ("联系人：张伟", ["张伟"]),
        ("车停在门口 藏A12345", ["藏A12345"]),
        ("写信 a.b@example.com", ["a.b@example.com"]),
    ],
)
def test_masks_every_occurrence(text: str, gone: list[str]) -> None:
    masked = mask_text(text)
    for piece in gone:
        assert piece not in masked.text
    assert not find_personal(masked.text)


@pytest.mark.parametrize(
    "text",
    [
        "想要38号的鞋子",
        "欠我四个月工资，一共一万二",
        "我今年80多岁",
        "两个孩子没有过冬的鞋,38码和35码",
        "想在10月25日前",
        "我是理发师，可以免费理发",
    ],
)
def test_leaves_ordinary_words(text: str) -> None:
    assert mask_text(text).text == text


@given(st.text(max_size=200))
def test_masking_is_stable_and_keeps_the_rest(text: str) -> None:
    masked = mask_text(text)
    kept = "".join(text[a:b] for a, b in _outside(text, masked.found))
    assert masked.text.replace("＊＊＊", "") == kept.replace("＊＊＊", "") or "＊" in text


def _outside(text: str, found: tuple[object, ...]) -> list[tuple[int, int]]:
    edges, last = [], 0
    for item in found:
        edges.append((last, item.start))  # type: ignore[attr-defined]
        last = item.end  # type: ignore[attr-defined]
    return [*edges, (last, len(text))]


@pytest.mark.parametrize(
    ("name", "public"),
    [("张伟", "张*"), ("王小明", "王**"), ("欧阳娜娜", "欧阳**"), ("扎西顿珠", "扎***"), ("卓玛", "卓***"), ("次某", "次***"), ("", "一位居民"),
     ("Tashi Dorje", "T***")],
)  # fmt: skip
def test_names(name: str, public: str) -> None:
    assert mask_name(name) == public


def test_a_minor_has_no_name() -> None:
    assert mask_name("张伟", is_minor=True) == "一名未成年居民"
