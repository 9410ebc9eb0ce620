"""Personal data in free text: what must be found, and what must be left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishloop.core.masking import Kind, find_personal, mask_text

FOUND = [
    ("电话13908910001", Kind.PHONE, ["13908910001"]),
    ("打139 0891 0001或者138-0891-0002", Kind.PHONE, ["139 0891 0001", "138-0891-0002"]),
    ("我的号码是１３９０８９１０００１。", Kind.PHONE, ["１３９０８９１０００１"]),
    ("一三九零八九一零零零一", Kind.PHONE, ["一三九零八九一零零零一"]),
    ("幺三九〇八九幺〇〇〇二", Kind.PHONE, ["幺三九〇八九幺〇〇〇二"]),
    ("139O891OOO1", Kind.PHONE, ["139O891OOO1"]),
    ("+86 139 0891 0001", Kind.PHONE, ["+86 139 0891 0001"]),
    ("139\u200b0891\u200b0001", Kind.PHONE, ["139\u200b0891\u200b0001"]),
    ("①③⑨⓪⑧⑨①⓪⓪⓪①", Kind.PHONE, ["①③⑨⓪⑧⑨①⓪⓪⓪①"]),
    ("༡༣༩༠༨༩༡༠༠༠༡", Kind.PHONE, ["༡༣༩༠༨༩༡༠༠༠༡"]),
    ("座机0891-6321234转8001", Kind.PHONE, ["0891-6321234转8001"]),
    ("家里电话是632 1234", Kind.PHONE, ["632 1234"]),
    ("身份证540102199003074578", Kind.ID_NUMBER, ["540102199003074578"]),
    ("540102 19900307 457X", Kind.ID_NUMBER, ["540102 19900307 457X"]),
    ("老证540102900307457", Kind.ID_NUMBER, ["540102900307457"]),
    ("卡号6222 0212 3456 7890 123", Kind.BANK_CARD, ["6222 0212 3456 7890 123"]),
    ("打到4111111111111111", Kind.BANK_CARD, ["4111111111111111"]),
    ("发到drolma@example.org或a.b@c.cn", Kind.EMAIL, ["drolma@example.org", "a.b@c.cn"]),
    ("加微信:lhasa_2020", Kind.WECHAT, ["lhasa_2020"]),
    ("我的微信号是zx1990", Kind.WECHAT, ["zx1990"]),
    ("QQ 12345678", Kind.WECHAT, ["12345678"]),
    ("车牌藏A12345挡路,还有川A·D12345", Kind.PLATE, ["藏A12345", "川A·D12345"]),
    ("住3栋2单元401", Kind.ADDRESS, ["3栋2单元401"]),
    ("住在三栋二单元四零一", Kind.ADDRESS, ["三栋二单元四零一"]),
    ("12号院的水管", Kind.ADDRESS, ["12号院"]),
    ("A座1203室", Kind.ADDRESS, ["A座1203室"]),
    ("北京中路38号", Kind.ADDRESS, ["38号"]),
    ("加尔西村5组12号", Kind.ADDRESS, ["5组12号"]),
    ("门牌号：7-2", Kind.ADDRESS, ["门牌号：7-2"]),
    ("3-2-401没有灯", Kind.ADDRESS, ["3-2-401"]),
    ("2单元漏水", Kind.ADDRESS, ["2单元"]),
    ("我叫张伟，想要轮椅", Kind.NAME, ["张伟"]),
    ("我叫贡秋曲吉，想要轮椅", Kind.NAME, ["贡秋曲吉"]),
    ("联系人：欧阳娜娜", Kind.NAME, ["欧阳娜娜"]),
    ("联系人:次仁", Kind.NAME, ["次仁"]),
    ("旦增卓嘎想要一副老花镜", Kind.NAME, ["旦增卓嘎"]),
    ("给张国强老人送饭", Kind.NAME, ["张国强"]),
    ("看望次仁奶奶", Kind.NAME, ["次仁"]),
    ("我是李建国，今年80岁", Kind.NAME, ["李建国"]),
    ("居民扎西，家里漏水", Kind.NAME, ["扎西"]),
    ("My name is Tenzin Dolma and", Kind.NAME, ["Tenzin Dolma"]),
]


@pytest.mark.parametrize(("text", "kind", "expected"), FOUND)
def test_every_occurrence_is_found(text: str, kind: Kind, expected: list[str]) -> None:
    found = [text[item.start : item.end] for item in find_personal(text) if item.kind is kind]
    assert found == expected


LEFT_ALONE = [
    "想要38号的鞋子，38码和35码",
    "微信也打不开",
    "楼道的灯坏了两个月，住六楼没有电梯",
    "欠我四个月工资，一共一万二",
    "高龄老人没人照顾，孤寡老人做饭困难",
    "我叫不到车，没办法去医院",
    "我是理发师，每周三下午有空",
    "2025年11月23日上午10:30在居委会",
    "2025-01-02 2025-03-04",
    "价格是1200-1500元，重25.5公斤",
    "拨打12345或者119、120",
    "客服400-123-4567没人接",
    "院子里的老墙往外歪了",
    "扎西街道的格桑花开了，尼玛社区旁边",
    "从布达拉宫到大昭寺一共3公里",
    "冰箱型号BCD-215，用了12年",
    "想要一座桥，一栋楼也行",
    "第3号和第5号路灯不亮",
    "乘坐17路公交在3号线换乘",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert [(text[f.start : f.end], f.kind) for f in find_personal(text)] == []


def test_known_names_are_found_everywhere_and_with_gaps() -> None:
    masked = mask_text("格桑说，格 桑的炉子坏了；Tashi and tashi", ["格桑", "Tashi"])
    assert [masked_text.kind for masked_text in masked.spans] == [Kind.NAME] * 4
    assert "格桑" not in masked.text
    assert "ashi" not in masked.text


def test_names_keep_their_first_character() -> None:
    assert mask_text("我叫张伟，我叫旦增卓嘎，").text == "我叫张*，我叫旦***，"


def test_diagnoses_and_schools_only_when_asked() -> None:
    text = "得了肺癌，孩子在拉萨市第一小学三年级2班"
    assert find_personal(text) == []
    assert mask_text(text, patient=True, minor=True).text == "得了***，孩子在******"


def test_pieces_show_what_was_covered() -> None:
    masked = mask_text("电话13908910001，谢谢")
    assert [(piece.text, piece.kind) for piece in masked.pieces] == [
        ("电话", None),
        ("***", Kind.PHONE),
        ("，谢谢", None),
    ]
    assert "".join(piece.text for piece in masked.pieces) == masked.text


WORDS = st.sampled_from(
    [
        "我叫",
        "联系人：",
        "电话",
        "住",
        "3栋",
        "2单元",
        "401",
        "张伟",
        "次仁卓玛",
        "老人",
        "13908910001",
        "-",
        " ",
        "，",
        "藏A",
        "12345",
        "号",
        "院",
        "微信",
        "zx",
        "@",
        "a.cn",
        "540102199003074578",
        "一三九",
        "〇",
        "Ｏ",
        "O",
        "1",
        "9",
        "*",
        "*" * 3,
        "\n",
        "<b>",
        "村5组",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map("".join))


@given(TEXTS, st.lists(st.text(min_size=2, max_size=4), max_size=2))
def test_masked_text_has_nothing_left_to_find(text: str, names: list[str]) -> None:
    masked = mask_text(text, names)
    assert find_personal(masked.text) == [] or find_personal(masked.text, names) == []
    assert mask_text(masked.text).text == masked.text


@given(TEXTS)
def test_spans_are_in_order_and_inside_and_the_rest_is_kept(text: str) -> None:
    masked = mask_text(text)
    ends = [0, *[span.end for span in masked.spans]]
    assert all(
        0 <= end <= span.start < span.end <= len(text) for end, span in zip(ends, masked.spans, strict=False)
    )
    kept = [piece.text for piece in masked.pieces if piece.kind is None]
    outside = []
    for end, start in zip(ends, [*[span.start for span in masked.spans], len(text)], strict=True):
        if text[end:start]:
            outside.append(text[end:start])
    assert kept == outside


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", " ", "-", "—", ".", "\u200b", "、"]),
    st.sampled_from(["想要轮椅，电话", "", "call ", "\n"]),
    st.integers(1, 4),
)
def test_no_mobile_number_survives_however_it_is_grouped(
    phone: str, gap: str, before: str, times: int
) -> None:
    written = gap.join([phone[:3], phone[3:7], phone[7:]])
    masked = mask_text("；".join([before + written] * times))
    digits = "".join(ch for ch in masked.text if ch.isdigit())
    assert phone not in digits
    assert masked.text.count("***") >= times


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


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "13",
        "我叫",
        "我是张",
        "a@",
        "院",
        "1栋",
        "老人",
        "扎西",
        "小学",
        "在大小学",
        "2025-01-02 ",
        "QQ ",
        "12-",
        "姓名",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    import time

    text = (piece * 2000)[:2000]
    began = time.process_time()
    mask_text(text, ["张伟"], patient=True, minor=True)
    assert time.process_time() - began < 0.5
