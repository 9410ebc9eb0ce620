"""Masking of personal names for the public (field notes, "Privacy")."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_HAN = re.compile(r"[㐀-鿿豈-﫿·]+")
DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "长孙",
        "宇文",
        "夏侯",
        "南宫",
        "轩辕",
        "端木",
        "百里",
        "呼延",
        "闻人",
    ]
)
# The hundred or so surnames that name most Han residents; a name that begins otherwise is taken for one without a surname, as
# most Tibetan names are, and shows its first character only.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石"
    "廖贾夏韦付方邹熊孟秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤葛温庞殷章樊兰俞邢"
)


def mask_name(name: str, *, is_minor: bool = False) -> str:
    """Return what the public may read of a person's name.

    张伟 → 张*, 欧阳娜娜 → 欧阳**, 扎西顿珠 → 扎***, a minor → 一名未成年居民; a name in other letters keeps its first letter.
    """
    if is_minor:
        return _("一名未成年居民")
    words = re.sub(r"\s+", "", name)
    if not words:
        return _("一位居民")
    if not _HAN.fullmatch(words):
        return f"{words[0]}***"
    if words[:2] in DOUBLE_SURNAMES and len(words) > 2:
        return words[:2] + "*" * (len(words) - 2)
    if _tibetan_style(words):
        return f"{words[0]}***"
    return words[0] + "*" * max(1, len(words) - 1)


def _tibetan_style(words: str) -> bool:
    """Tell whether a name in Chinese characters looks like one without a surname: four or more characters, or a beginning
    that is no common surname."""
    return len(words) >= 4 or words[0] not in SURNAMES
