"""Suggestions for the triage desk: explained guesses, never decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishloop.cases.models import Tier
from wishloop.wishes.suggestions import (
    CategoryWords,
    find_dangers,
    shipped_categories,
    signals,
    suggest,
)
from wishloop.wishes.urgency import learn

SHIPPED = shipped_categories()
CODES = {c.code for c in SHIPPED}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("爷爷想要一辆轮椅出门晒太阳", "assistive_device"),
        ("家里的冰箱坏了，不制冷", "repair"),
        ("想给女儿买一个新书包", "education"),
        ("巷子里的路灯好几天不亮了", "public_facility"),
        ("老板拖欠三个月工资不给", "legal"),
        ("想问一下高龄补贴怎么申请", "policy"),
        ("楼上半夜装修太吵，噪音扰民", "neighbour_dispute"),
        ("代办信用卡，加微信领红包", "spam"),
        ("啊啊啊啊啊", "not_a_wish"),
        ("我是电工，可以免费帮老人修灯", "not_a_wish"),
    ],
)
def test_category(text: str, code: str) -> None:
    assert suggest(text, SHIPPED).category_code == code


@pytest.mark.parametrize(
    ("text", "danger", "tier"),
    [
        ("厨房总有一股煤气味", "gas", Tier.SAFETY_HAZARD),
        ("晚上烧牛粪炉子，早上起来头晕", "gas", Tier.SAFETY_HAZARD),
        ("一插电就冒烟，插座也烧焦了", "electric", Tier.SAFETY_HAZARD),
        ("后墙裂了一条大缝", "structure", Tier.SAFETY_HAZARD),
        ("门口的井盖不见了", "pit", Tier.SAFETY_HAZARD),
        ("隔壁独居的奶奶三天没见着人", "trapped", Tier.SAFETY_HAZARD),
        ("突然胸闷，喘不上气", "medical", Tier.URGENT),
        ("活着没意思，不想活了", "self_harm", Tier.URGENT),
        ("丈夫喝醉了打我", "violence", Tier.URGENT),
    ],
)
def test_dangers_hidden_in_a_wish_are_noticed_and_said_in_words(text: str, danger: str, tier: Tier) -> None:
    found = suggest(text, SHIPPED)
    assert danger in [d.code for d in found.dangers]
    assert found.urgent
    assert found.tier == tier
    assert any(d.words.split("…")[0] in reason for d in found.dangers for reason in found.reasons)


@pytest.mark.parametrize(
    "text",
    ["新炉子不漏气，谢谢", "插座没有漏电，就是旧了", "想要一台取暖器", "希望社区办消防讲座", "想刷个墙"],
)
def test_no_alarm_without_danger(text: str) -> None:
    assert find_dangers(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "屋檐下那块大石头快掉下来了，孩子们天天从底下过",
        "隔壁老是传来孩子的哭喊声，身上有伤",
    ],
)
def test_danger_without_a_listed_word_may_still_be_noticed_by_its_wording(text: str) -> None:
    found = suggest(text, SHIPPED)
    assert found.urgent
    assert found.tier in {Tier.URGENT, Tier.SAFETY_HAZARD}
    assert found.reasons


@pytest.mark.parametrize(
    "text", ["今天天气真好", "想要一件棉衣", "想学做面包", "点击领取红包 http://xx.example/abc", ""]
)
def test_harmless_wording_stays_calm(text: str) -> None:
    assert not suggest(text, SHIPPED).urgent


def test_the_model_explains_itself_by_what_is_in_the_text() -> None:
    model = learn(
        [("房梁断了快塌了", True), ("阳台断了要塌", True), ("想要一本书", False), ("想要一件衣服", False)]
    )
    assert model.score("梁断了") > 0 > model.score("想要一本字典")
    assert model.score("") == model.score("xyz") == 0
    assert all(pair in "屋梁断了" for pair in model.telling("屋梁断了"))


def test_tibetan_is_not_guessed_at() -> None:
    found = suggest("ང་ལ་འཁོར་ལོའི་རྐུབ་ཀྱག་ཅིག་དགོས།", SHIPPED)
    assert (found.script, found.categories, found.urgent) == ("tibetan", (), False)
    assert "会藏语" in found.reasons[-1]
    assert suggest("ང་ལ་འཁོར་ལོ།", SHIPPED, said_urgent=True).tier == Tier.URGENT


def test_talk_about_safety_is_no_hazard_within_a_day() -> None:
    found = suggest("家里没有灭火器，想学一下怎么用", SHIPPED)
    assert (found.category_code, found.urgent, found.tier) == ("safety_hazard", False, Tier.LIVING_SERVICE)


def test_the_persons_own_word_counts() -> None:
    found = suggest("想要一件棉衣", SHIPPED, said_urgent=True)
    assert (found.urgent, found.tier) == (True, Tier.URGENT)


def test_what_is_asked_for_outweighs_the_reason_given() -> None:
    words = [
        CategoryWords("a", "甲", "ordinary", ("书包",), True),
        CategoryWords("b", "乙", "ordinary", ("棉被",), True),
    ]
    assert suggest("家里棉被够了，想要书包", words).category_code == "a"
    assert suggest("孩子书包够了，想要棉被", words).category_code == "b"


def test_keywords_with_plus_need_both_and_star_gives_weight() -> None:
    words = [
        CategoryWords("a", "甲", "ordinary", ("洗衣机+坏",), True),
        CategoryWords("b", "乙", "ordinary", ("洗衣机*9",), True),
    ]
    assert suggest("洗衣机坏了", words).category_code == "b"
    words = [
        CategoryWords("a", "甲", "ordinary", ("洗衣机+坏*9",), True),
        CategoryWords("b", "乙", "ordinary", ("洗衣机",), True),
    ]
    assert suggest("洗衣机坏了", words).category_code == "a"
    assert suggest("一台洗衣机", words).category_code == "b"


def test_shipped_data_is_sound() -> None:
    assert len(SHIPPED) == 20
    assert all(c.default_tier in Tier.values and c.keywords for c in SHIPPED)
    assert all(len(set(c.keywords)) == len(c.keywords) for c in SHIPPED)
    assert {s.category for s in signals()} <= CODES
    assert {s.tier for s in signals()} <= set(Tier.values)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    found = suggest(text, SHIPPED)
    assert len(found.categories) <= 3
    assert found.tier in Tier.values
    assert found.script in {"hans", "tibetan", "other"}
    assert found.reasons
    assert found.urgent or found.tier != Tier.SAFETY_HAZARD
