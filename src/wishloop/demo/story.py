"""Tells the story of 2025 in Chengguan District through the operations: nothing is written behind their back (F1 to F27).

Seeded, so that it is the same everywhere. Each wish lives its whole life in one transaction: a load that was interrupted goes on
where it stopped, and repeating it changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from wishloop.core.actor import PUBLIC, SYSTEM, Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.masking import mask_text
from wishloop.demo import cast as casting
from wishloop.demo.people import Names
from wishloop.demo.pictures import handover_picture
from wishloop.demo.plan import BEGIN, SEED, Planned, plan
from wishloop.evidence.operations import store_medium
from wishloop.parties import operations as parties
from wishloop.parties.queries import account_exists, actor_of, demo_accounts, helpers_below
from wishloop.places.queries import find_place
from wishloop.wishes import operations as wishes
from wishloop.wishes.queries import count_from_source

if TYPE_CHECKING:
    from wishloop.parties.models import Party
    from wishloop.places.models import Place

Progress = Callable[[int, int], bool]
SOURCE = "demo:"
BY_THEMSELVES = {"qr_code", "wechat", "wechat_group", "web"}
BY_THEMSELVES = {"qr_code", "wechat", "wechat_group", "web"}
OPENING = BEGIN - timedelta(days=20)
PICTURED = {
    "appliances",
    "assistive_device",
    "education",
    "bedding_clothes",
    "necessities",
    "repair",
    "safety_hazard",
}
RESULTS = {
    "home_service": "已安排上门，老人很满意", "public_facility": "已修好，大家都用上了", "education": "书和文具送到孩子手里",
    "health": "医生上门看过，药也送到了", "appliances": "送到家并安装好", "repair": "上门修好，试用正常",
    "safety_hazard": "隐患已排除，复查合格", "assistive_device": "送到家并教会使用", "companionship": "结对陪伴，每周来看望",
    "bedding_clothes": "新被褥和衣物送到家", "necessities": "米面油送到家", "employment": "已经上岗", "legal": "律师当面解答并帮写材料",
    "policy": "陪着办好了手续", "culture_reunion": "照片拍好，装框送到家", "hardship": "已纳入救助，钱已到账", "neighbour_dispute": "调解成功，双方签字",
}  # fmt: skip


def is_loaded() -> bool:
    """Tell whether the whole demonstration is there."""
    return demo_accounts().exists() and count_from_source(SOURCE) >= len(_keys())


def _keys() -> list[str]:
    return [wish.key for wish in plan(now=now(), communities={})]


def load(*, progress: Progress = lambda _done, _total: True) -> bool:
    """Load the demonstration. ``progress(done, total)`` returns whether to go on. Returns whether it is complete.

    Raises what the operations raise: a story that breaks a rule is a mistake in the story.
    """
    cast = casting.prepare_places(at=OPENING)
    names = Names(random.Random(SEED + 2))  # noqa: S311 - a story
    planned = plan(now=now(), communities=cast.communities)
    total = casting.HELPERS + len(planned)
    if account_exists("steward"):
        with transaction.atomic():  # the cast is all there or not at all
            _recall(cast)
    else:
        with transaction.atomic():
            casting.open_accounts(cast, names, at=OPENING)
            for done in casting.gather_helpers(cast, names, at=OPENING):
                if done % 20 == 0 and not progress(done, total):
                    transaction.set_rollback(True)
                    return False
    teller = Teller(cast)
    for number, wish in enumerate(planned, casting.HELPERS + 1):
        teller.tell(wish)
        if not progress(number, total):
            return False
    return True


def _recall(cast: casting.Cast) -> None:
    """Find the people of an interrupted load again."""
    for user in demo_accounts():
        actor = actor_of(user, on=now().astimezone(SHANGHAI).date())
        if user.username in {row[0] for row in casting.ACCOUNTS}:
            cast.accounts[user.username] = actor
        else:
            cast.stewards[actor.scopes("steward")[0]] = actor
    people, units = helpers_below(cast.district.path)
    niangre = cast.places["娘热街道"].path
    cast.members_of_niangre = [p for p in people if p.place_path.startswith(niangre)]
    cast.members = cast.volunteers = [p for p in people if not p.place_path.startswith(niangre)]
    cast.units = units
    for unit in units:
        if unit.public_name in casting.NAMED_UNITS:
            cast.named[unit.public_name] = unit
        if unit.public_name.startswith("扎细新村共建单位"):
            cast.named[unit.public_name.removeprefix("扎细新村").partition("（")[0]] = unit


def _by_day(moment: datetime) -> datetime:
    """Return a moment people are up: what falls between 21:00 and 8:00 happens the next morning, in the same order."""
    local = moment.astimezone(SHANGHAI)
    if 8 <= local.hour < 21:
        return moment
    morning = local.replace(hour=8, minute=0, second=0, microsecond=0)
    if local.hour >= 21:
        morning += timedelta(days=1)
    night = timedelta(hours=11)
    return morning + timedelta(hours=1) * ((local - (morning - night)) / night)


class Teller:
    """Carries out one planned wish after another."""

    def __init__(self, cast: casting.Cast) -> None:
        self.cast = cast
        self.draw = random.Random(SEED + 3)  # noqa: S311 - a story
        self.present = now()

    @transaction.atomic
    def tell(self, wish: Planned) -> None:
        """Let one wish live from the telling to its ending; does nothing when it has been told before."""
        self.draw.seed(f"{SEED}:{wish.key}")
        place = self.cast.places.get(wish.place) or find_place(wish.place, within=self.cast.district)
        assert place is not None, wish.place
        steward = self.cast.steward_of(place)
        reporter = self._resident(wish, place)
        registered = wishes.register_wish(
            actor=PUBLIC if wish.channel in BY_THEMSELVES else steward, text=wish.text, place=place, channel=wish.channel, happened_at=wish.told_at,
            at=wish.told_at + timedelta(minutes=self.draw.randint(1, 20)), category_code=wish.category, tier=wish.tier,
            needs=list(wish.needs), reporter_id=reporter.pk, beneficiary_count=wish.people, source_key=f"{SOURCE}{wish.key}",
        )  # fmt: skip
        if not registered.created:
            return
        span = self._span(wish)
        getattr(self, f"_{wish.ending}")(wish, registered.wish.pk, steward, span)

    def _resident(self, wish: Planned, place: Place) -> Party:
        names = Names(self.draw)
        names.count = int.from_bytes(wish.key.encode()[-3:], "big") % 9000 + 900
        minor = wish.category == "education" and wish.story == "F5"
        person = parties.register_person(
            name=names.person(), phone=f"1389{self.draw.randint(10**6, 10**7 - 1)}", place=place, at=wish.told_at, is_minor=minor,
            address=f"{self.draw.randint(1, 30)}号院{self.draw.randint(1, 6)}单元{self.draw.randint(101, 604)}",
        )  # fmt: skip
        guardian = None
        if minor:
            guardian = parties.register_person(
                name=names.person(),
                phone=f"1388{self.draw.randint(10**6, 10**7 - 1)}",
                place=place,
                at=wish.told_at,
            ).pk
        parties.record_consents(
            actor=SYSTEM,
            party=person,
            purposes=["collect", "publish", "publish_photo"],
            at=wish.told_at,
            guardian_id=guardian,
        )
        return person

    def _span(self, wish: Planned) -> timedelta:
        """Return how long from telling to handover: within the promise for most, late for some."""
        if wish.grant_at is not None:
            return wish.grant_at - wish.told_at
        if wish.grant_after is not None:
            return wish.grant_after
        hours = {
            "safety_hazard": (3, 22),
            "living_service": (10, 46),
            "urgent": (5, 20),
            "long_term": (300, 900),
        }
        low, high = hours.get(wish.tier, (60, 280))
        late = 1.6 if self.draw.random() < 0.06 else 1.0
        return timedelta(hours=self.draw.uniform(low, high) * late)

    def _at(self, wish: Planned, span: timedelta, part: float) -> datetime:
        moment = wish.told_at + max(span * part, timedelta(minutes=25) * part * 10)
        return moment if wish.tier == "safety_hazard" or wish.ending == "current" else _by_day(moment)

    def _triage(self, wish: Planned, wish_id: UUID, steward: Actor, at: datetime) -> None:
        wishes.triage_wish(actor=steward, wish_id=wish_id, category_code=wish.category, tier=wish.tier, at=at)

    def _granted(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        self._publish(wish, wish_id, steward, span)
        self._claim(wish, wish_id, steward, self._at(wish, span, 0.35))
        wishes.start_wish(actor=steward, wish_id=wish_id, at=self._at(wish, span, 0.45))
        if wish.progress or self.draw.random() < 0.4:
            words = wish.progress or self.draw.choice(
                ["已联系居民，约好上门时间", "材料已备齐，准备送去", "已到现场看过"]
            )
            wishes.record_progress(actor=steward, wish_id=wish_id, words=words, at=self._at(wish, span, 0.65))
        self._hand_over(wish, wish_id, steward, self._at(wish, span, 1))
        self._answer(wish, wish_id, steward, self._at(wish, span, 1))

    def _publish(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        self._triage(wish, wish_id, steward, self._at(wish, span, 0.12))
        text = mask_text(wish.text).text
        wishes.publish_wish(actor=steward, wish_id=wish_id, public_text=text, at=self._at(wish, span, 0.2))

    def _claim(self, wish: Planned, wish_id: UUID, steward: Actor, at: datetime) -> None:
        helper = self._helper(wish)
        wishes.claim_wish(actor=steward, wish_id=wish_id, claimant_id=helper.pk, terms="2025-01", at=at)

    def _helper(self, wish: Planned) -> Party:
        named = self.cast.named.get(wish.claimant)
        if named is not None:
            return named
        if wish.claimant == "partner":
            return self.draw.choice(self.cast.units)
        if wish.claimant == "volunteer":
            return self.draw.choice(self.cast.volunteers)
        niangre = self.cast.places["娘热街道"].path
        place = self.cast.places[wish.place]
        return self.draw.choice(
            self.cast.members_of_niangre if place.path.startswith(niangre) else self.cast.members
        )

    def _hand_over(self, wish: Planned, wish_id: UUID, actor: Actor, at: datetime) -> None:
        medium = store_medium(
            actor=actor,
            upload=handover_picture(wish.category, wish.key),
            filename=f"{wish.key}.jpg",
            at=at,
            taken_at=at,
        )
        wishes.attach_evidence(
            actor=actor, wish_id=wish_id, medium_id=medium.pk, purpose="handover", caption="交付现场", at=at
        )
        if wish.category in PICTURED and (wish.story or self.draw.random() < 0.5):
            wishes.publish_photo(
                actor=actor, wish_id=wish_id, medium_id=medium.pk, boxes=[], nothing_to_cover=True, at=at
            )
        result = wish.result or RESULTS[wish.category]
        wishes.grant_wish(actor=actor, wish_id=wish_id, result=result, at=at)

    def _answer(self, wish: Planned, wish_id: UUID, steward: Actor, granted_at: datetime) -> None:
        asked = granted_at + timedelta(hours=self.draw.randint(18, 40))
        if wish.reopened:
            wishes.confirm_wish(
                actor=steward, wish_id=wish_id, solved=False, rating=2, words="过了一天又坏了", at=asked
            )
            again = asked + timedelta(hours=6)
            self._triage(wish, wish_id, steward, again)
            wishes.assign_team(
                actor=steward,
                wish_id=wish_id,
                team_id=self.draw.choice(self.cast.units).pk,
                at=again + timedelta(hours=1),
            )
            self._hand_over(wish, wish_id, steward, again + timedelta(hours=20))
            asked = again + timedelta(hours=44)
        if wish.rating == 0:
            for attempt in range(3):
                wishes.record_call_back(
                    actor=steward,
                    wish_id=wish_id,
                    reached=False,
                    words="电话无人接听",
                    at=asked + timedelta(days=attempt),
                )
            wishes.close_unconfirmed(
                actor=steward, wish_id=wish_id, reason="三次回访未联系上", at=asked + timedelta(days=3)
            )
            return
        words = self.draw.choice(
            {5: ["谢谢，太好了", "很满意", "解决了大问题", ""], 4: ["可以", "满意", ""]}.get(
                wish.rating, ["凑合能用"]
            )
        )
        wishes.confirm_wish(
            actor=steward, wish_id=wish_id, solved=True, rating=wish.rating, words=words, at=asked
        )
        wishes.close_wish(actor=steward, wish_id=wish_id, at=asked + timedelta(days=2))

    def _hazard(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        self._triage(wish, wish_id, steward, self._at(wish, span, 0.05))
        team = self.cast.named.get(wish.claimant) or self.draw.choice(self.cast.units)
        wishes.assign_team(actor=steward, wish_id=wish_id, team_id=team.pk, at=self._at(wish, span, 0.1))
        if wish.progress:
            wishes.record_progress(
                actor=steward, wish_id=wish_id, words=wish.progress, at=self._at(wish, span, 0.4)
            )
        self._hand_over(wish, wish_id, steward, self._at(wish, span, 1))
        self._answer(wish, wish_id, steward, self._at(wish, span, 1))

    def _suspended(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        self._publish(wish, wish_id, steward, span)
        review = (self.present + timedelta(days=self.draw.randint(5, 90))).date()
        wishes.suspend_wish(
            actor=steward, wish_id=wish_id, reason="一时没有合适的帮手，列入下次主题党日再找", review_on=review,
            at=self._at(wish, span, 1),
        )  # fmt: skip

    def _declined(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        wishes.decline_wish(
            actor=steward,
            wish_id=wish_id,
            reason="这件事要由户籍所在地办理，已把地址和电话告诉您",
            at=self._at(wish, span, 0.2),
        )

    def _withdrawn(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        wishes.withdraw_wish(
            actor=steward, wish_id=wish_id, reason="家人已经解决", at=self._at(wish, span, 0.2)
        )

    def _merged(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        """Told twice: by the resident and, an hour later, by a neighbour in nearly the same words."""
        self._granted(wish, wish_id, steward, span)
        place = self.cast.places[wish.place]
        again = wishes.register_wish(
            actor=SYSTEM, text=f"帮邻居说一声：{wish.text}", place=place, channel="phone", happened_at=wish.told_at + timedelta(hours=1),
            at=wish.told_at + timedelta(hours=1), category_code=wish.category, tier=wish.tier,
        )  # fmt: skip
        wishes.merge_wishes(
            actor=steward,
            duplicate_id=again.wish.pk,
            kept_id=wish_id,
            at=wish.told_at + timedelta(hours=2),
            reason="同一件事",
        )

    def _current(self, wish: Planned, wish_id: UUID, steward: Actor, span: timedelta) -> None:
        """Told in these days: some wait on the desk, some for a helper, some are being carried."""
        stage = int.from_bytes(wish.key.encode()[-1:], "big") % 4
        until = self.present - wish.told_at
        if stage == 0:
            return
        quick = min(span, until * 0.9)
        if wish.category == "safety_hazard":
            self._triage(wish, wish_id, steward, self._at(wish, quick, 0.05))
            return
        self._triage(wish, wish_id, steward, wish.told_at + quick * 0.3)
        wishes.publish_wish(
            actor=steward,
            wish_id=wish_id,
            public_text=mask_text(wish.text).text,
            at=wish.told_at + quick * 0.5,
        )
        if stage >= 2:
            self._claim(wish, wish_id, steward, wish.told_at + quick * 0.8)
        if stage == 3:
            wishes.start_wish(actor=steward, wish_id=wish_id, at=wish.told_at + quick * 0.9)
