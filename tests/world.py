"""Fixtures: a prepared instance, people in their roles, and a wish at any point of its way. Real rows, real operations."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

MORNING = datetime(2025, 9, 8, 2, 0, tzinfo=UTC)  # Monday 10:00 in Lhasa


def jpeg(colour: tuple[int, int, int] = (90, 30, 40), size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small real photo."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@dataclass
class World:
    """A prepared instance with helpers to act in it. ``at`` is the moment everything happens unless told otherwise."""

    at: datetime = MORNING
    _count: int = 0
    stewards: dict[str, Any] = field(default_factory=dict)

    def place(self, name: str = "扎细新村社区") -> Any:
        from wishloop.places.queries import find_place

        found = find_place(name)
        assert found is not None, name
        return found

    def user(self, role: str, place: str = "扎细新村社区", *, acts_for: Any = None, **person: Any) -> Any:
        """Open an account with one role at a place."""
        from wishloop.core.actor import SYSTEM
        from wishloop.parties import operations as parties

        self._count += 1
        where = self.place(place)
        name = person.pop("name", f"测试{role}{self._count}")
        party = parties.register_person(name=name, place=where, at=self.at, **person)
        user = parties.open_account(
            actor=SYSTEM, username=f"{role}{self._count}", password="correct horse battery", party=party, display_name=name,
            acts_for=acts_for, at=self.at, is_demo=True,
        )  # fmt: skip
        parties.grant_role(actor=SYSTEM, user=user, role=role, place=where, on=date(2024, 1, 1))
        return user

    def actor(self, role: str, place: str = "扎细新村社区", **kwargs: Any) -> Any:
        """Return an actor with one role at a place (a new account)."""
        from wishloop.parties.queries import actor_of

        return actor_of(self.user(role, place, **kwargs), on=self.at.date())

    def steward(self, place: str = "扎细新村社区") -> Any:
        """Return the steward of a place, the same each time."""
        if place not in self.stewards:
            self.stewards[place] = self.actor("steward", place)
        return self.stewards[place]

    def resident(self, **kwargs: Any) -> Any:
        """Register a resident who agreed to collection and publication."""
        from wishloop.core.actor import SYSTEM
        from wishloop.parties import operations as parties

        self._count += 1
        person = {
            "name": f"居民{self._count}",
            "phone": f"1390000{self._count:04d}",
            "place": self.place(),
            **kwargs,
        }
        party = parties.register_person(at=self.at, **person)
        parties.record_consents(actor=SYSTEM, party=party, purposes=["collect", "publish"], at=self.at)
        return party

    def wish(self, text: str = "想要一辆轮椅，推老伴出去晒太阳", **kwargs: Any) -> Any:
        """Register a wish of a resident and return it."""
        from wishloop.core.actor import SYSTEM
        from wishloop.wishes import operations as wishes

        reporter = kwargs.pop("reporter", None) or self.resident()
        facts = {
            "place": self.place(), "channel": "door_visit", "happened_at": self.at, "at": self.at,
            "category_code": "assistive_device", **kwargs,
        }  # fmt: skip
        return wishes.register_wish(actor=SYSTEM, text=text, reporter_id=reporter.pk, **facts).wish

    def triaged(self, **kwargs: Any) -> Any:
        from wishloop.wishes import operations as wishes

        tier = kwargs.pop("tier", "ordinary")
        wish = self.wish(**kwargs)
        place = wish.case.place.name
        wishes.triage_wish(
            actor=self.steward(place), wish_id=wish.pk, category_code=wish.category_id, tier=tier, at=self.at
        )
        return wish

    def published(self, **kwargs: Any) -> Any:
        from wishloop.wishes import operations as wishes

        wish = self.triaged(**kwargs)
        steward = self.steward(wish.case.place.name)
        return wishes.publish_wish(actor=steward, wish_id=wish.pk, public_text="想要一辆轮椅", at=self.at)

    def claimed(self, helper: Any = None, **kwargs: Any) -> Any:
        from wishloop.wishes import operations as wishes

        wish = self.published(**kwargs)
        helper = helper or self.actor("member", wish.case.place.name)
        wishes.claim_wish(
            actor=helper, wish_id=wish.pk, claimant_id=helper.party_id, terms="2025-01", at=self.at
        )
        return wish, helper

    def handover(self, wish: Any) -> None:
        """Put a handover photo on the case."""
        from wishloop.cases.models import CaseEvidence
        from wishloop.evidence.models import Medium

        medium = Medium.objects.create(
            kind="photo",
            content_type="image/jpeg",
            size_bytes=3,
            sha256=b"x" * 32,
            original_key="none",
            recorded_at=self.at,
        )
        CaseEvidence.objects.create(
            case=wish.case, medium=medium, purpose="handover", happened_at=self.at, recorded_at=self.at
        )

    def granted(self, **kwargs: Any) -> Any:
        from wishloop.wishes import operations as wishes

        wish, helper = self.claimed(**kwargs)
        self.handover(wish)
        wishes.grant_wish(actor=helper, wish_id=wish.pk, result="轮椅已送到家", at=self.at)
        return wish, helper

    def resident_actor(self, wish: Any) -> Any:
        from wishloop.core.actor import Actor

        return Actor(kind="resident", party_id=wish.reporter_id, case_id=wish.pk)

    def later(self, **delta: int) -> datetime:
        return self.at + timedelta(**delta)


@pytest.fixture
def world(db: None) -> World:
    """A prepared instance (the session's reference data is loaded once)."""
    return World()


@pytest.fixture
def make_world() -> Callable[[], World]:
    """The same for tests that manage the database themselves (threads, real transactions)."""

    def make() -> World:
        from wishloop.journeys.prepare_instance import prepare_instance

        prepare_instance(at=MORNING)
        return World()

    return make
