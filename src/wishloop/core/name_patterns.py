"""Where people's names stand in free text: names that are known, names after a cue (我叫…), names that can be nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wishloop.core.names import DOUBLE_SURNAMES, SURNAMES

# Syllable pairs of which Tibetan names, written in Chinese characters, are made. Two in a row are a name; one alone may be a
# place, a weekday or a flower (扎西街道, 尼玛, 格桑花) and counts only after a cue.
_TIBETAN = re.findall(
    r"\S+",
    "扎西 次仁 才让 泽仁 卓玛 卓嘎 央金 央宗 央吉 德吉 旦增 丹增 旦巴 丹巴 索朗 索南 普布 达瓦 尼玛 米玛 明玛 拉巴 拉姆 拉珍 边巴 巴桑 平措 彭措 "
    "顿珠 敦珠 多吉 多布杰 罗布 洛布 洛桑 罗桑 白玛 班玛 格桑 嘎桑 次旦 次央 次珍 次旺 次吉 次成 次登 曲珍 曲吉 曲扎 曲宗 仓决 仓曲 强巴 嘎玛 群培 群宗 "
    "群旦 贡嘎 贡布 贡觉 贡桑 坚赞 坚参 江村 晋美 晋米 久美 土登 图登 阿旺 昂旺 昂桑 益西 伊西 意西 仁增 仁青 仁钦 仁珍 旺堆 旺姆 旺杰 旺久 旺加 旺扎 "
    "欧珠 俄珠 玉珍 玉措 措姆 美朵 梅朵 达杰 塔杰 塔青 朗杰 朗加 南杰 南加 桑珠 桑杰 桑吉 桑姆 桑布 云丹 云登 加措 嘉措 江措 江白 绛白 降央 坚央 "
    "德庆 德央 德钦 尊珠 赤列 赤来 诺布 诺桑 占堆 斯塔 斯曲 洛追 罗追 热地 热旦 热杰 饶杰 琼达 琼拉 琼吉 确吉 格列 格勒 格来 吉宗 吉巴 吉律 成烈 "
    "曲尼 曲央 曲培 曲桑 石确 石曲 西洛 西热 希热 喜绕 谢热 巴珠 巴姆 百姆 班旦 班典 次多 达娃 旦真 旦珍 丹珍 丹真 东珠 顿旦 顿杰",
)
_UNIT = "|".join(sorted(_TIBETAN, key=len, reverse=True))
_NOT_A_NAME_AFTER = r"(?!\s?(?:路|街|巷|村|乡|镇|县|区|组|社区|居委|林卡|花|寺|广场|小区|新村|大院|商店|公司|学校|医院|合作社))"
_TIBETAN_FULL = re.compile(rf"(?:{_UNIT}){{2,3}}{_NOT_A_NAME_AFTER}")

_SURNAME = rf"(?:{'|'.join(sorted(DOUBLE_SURNAMES))}|[{''.join(sorted(SURNAMES))}])"
_HAN_NAME = rf"{_SURNAME}[\u4e00-\u9fff]{{1,2}}"
_END = r"(?=\s*(?:[,，.。;；、:：!！?？()（）\"”'’]|\d|$|\n|\s))"
# What follows "我叫" or "我是" when no name does.
_NO_NAME = r"(?![\u4e00-\u9fff]{0,3}?(?:不|了|的|他|她|它|你|我|们|人|师傅|车|过|着|去|来|没|在|有|想|要|个|一|这|那|哪|谁|什么|怎|多|老人|孩子|家))"
_FREE = rf"{_NO_NAME}[\u4e00-\u9fff·]{{2,6}}{_END}"
_ANY_NAME = (
    rf"(?:(?:{_UNIT}){{1,3}}{_NOT_A_NAME_AFTER}|{_HAN_NAME}{_END}|{_HAN_NAME}(?=[是在住说想要有家电手]))"
)
_LABELLED = re.compile(
    r"(?:姓名|名字|联系人|收货人|收件人|户主|患者|病人|申请人|家长|监护人|负责人|受益人|本人|老人姓名|孩子姓名)\s*(?:[::]|是|为|叫)\s*"
    rf"((?:{_UNIT}){{1,3}}|{_HAN_NAME}{_END}|{_FREE})"
)
_CALLED = re.compile(
    rf"(?:我叫做?|他叫|她叫|名叫|名字叫|叫做|取名|大名|化名)\s*(?:[::])?\s*({_ANY_NAME}|{_FREE})"
)
_I_AM = re.compile(
    rf"(?:我是|本人|这是|我爱人|我老伴|我丈夫|我妻子|我儿子|我女儿|我孙子|我孙女|邻居|户主|患者)\s*((?:{_UNIT}){{1,3}}{_NOT_A_NAME_AFTER}|{_HAN_NAME}{_END})"
)
# Words that begin with a surname and stand before 老人 and the like without being a name.
_NOT_NAMES = "高龄|高原|高寒|常年|时常|于是|任何|万一|成年|应急|单身|单亲|孤老|周边|温暖|康复|平时|白天|方便|计划|谢谢|关爱|马上|何时|何况|黄昏|江边|田间|金色|林卡|石头|江苏|江西|陕西|胡同|胡子|高血|高中|高校|马路|向阳|雷锋|汤圆|史上|顾问|文明|程度|苏州|韩国|毛病|邻居|万家|段时|任务|任职|何人|杜绝|覃塘|顾客|董事|陆续|谢绝|于今|彭城|高度|高位|高额|向往|万名|万元|钱款|钱包"
_TITLED = re.compile(
    rf"(?:^|(?<=[\s,，.。;；、:：!！?？()（）给帮为请找和与的是位叫把被让对向看望照顾送接])|(?<=邻居)|(?<=居民)|(?<=村民)|(?<=老党员))"
    rf"((?!{_NOT_NAMES})(?:{_HAN_NAME}|(?:{_UNIT}){{1,3}}))(?=\s?(?:老人|老师|奶奶|爷爷|大爷|大妈|大娘|大叔|阿姨|叔叔|先生|女士|同志|师傅|同学|书记|主任|医生|阿妈|阿爸|波拉|嫫拉|莫拉|家|一家|户))"
)
_RESIDENT = re.compile(
    rf"(?:居民|村民|老党员|低保户|困难户|残疾人|独居老人|空巢老人|孤寡老人)\s?((?:{_UNIT}){{1,3}}{_NOT_A_NAME_AFTER}|(?!{_NOT_NAMES}){_HAN_NAME}{_END})"
)
_ENGLISH = re.compile(
    r"(?i:my name is|i am called|contact(?: person)?\s*:|name\s*:)\s*([A-Z][A-Za-z'-]+(?:\s+[A-Z][A-Za-z'-]+){0,2})"
)
_GAP = r"[\s·•.\u200b-\u200f\u2060\ufeff]{0,2}"


def find_names(text: str, known: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield start and end of every name found; may overlap. ``known`` names are found with gaps between their letters too."""
    for name in known:
        letters = [re.escape(ch) for ch in name if not ch.isspace()]
        joined = (_GAP if not name.isascii() else r"\s{0,2}").join(letters)
        pattern = rf"(?<![A-Za-z]){joined}(?![A-Za-z])" if name.isascii() else joined
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield match.span()
    for match in _TIBETAN_FULL.finditer(text):
        yield match.span()
    for pattern_ in (_LABELLED, _CALLED, _I_AM, _TITLED, _RESIDENT, _ENGLISH):
        for match in pattern_.finditer(text):
            yield match.span(1)
