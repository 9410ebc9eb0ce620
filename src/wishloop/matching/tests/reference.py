"""What the tests trust instead of the solver: rules read anew from the document, brute force, weak duality over all pairs."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

RADIUS_M = 6371008.8


def metres(helper: dict[str, Any], wish: dict[str, Any]) -> int:
    phi_a, phi_b = math.radians(helper["lat"]), math.radians(wish["lat"])
    across = math.radians(wish["lon"] - helper["lon"])
    h = math.sin((phi_b - phi_a) / 2) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(across / 2) ** 2
    return round(2 * RADIUS_M * math.asin(min(1.0, math.sqrt(h))))


def cost(document: dict[str, Any], helper: dict[str, Any], wish: dict[str, Any]) -> int | None:
    """Cost of a pair, None where the pair is not allowed."""
    length = metres(helper, wish)
    skills = set(helper["skills"])
    if wish.get("certified"):
        skills &= set(helper.get("certified") or [])
    languages, free = helper.get("languages"), helper.get("availability")
    pair = {"wish": wish["id"], "helper": helper["id"]}
    if (
        wish["skill"] not in skills
        or length > helper.get("radius_m", 10**9)
        or wish["id"] in (helper.get("refusals") or [])
        or pair in document.get("forbidden", [])
        or (wish.get("language") and languages is not None and wish["language"] not in languages)
        or (wish.get("slots") is not None and free is not None and not set(free) & set(wish["slots"]))
    ):
        return None
    same = helper.get("community") is not None and helper.get("community") == wish.get("community")
    return length - (document.get("community_bonus_m", 0) if same else 0)


def best(document: dict[str, Any]) -> tuple[int, int]:
    """Most wishes served and the least cost with that many, by trying everything."""
    helpers, wishes, step = document["helpers"], document["wishes"], document.get("load_step_m", 0)
    table = [[cost(document, h, w) for h in helpers] for w in wishes]

    @cache
    def rest(at: int, room: tuple[int, ...]) -> tuple[int, int]:
        if at == len(wishes):
            return 0, 0
        answers = [rest(at + 1, room)]
        near = [h for h in range(len(helpers)) if table[at][h] is not None and room[h]]
        for team in itertools.combinations(near, wishes[at].get("people_needed", 1)):
            left = tuple(r - (h in team) for h, r in enumerate(room))
            unserved, paid = rest(at + 1, left)
            load = sum(step * (helpers[h].get("capacity", 1) - room[h]) for h in team)
            answers.append((unserved - 1, paid + load + sum(table[at][h] for h in team)))
        return min(answers)

    unserved, paid = rest(0, tuple(h.get("capacity", 1) for h in helpers))
    return -unserved, paid


def proven(document: dict[str, Any], price: list[int], missing_wish_cost: int) -> int:
    """Lower bound of the objective by weak duality, looking at every pair (one person a wish)."""
    step, total = document.get("load_step_m", 0), 0
    for wish in document["wishes"]:
        offers = [(cost(document, h, wish), p) for h, p in zip(document["helpers"], price, strict=True)]
        total += min([missing_wish_cost, *(c + p for c, p in offers if c is not None)])
    for helper, p in zip(document["helpers"], price, strict=True):
        total -= max(p * n - step * n * (n - 1) // 2 for n in range(helper.get("capacity", 1) + 1))
    return total


def check(document: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[int, int]:
    """Check that assignments keep every rule; return wishes served and their cost."""
    helpers = {h["id"]: h for h in document["helpers"]}
    wishes = {w["id"]: w for w in document["wishes"]}
    load: dict[str, int] = {}
    teams: dict[str, set[str]] = {}
    paid = 0
    for row in rows:
        price = cost(document, helpers[row["helper"]], wishes[row["wish"]])
        assert price is not None
        assert row["distance_m"] == metres(helpers[row["helper"]], wishes[row["wish"]])
        assert row["helper"] not in teams.setdefault(row["wish"], set())
        teams[row["wish"]].add(row["helper"])
        paid += price + document.get("load_step_m", 0) * load.get(row["helper"], 0)
        load[row["helper"]] = load.get(row["helper"], 0) + 1
    assert all(count <= helpers[name].get("capacity", 1) for name, count in load.items())
    assert all(len(team) == wishes[name].get("people_needed", 1) for name, team in teams.items())
    return len(teams), paid
