"""What happens in the demonstration, wish by wish: drawn by a seeded generator around the stories the source tells.

The plan is data; ``demo.story`` carries it out through the same operations people use.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from wishloop.demo.people import WHO

SHANGHAI = ZoneInfo("Asia/Shanghai")
SEED = 20251231
TOTAL = 597
BEGIN = datetime(2025, 1, 6, tzinfo=SHANGHAI)
# How many of each ending; the rest of TOTAL is granted in the ordinary way.
ENDINGS = {"hazard": 24, "suspended": 58, "declined": 6, "merged": 4, "withdrawn": 3, "current": 24}
SUBDISTRICTS = (
    "八廓街道", "吉日街道", "吉崩岗街道", "扎细街道", "公德林街道", "嘎玛贡桑街道", "两岛街道", "金珠西路街道", "蔡公堂街道",
    "夺底街道", "娘热街道", "纳金街道", "慈觉林街道", "塔玛街道", "八一街道",
)  # fmt: skip
WEIGHTS = (6, 4, 4, 9, 7, 5, 4, 6, 7, 6, 9, 8, 2, 3, 3)
CHANNELS = {
    "door_visit": 30, "qr_code": 16, "wechat": 8, "wechat_group": 8, "courtyard_meeting": 8, "secretary_tea": 5,
    "residents_council": 8, "wish_box": 6, "v_station": 5, "phone": 4, "web": 2,
}  # fmt: skip
CATEGORY_WEIGHTS = {
    "home_service": 8, "public_facility": 8, "education": 10, "health": 7, "appliances": 12, "repair": 14,
    "assistive_device": 12, "companionship": 6, "bedding_clothes": 7, "necessities": 9, "employment": 3,
    "culture_reunion": 3, "legal": 2, "policy": 3, "hardship": 2, "neighbour_dispute": 1,
}  # fmt: skip
TIERS = {
    "home_service": "living_service", "public_facility": "living_service", "repair": "living_service",
    "health": "living_service", "necessities": "living_service", "safety_hazard": "safety_hazard", "employment": "long_term",
    "hardship": "long_term", "legal": "living_service", "policy": "living_service", "neighbour_dispute": "living_service",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planned:
    """One wish of the demonstration. ``ending`` says which way it goes; ``claimant`` is a kind of helper or a unit's name."""

    key: str
    text: str
    category: str
    tier: str
    place: str
    channel: str
    told_at: datetime
    ending: str
    rating: int = 5
    people: int = 1
    claimant: str = "member"
    result: str = ""
    progress: str = ""
    grant_after: timedelta | None = None
    grant_at: datetime | None = None
    reopened: bool = False
    story: str = ""
    needs: tuple[str, ...] = field(default=())


