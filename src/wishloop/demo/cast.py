"""The people and units of the demonstration, registered through the operations."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings

from wishloop.core.actor import SYSTEM, Actor
from wishloop.demo.people import Names
from wishloop.demo.plan import SEED, SUBDISTRICTS
from wishloop.parties import operations as parties
from wishloop.parties.queries import actor_of
from wishloop.places.operations import add_provisional_place, confirm_place, place_approximately
from wishloop.places.queries import find_place, place_by_code, subtree

if TYPE_CHECKING:
    from wishloop.parties.models import Party
    from wishloop.places.models import Place

DISTRICT = "540102"
CENTRE = (29.6536, 91.1406)
SINCE = date(2024, 12, 1)
MEMBERS_OF_NIANGRE = 272
SKILLS = ("repair", "electrical", "hairdressing", "tutoring", "nursing", "driving", "cooking", "photography", "law", "digital",
          "home_help", "interpreting", "counselling")  # fmt: skip
NAMED_UNITS = {
    "城关区教育系统党支部": "partner_unit", "振兴社区共建联盟": "partner_unit", "城关区人民医院义诊队": "partner_unit",
    "城关区机关联系单位": "partner_unit",
}  # fmt: skip
_FIELDS = [
    "供水",
    "电力",
    "通信",
    "银行",
    "邮政",
    "公交",
    "环卫",
    "园林",
    "消防",
    "税务",
    "医保",
    "药房",
    "超市",
    "餐饮",
    "家政",
    "建材",
    "家电",
    "书店",
    "旅行社",
    "律所",
    "幼教",
    "物业",
    "燃气",
    "快递",
    "印刷",
]
# Account name, what the person reads, role, place, whose desk it is.
ACCOUNTS = (
    ("admin", "管理员", "administrator", "城关区"),
    ("steward", "心愿管家", "steward", "城关区"),
    ("grid", "网格员", "grid_worker", "扎细新村社区"),
    ("member", "党员", "member", "城关区"),
    ("volunteer", "志愿者", "volunteer", "城关区"),
    ("partner", "共建单位", "partner", "城关区"),
    ("supervisor", "监督小组", "supervisor", "城关区"),
    ("leader", "领导", "leader", "城关区"),
)


@dataclass
class Cast:
    """Everybody the story needs, by what they are."""

    district: Place
    places: dict[str, Place] = field(default_factory=dict)
    communities: dict[str, list[str]] = field(default_factory=dict)
    stewards: dict[str, Actor] = field(default_factory=dict)
    accounts: dict[str, Actor] = field(default_factory=dict)
    members: list[Party] = field(default_factory=list)
    members_of_niangre: list[Party] = field(default_factory=list)
    volunteers: list[Party] = field(default_factory=list)
    units: list[Party] = field(default_factory=list)
    named: dict[str, Party] = field(default_factory=dict)

    def steward_of(self, place: Place) -> Actor:
        """Return the steward who answers for a place: its subdistrict's, else the district's."""
        return next(
            (actor for path, actor in self.stewards.items() if place.path.startswith(path)),
            self.accounts["steward"],
        )


def prepare_places(*, at: datetime) -> Cast:
    """Give the district's units plausible positions, and add the communities the news names but the list lacks."""
    district = place_by_code(DISTRICT)
    assert district is not None
    for name, subdistrict in (("振兴社区", "金珠西路街道"), ("向阳社区", "两岛街道")):
        parent = find_place(subdistrict)
        assert parent is not None
        place = add_provisional_place(name=name, parent=parent, at=at)
        confirm_place(actor=SYSTEM, place=place)
    place_approximately(district=district, centre=CENTRE)
    cast = Cast(district=district)
    for place in subtree(district.path):
        cast.places[place.name] = place
    for name in SUBDISTRICTS:
        subdistrict_place = find_place(name, within=district)
        assert subdistrict_place is not None, name
        cast.places[name], path = subdistrict_place, subdistrict_place.path
        cast.communities[name] = [
            p.name for p in cast.places.values() if p.path.startswith(path) and p.path != path
        ]
    return cast


