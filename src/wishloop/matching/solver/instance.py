"""Reading an instance: every field checked, every fault named, then arrays for the solver."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wishloop.matching.solver.distance import Floats, Ints

MOST_CAPACITY = 10_000
MOST_METRES = 50_000_000
MOST_PEOPLE = 4


class InstanceError(ValueError):
    """An instance that cannot be read: ``field`` says where, ``message`` what is wrong and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Need:
    """What a helper must have to be allowed to a wish; wishes with the same need share their helpers."""

    skill: str
    certified: bool
    language: str | None
    slots: frozenset[str] | None


@dataclass(frozen=True)
class Instance:
    """A checked instance. Distances in metres; positions in degrees; indices point into ``helper_ids`` and ``wish_ids``."""

    helper_ids: list[str]
    helper_lat: Floats
    helper_lon: Floats
    capacity: Ints
    radius_m: Ints
    helper_community: Ints
    wish_ids: list[str]
    wish_lat: Floats
    wish_lon: Floats
    people: Ints
    wish_community: Ints
    need_of: Ints
    allowed: list[Ints]
    forbidden: Ints
    load_step_m: int
    community_bonus_m: int


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise InstanceError(f"{where}.{name}", "must be a text that is not empty; give each record one")
    return value


def _degrees(row: Mapping[str, Any], name: str, where: str, most: float) -> float:
    value = row.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or abs(value) > most
    ):
        raise InstanceError(
            f"{where}.{name}", f"must be a number of degrees from -{most:g} to {most:g}; correct the position"
        )
    return float(value)


def _whole(row: Mapping[str, Any], name: str, where: str, default: int, low: int, high: int) -> int:
    value = row.get(name)
    if value is None:
        return default
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value != math.floor(value) or not low <= value <= high:
        raise InstanceError(
            f"{where}.{name}", f"must be a whole number from {low} to {high}; correct it or leave it out"
        )
    return int(value)


def _texts(row: Mapping[str, Any], name: str, where: str) -> frozenset[str] | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InstanceError(f"{where}.{name}", "must be a list of texts; correct it or leave it out")
    return frozenset(value)