def _needs() -> dict[str, list[str]]:
    text = files("wishloop.demo").joinpath("data", "needs.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def _moment(draw: random.Random, day: int) -> datetime:
    return BEGIN + timedelta(days=day, hours=draw.randint(9, 19), minutes=draw.randint(0, 59))


def _people(draw: random.Random, category: str) -> int:
    if category == "public_facility":
        return draw.randint(16, 64)
    if category == "safety_hazard":
        return draw.randint(1, 12)
    return draw.choice([1, 1, 2, 3, 4])


def stories() -> Iterator[Planned]:
    """Yield the wishes the source tells of by name (F2, F3, F5, F6, F10, F12, F14, F18, F19, F22, F27)."""
    march = datetime(2025, 3, 12, 10, 0, tzinfo=SHANGHAI)
    for number in range(3):
        yield Planned(
            f"F5-{number}", "孩子想要一套科普图书，家里没有课外书", "education", "ordinary", "蔡公堂村", "residents_council",
            datetime(2025, 5, 18, 15, 20 + number, tzinfo=SHANGHAI), "granted", needs=("科普图书",), people=1,
            claimant="member", result="一套科普图书送到孩子手里", grant_after=timedelta(days=3), story="F5",
        )  # fmt: skip
        yield Planned(
            f"F10-{number}", "家里困难，想要米面油和过冬的棉被", "necessities", "living_service", "加尔西村", "door_visit",
            march + timedelta(minutes=20 * number), "granted", needs=("大米", "菜籽油", "棉被"), people=4, claimant="member",
            result="送到米面油、棉被和取暖器，三户共值近 1 万元", grant_after=timedelta(hours=40), story="F10",
        )  # fmt: skip
    event = datetime(2025, 7, 1, 10, 30, tzinfo=SHANGHAI)
    for number in range(23):
        thing = "冰箱" if number % 2 else "洗衣机"
        yield Planned(
            f"F12-{number}", f"家里的{thing}坏了修不好，想要一台{thing}", "appliances", "ordinary", "扎细新村社区",
            "courtyard_meeting", datetime(2025, 6, 10, 16, number * 2, tzinfo=SHANGHAI), "granted", needs=(thing,), people=4,
            claimant=f"共建单位{number + 1}", result=f"主题党日当天送到{thing}并安装好", grant_at=event + timedelta(minutes=6 * number),
            story="F12",
        )  # fmt: skip
    yield Planned(
        "F14", "八十岁了走不动，想要一辆轮椅出门晒太阳", "assistive_device", "ordinary", "纳金村", "qr_code",
        datetime(2025, 4, 9, 11, 5, tzinfo=SHANGHAI), "granted", needs=("轮椅",), claimant="城关区教育系统党支部",
        result="轮椅送到家，老人多年来第一次出了家门", grant_after=timedelta(days=5), story="F14",
    )  # fmt: skip
    yield Planned(
        "F18", "独居老人的房子屋顶塌了一角，墙裂得能伸进手，不敢住", "safety_hazard", "safety_hazard", "振兴社区", "door_visit",
        datetime(2025, 8, 4, 9, 40, tzinfo=SHANGHAI), "hazard", needs=("房屋抢修",), people=1, claimant="振兴社区共建联盟",
        progress="当天把老人转移到亲戚家，共建单位两天筹到 1 万元", result="加固屋顶和外墙，更换朽梁，老人搬回家住",
        grant_after=timedelta(hours=22), story="F18",
    )  # fmt: skip
    yield Planned(
        "F19", "好几年没有体检，想在家门口做一次体检", "health", "living_service", "吉苏村", "door_visit",
        datetime(2025, 5, 6, 10, 10, tzinfo=SHANGHAI), "granted", people=26, claimant="城关区人民医院义诊队",
        result="上门体检，并为老人建立健康档案", grant_after=timedelta(hours=30), story="F19",
    )  # fmt: skip
    yield Planned(
        "F22", "想为奶奶装一个卫生间扶手，起身不用人扶", "assistive_device", "ordinary", "向阳社区", "wechat_group",
        datetime(2025, 9, 2, 9, 15, tzinfo=SHANGHAI), "granted", needs=("扶手",), claimant="volunteer",
        progress="已上门量好尺寸，扶手下单", result="扶手装好，线上线下全程公示", grant_after=timedelta(days=6), story="F22",
    )  # fmt: skip
    for number in range(8):
        yield Planned(
            f"F27-{number}", "家里困难，想要米、菜籽油和面粉", "necessities", "living_service", "木如社区", "secretary_tea",
            datetime(2025, 1, 20, 15, number * 5, tzinfo=SHANGHAI), "granted", needs=("大米", "菜籽油", "面粉"), people=4,
            claimant="城关区机关联系单位", result="大米、菜籽油和面粉送到家", grant_after=timedelta(hours=44), story="F27",
        )  # fmt: skip
    yield Planned(
        "F3", "独居老人没有稳定收入，想有个长远的办法", "hardship", "long_term", "维巴村", "door_visit",
        datetime(2025, 4, 22, 10, 30, tzinfo=SHANGHAI), "granted", claimant="member", progress="社区已研究长期帮扶计划",
        result="纳入长期帮扶，安排就近的轻活和每月走访", grant_after=timedelta(days=24), story="F3",
    )  # fmt: skip


def plan(*, now: datetime, communities: dict[str, list[str]]) -> list[Planned]:
    """Return every wish of the demonstration, in the order told. ``communities`` lists each subdistrict's communities.

    The last two dozen are told in the days before ``now``, so that the desk has work on it.
    """
    draw = random.Random(SEED)  # noqa: S311 - a story, not a secret
    needs = _needs()
    wishes = list(stories())
    niangre = 87 - sum(w.place in {"加尔西村", "吉苏村"} for w in wishes)
    kinds = list(CATEGORY_WEIGHTS)
    endings = [name for name, count in ENDINGS.items() for _ in range(count)]
    endings.remove("hazard")  # F18 is one of them
    endings += ["granted"] * (TOTAL - len(wishes) - len(endings))
    draw.shuffle(endings)
    current = 0
    for number, ending in enumerate(endings):
        knock = number < niangre
        subdistrict = "娘热街道" if knock else draw.choices(SUBDISTRICTS, WEIGHTS)[0]
        category = (
            "safety_hazard" if ending == "hazard" else draw.choices(kinds, list(CATEGORY_WEIGHTS.values()))[0]
        )
        if knock and ending == "granted":
            category = draw.choice(["repair", "repair", "assistive_device", "appliances", "home_service"])
        told = _moment(draw, draw.randint(0, 325))
        if ending == "current":
            current += 1
            told = now - timedelta(hours=3 * current + draw.randint(0, 3))
        channel = "door_visit" if knock else _channel(draw, subdistrict)
        text = draw.choice(needs[category]).format(who=draw.choice(WHO), n=draw.randint(3, 40))
        homes = communities.get(subdistrict) or [subdistrict]
        wishes.append(
            Planned(
                f"n{number}",
                text,
                category,
                TIERS.get(category, "ordinary"),
                draw.choice(homes),
                channel,
                told,
                ending,
                rating=_rating(draw),
                people=_people(draw, category),
                claimant=_claimant(draw),
                reopened=ending == "granted" and draw.random() < 0.02,
                story="F2" if knock else "",
            )
        )
    return sorted(wishes, key=lambda w: w.told_at)


def _channel(draw: random.Random, subdistrict: str) -> str:
    """Najin scans codes, Zhaxi writes to its public account and group (F6)."""
    if subdistrict == "纳金街道":
        return draw.choices(["qr_code", "door_visit", "phone"], [7, 2, 1])[0]
    if subdistrict == "扎细街道":
        return draw.choices(["wechat", "wechat_group", "door_visit"], [5, 4, 1])[0]
    return draw.choices(list(CHANNELS), list(CHANNELS.values()))[0]


def _rating(draw: random.Random) -> int:
    """Return a rating; about one in thirty is not satisfied, about one in twenty-five gives none (0)."""
    return draw.choices([5, 4, 3, 0], [72, 21, 3, 4])[0]


def _claimant(draw: random.Random) -> str:
    return draw.choices(["member", "volunteer", "partner"], [6, 2, 3])[0]