def open_accounts(cast: Cast, names: Names, *, at: datetime) -> None:
    """Open the demonstration's sign-in accounts, one a role, and a steward's account for every subdistrict."""
    unit = parties.register_organisation(
        actor=SYSTEM, name="雪域家电服务部", kind="company", place=cast.district, at=at, capacity=60
    )
    cast.units.append(unit)
    for username, label, role, place_name in ACCOUNTS:
        place = cast.places[place_name]
        person = parties.register_person(
            name=names.person(), phone=names.phone(), place=place, at=at, capacity=12
        )
        user = parties.open_account(
            actor=SYSTEM, username=username, password=settings.DEMO_PASSWORD, party=person, display_name=label, at=at, is_demo=True,
            acts_for=unit if role == "partner" else None,
        )  # fmt: skip
        parties.grant_role(actor=SYSTEM, user=user, role=role, place=place, on=SINCE)
        cast.accounts[username] = actor_of(user, on=at.date())
    for number, name in enumerate(SUBDISTRICTS, 1):
        place = cast.places[name]
        full = names.person()
        person = parties.register_person(name=full, phone=names.phone(), place=place, at=at)
        user = parties.open_account(
            actor=SYSTEM, username=f"steward{number:02d}", password=settings.DEMO_PASSWORD, party=person, at=at, is_demo=True,
            display_name=f"{name.removesuffix('街道')}管家 {full}", must_change_password=True,
        )  # fmt: skip
        parties.grant_role(actor=SYSTEM, user=user, role="steward", place=place, on=SINCE)
        cast.stewards[place.path] = actor_of(user, on=at.date())


def gather_helpers(cast: Cast, names: Names, *, at: datetime) -> Iterable[int]:
    """Register members, volunteers and units; yields after each so that the caller can show how far it is (F10, F12, F16)."""
    draw = random.Random(SEED + 1)  # noqa: S311 - a story
    homes = [place for place in cast.places.values() if place.level == "community"]
    niangre = [place for place in homes if place.path.startswith(cast.places["娘热街道"].path)]
    done = 0
    for number in range(MEMBERS_OF_NIANGRE + 120):
        here = draw.choice(niangre if number < MEMBERS_OF_NIANGRE else homes)
        party = parties.register_person(
            name=names.person(), phone=names.phone(), place=here, at=at, capacity=8
        )
        parties.set_skills(actor=SYSTEM, party_id=party.pk, skills=draw.sample(SKILLS, draw.randint(1, 2)))
        (cast.members_of_niangre if number < MEMBERS_OF_NIANGRE else cast.members).append(party)
        done += 1
        yield done
    for _ in range(70):
        party = parties.register_person(
            name=names.person(), phone=names.phone(), place=draw.choice(homes), at=at, capacity=8
        )
        cast.volunteers.append(party)
        done += 1
        yield done
    wanted = [
        (f"扎细新村共建单位{n}（{_FIELDS[n % len(_FIELDS)]}）", "partner_unit", f"共建单位{n}")
        for n in range(1, 45)
    ]
    wanted += [
        (f"拉萨{_FIELDS[n % len(_FIELDS)]}服务单位{n}", draw.choice(["company", "social"]), "")
        for n in range(1, 58)
    ]
    wanted += [(name, kind, name) for name, kind in NAMED_UNITS.items()]
    for name, kind, short in wanted:
        where = cast.places["扎细新村社区"] if short.startswith("共建单位") else cast.district
        unit = parties.register_organisation(
            actor=SYSTEM, name=name, kind=kind, place=where, at=at, capacity=40
        )
        cast.units.append(unit)
        if short:
            cast.named[short] = unit
        done += 1
        yield done


HELPERS = MEMBERS_OF_NIANGRE + 120 + 70 + 44 + 57 + len(NAMED_UNITS)