def _rows(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = document.get(name)
    if not isinstance(rows, list):
        raise InstanceError(name, "must be a list of objects; an empty list is allowed")
    for at, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InstanceError(f"{name}[{at}]", "must be an object; see the description of the format")
    return rows


def _ids(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    ids, seen = [], set()
    for at, row in enumerate(rows):
        identifier = _text(row, "id", f"{name}[{at}]")
        if identifier in seen:
            raise InstanceError(f"{name}[{at}].id", f"{identifier!r} occurs twice; every id must be its own")
        seen.add(identifier)
        ids.append(identifier)
    return ids


def _need(row: Mapping[str, Any], where: str) -> Need:
    certified = row.get("certified", False)
    if not isinstance(certified, bool):
        raise InstanceError(f"{where}.certified", "must be true or false; correct it or leave it out")
    language = None if row.get("language") is None else _text(row, "language", where)
    return Need(_text(row, "skill", where), certified, language, _texts(row, "slots", where))


@dataclass(frozen=True)
class _Offer:
    skills: frozenset[str]
    certified: frozenset[str]
    languages: frozenset[str] | None
    availability: frozenset[str] | None

    def answers(self, need: Need) -> bool:
        """Tell whether skill, certificate, language and time fit; what a helper does not state does not bind."""
        return (
            need.skill in (self.certified if need.certified else self.skills)
            and (need.language is None or self.languages is None or need.language in self.languages)
            and (
                need.slots is None
                or self.availability is None
                or not need.slots.isdisjoint(self.availability)
            )
        )


def _offers(rows: Sequence[Mapping[str, Any]]) -> list[_Offer]:
    offers = []
    for at, row in enumerate(rows):
        where = f"helpers[{at}]"
        skills = _texts(row, "skills", where)
        if skills is None:
            raise InstanceError(f"{where}.skills", "is missing; give a list of texts, which may be empty")
        certified = _texts(row, "certified", where) or frozenset()
        availability = _texts(row, "availability", where)
        offers.append(_Offer(skills, certified & skills, _texts(row, "languages", where), availability))
    return offers


def _communities(rows: Sequence[Mapping[str, Any]], name: str, numbers: dict[str, int], absent: int) -> Ints:
    found = np.full(len(rows), absent, dtype=np.int64)
    for at, row in enumerate(rows):
        if row.get("community") is not None:
            found[at] = numbers.setdefault(_text(row, "community", f"{name}[{at}]"), len(numbers))
    return found


def _forbidden(
    document: Mapping[str, Any],
    helpers: Sequence[Mapping[str, Any]],
    helper_ids: list[str],
    wish_ids: list[str],
) -> Ints:
    """Return the refused and forbidden pairs as sorted keys ``wish * helpers + helper``; ids that are not here bind nobody."""
    helper_at = {identifier: at for at, identifier in enumerate(helper_ids)}
    wish_at = {identifier: at for at, identifier in enumerate(wish_ids)}
    keys = set()
    for at, row in enumerate(helpers):
        for wish in _texts(row, "refusals", f"helpers[{at}]") or ():
            if wish in wish_at:
                keys.add(wish_at[wish] * len(helper_ids) + at)
    pairs = document.get("forbidden", [])
    if not isinstance(pairs, list):
        raise InstanceError(
            "forbidden", 'must be a list of {"wish": id, "helper": id}; correct it or leave it out'
        )
    for at, pair in enumerate(pairs):
        if not isinstance(pair, dict):
            raise InstanceError(f"forbidden[{at}]", 'must be {"wish": id, "helper": id}')
        wish, helper = _text(pair, "wish", f"forbidden[{at}]"), _text(pair, "helper", f"forbidden[{at}]")
        if wish in wish_at and helper in helper_at:
            keys.add(wish_at[wish] * len(helper_ids) + helper_at[helper])
    return np.array(sorted(keys), dtype=np.int64)


def _allowed(offers: Sequence[_Offer], needs: Sequence[Need]) -> list[Ints]:
    by_skill: dict[str, list[int]] = {}
    for at, offer in enumerate(offers):
        for skill in offer.skills:
            by_skill.setdefault(skill, []).append(at)
    return [
        np.array([at for at in by_skill.get(need.skill, ()) if offers[at].answers(need)], dtype=np.int64)
        for need in needs
    ]


def parse_instance(document: Any) -> Instance:
    """Check an instance as read from JSON and return it as arrays.

    Raises InstanceError with the field, the fault and what to do. Fields beyond the promised ones are optional and bind
    nobody where they are absent.
    """
    if not isinstance(document, dict):
        raise InstanceError("(document)", 'must be one object with "helpers" and "wishes"')
    helpers, wishes = _rows(document, "helpers"), _rows(document, "wishes")
    helper_ids, wish_ids = _ids(helpers, "helpers"), _ids(wishes, "wishes")
    offers = _offers(helpers)
    need_numbers: dict[Need, int] = {}
    need_of = [
        need_numbers.setdefault(_need(row, f"wishes[{at}]"), len(need_numbers))
        for at, row in enumerate(wishes)
    ]
    communities: dict[str, int] = {}

    def whole(
        rows: Sequence[Mapping[str, Any]], table: str, name: str, default: int, low: int, high: int
    ) -> Ints:
        return np.array(
            [_whole(row, name, f"{table}[{at}]", default, low, high) for at, row in enumerate(rows)],
            dtype=np.int64,
        )

    def degrees(rows: Sequence[Mapping[str, Any]], table: str, name: str, most: float) -> Floats:
        return np.array(
            [_degrees(row, name, f"{table}[{at}]", most) for at, row in enumerate(rows)], dtype=np.float64
        )

    return Instance(
        helper_ids=helper_ids,
        helper_lat=degrees(helpers, "helpers", "lat", 90),
        helper_lon=degrees(helpers, "helpers", "lon", 180),
        capacity=whole(helpers, "helpers", "capacity", 1, 0, MOST_CAPACITY),
        radius_m=whole(helpers, "helpers", "radius_m", MOST_METRES, 0, MOST_METRES),
        helper_community=_communities(helpers, "helpers", communities, -1),
        wish_ids=wish_ids,
        wish_lat=degrees(wishes, "wishes", "lat", 90),
        wish_lon=degrees(wishes, "wishes", "lon", 180),
        people=whole(wishes, "wishes", "people_needed", 1, 1, MOST_PEOPLE),
        wish_community=_communities(wishes, "wishes", communities, -2),
        need_of=np.array(need_of, dtype=np.int64),
        allowed=_allowed(offers, list(need_numbers)),
        forbidden=_forbidden(document, helpers, helper_ids, wish_ids),
        load_step_m=_whole(document, "load_step_m", "(document)", 0, 0, 1_000_000),
        community_bonus_m=_whole(document, "community_bonus_m", "(document)", 0, 0, 1_000_000),
    )
