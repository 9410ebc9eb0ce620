"""Invented people for the demonstration. Nobody in it exists; names are drawn from common ones by a seeded generator."""

from __future__ import annotations

import random

HAN_SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗"
HAN_GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "志强",
    "秀兰",
    "文博",
    "晓燕",
]
TIBETAN = [
    "扎西",
    "次仁",
    "多吉",
    "旦增",
    "洛桑",
    "格桑",
    "平措",
    "尼玛",
    "达瓦",
    "边巴",
    "普布",
    "巴桑",
    "旺堆",
    "顿珠",
    "罗布",
    "丹增",
    "强巴",
    "白玛",
    "央金",
    "卓玛",
    "拉姆",
    "德吉",
    "曲珍",
    "措姆",
    "仓决",
    "琼达",
    "玉珍",
    "梅朵",
    "次旦",
    "索朗",
]
WHO = ["家里老人", "八十岁的阿妈", "阿爸", "奶奶", "爷爷", "老伴", "邻居老阿佳", "独居的叔叔"]


class Names:
    """Draws invented names and telephone numbers, no number twice. Numbers use a block that no operator has given out."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.count = 0

    def person(self) -> str:
        """Return a name in one of the two ways common in Lhasa."""
        if self.draw.random() < 0.72:
            first, second = self.draw.sample(TIBETAN, 2)
            return first + second
        return self.draw.choice(HAN_SURNAMES) + self.draw.choice(HAN_GIVEN)

    def phone(self) -> str:
        """Return a number that looks real and belongs to nobody in the demonstration twice."""
        self.count += 1
        return f"1390891{self.count:04d}"
