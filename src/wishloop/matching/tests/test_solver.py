"""The solver against brute force, against a dense solver, and its certificate against independent arithmetic."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from wishloop.matching.commands import described
from wishloop.matching.solver import Match, engine, nearest, parse_instance, solve
from wishloop.matching.tests import reference

Document = dict[str, Any]


def solved(document: Document, **options: float) -> tuple[Match, Document]:
    instance = parse_instance(document)
    match = solve(instance, **options)
    return match, described(instance, match)


def assert_proven_best(document: Document) -> Match:
    match, answer = solved(document)
    served, paid = reference.check(document, answer["assignments"])
    assert (served, paid) == reference.best(document)
    assert answer["served"] == served
    assert match.optimal
    assert answer["total_distance_m"] == sum(row["distance_m"] for row in answer["assignments"])
    assert len(answer["unserved"]) == len(document["wishes"]) - served
    return match


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def record(required: dict[str, Any], absent: dict[str, Any]) -> st.SearchStrategy[Document]:
    def without_nothing(row: Document) -> Document:
        return {name: value for name, value in row.items() if value is not None}

    return st.fixed_dictionaries({**required, **{name: optional(s) for name, s in absent.items()}}).map(
        without_nothing
    )


positions = {
    "lat": st.sampled_from([29.65, 29.651, 29.66, 29.7, 89.9999, -90.0]),
    "lon": st.sampled_from([91.1, 91.101, 91.13, 179.9999, -179.9999, 180.0]),
}
some = st.lists(st.sampled_from("abc"), unique=True)
plain_helper = record({**positions, "skills": some}, {"capacity": st.integers(0, 3)})
plain_wish = record({**positions, "skill": st.sampled_from("abc")}, {})
rich_helper = record(
    {**positions, "skills": some},
    {
        "capacity": st.integers(0, 3),
        "radius_m": st.sampled_from([0, 200, 1500, 6000]),
        "languages": some,
        "availability": some,
        "certified": some,
        "community": st.sampled_from("xy"),
        "refusals": st.lists(st.sampled_from(["w0", "w1", "elsewhere"]), unique=True),
    },
)
rich_wish = record(
    {**positions, "skill": st.sampled_from("ab")},
    {
        "language": st.sampled_from("ab"),
        "slots": some,
        "certified": st.booleans(),
        "community": st.sampled_from("xy"),
        "people_needed": st.integers(1, 3),
    },
)


@st.composite
def documents(
    draw: st.DrawFn, helper: st.SearchStrategy[Document], wish: st.SearchStrategy[Document], size: int
) -> Document:
    helpers = [{"id": f"h{n}", **draw(helper)} for n in range(draw(st.integers(0, size)))]
    wishes = [{"id": f"w{n}", **draw(wish)} for n in range(draw(st.integers(0, size + 1)))]
    return {
        "helpers": helpers,
        "wishes": wishes,
        "load_step_m": draw(st.sampled_from([0, 0, 1, 500, 100_000])),
    }


@settings(max_examples=200, deadline=None)
@given(documents(plain_helper, plain_wish, 4))
def test_small_instances_equal_brute_force_and_carry_a_certificate(document: Document) -> None:
    match = assert_proven_best(document)
    assert match.helper_price_m is not None
    prices = match.helper_price_m.tolist()
    assert reference.proven(document, prices, match.missing_wish_cost_m) == match.objective_m


@settings(max_examples=200, deadline=None)
@given(documents(rich_helper, rich_wish, 4), st.sampled_from([0, 300, 5000]), st.booleans())
def test_every_rule_together_equals_brute_force(document: Document, bonus: int, complaint: bool) -> None:
    document["community_bonus_m"] = bonus
    document["forbidden"] = [{"wish": "w0", "helper": "h0"}] if complaint else []
    assert_proven_best(document)


def county(seed: int, wishes: int, helpers: int, *, capacity: int = 1, skills: str = "abc") -> Document:
    draw = random.Random(seed)
    centres = [(draw.uniform(29.5, 29.8), draw.uniform(91.0, 91.3)) for _ in range(6)]

    def position() -> Document:
        lat, lon = draw.choice(centres)
        return {"lat": lat + draw.gauss(0, 0.01), "lon": lon + draw.gauss(0, 0.01)}

    return {
        "helpers": [
            {
                "id": f"h{n}",
                **position(),
                "skills": draw.sample(skills, draw.randint(1, 2)),
                "capacity": capacity,
            }
            for n in range(helpers)
        ],
        "wishes": [{"id": f"w{n}", **position(), "skill": draw.choice(skills)} for n in range(wishes)],
        "load_step_m": 0,
    }


@pytest.mark.parametrize(("wishes", "helpers", "capacity"), [(250, 250, 1), (300, 120, 2), (150, 300, 1)])
def test_medium_instances_equal_the_dense_solver(wishes: int, helpers: int, capacity: int) -> None:
    document = county(wishes, wishes, helpers, capacity=capacity)
    missing = 10**8
    table = np.full((wishes, helpers * capacity + wishes), missing)
    for row, wish in enumerate(document["wishes"]):
        for column, helper in enumerate(document["helpers"]):
            price = reference.cost(document, helper, wish)
            if price is not None:
                table[row, column * capacity : (column + 1) * capacity] = price
    rows, columns = linear_sum_assignment(table)
    chosen = table[rows, columns]
    match, answer = solved(document)
    assert reference.check(document, answer["assignments"]) == (
        int((chosen < missing).sum()),
        int(chosen[chosen < missing].sum()),
    )
    assert match.optimal


@pytest.mark.parametrize("step", [0, 700])
def test_certificate_of_a_clustered_county_holds_over_all_pairs(step: int) -> None:
    document = county(5, 400, 160, capacity=3)
    document["load_step_m"] = step
    match, answer = solved(document)
    assert match.optimal
    assert match.helper_price_m is not None
    assert (match.helper_price_m >= 0).all()
    bound = reference.proven(document, match.helper_price_m.tolist(), match.missing_wish_cost_m)
    served, paid = reference.check(document, answer["assignments"])
    assert bound == paid + (400 - served) * match.missing_wish_cost_m


def test_few_nearest_are_widened_until_all_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty wishes in one village, their helpers elsewhere behind forty near ones with no room: fixed k would serve none."""
    monkeypatch.setattr(engine, "FIRST_NEAREST", 2)
    monkeypatch.setattr(nearest, "FIRST_LOOK", 1)
    near = [
        {"id": f"n{n}", "lat": 29.65 + n * 1e-5, "lon": 91.1, "skills": ["a"], "capacity": 1}
        for n in range(5)
    ]
    far = [
        {"id": f"f{n}", "lat": 29.9, "lon": 91.1 + n * 1e-3, "skills": ["a"], "capacity": 1}
        for n in range(35)
    ]
    wishes = [{"id": f"w{n}", "lat": 29.65, "lon": 91.1 + n * 1e-5, "skill": "a"} for n in range(40)]
    match, answer = solved({"helpers": near + far, "wishes": wishes})
    assert answer["served"] == 40
    assert match.optimal
    assert match.rounds > 1


def test_more_served_beats_any_distance() -> None:
    document = {
        "helpers": [
            {"id": "near", "lat": 0.0, "lon": 0.0, "skills": ["a", "b"]},
            {"id": "far", "lat": 0.0, "lon": 179.0, "skills": ["a"]},
        ],
        "wishes": [
            {"id": "either", "lat": 0.0, "lon": 0.0, "skill": "a"},
            {"id": "only", "lat": 0.0, "lon": 90.0, "skill": "b"},
        ],
    }
    _, answer = solved(document)
    assert [(row["wish"], row["helper"]) for row in answer["assignments"]] == [
        ("either", "far"),
        ("only", "near"),
    ]


def test_load_step_spreads_wishes_where_the_walk_is_shorter_than_the_step() -> None:
    helpers = [
        {"id": n, "lat": 29.65, "lon": lon, "skills": ["a"], "capacity": 3}
        for n, lon in (("x", 91.1), ("y", 91.11))
    ]
    wishes = [{"id": f"w{n}", "lat": 29.65, "lon": 91.1, "skill": "a"} for n in range(3)]
    document: Document = {"helpers": helpers, "wishes": wishes}
    loads = []
    for step in (0, 900, 1000, 100_000):
        document["load_step_m"] = step
        _, answer = solved(document)
        loads.append(sum(row["helper"] == "y" for row in answer["assignments"]))
    assert loads == [0, 1, 1, 1]
    document["load_step_m"] = 400  # 2 * 400 < 967 m: nobody walks for it
    assert {row["helper"] for row in solved(document)[1]["assignments"]} == {"x"}


def test_two_people_or_nobody_where_the_flow_would_send_halves() -> None:
    """Two home visits and three helpers: a flow serves one and a half, or two halves and lets the single wish lose."""
    at = {"lat": 29.65, "lon": 91.1, "skills": ["a"]}
    document = {
        "helpers": [{"id": f"h{n}", **at} for n in range(3)],
        "wishes": [
            {"id": f"w{n}", "lat": 29.65 + n / 1000, "lon": 91.1, "skill": "a", "people_needed": 2}
            for n in range(2)
        ],
    }
    match = assert_proven_best(document)
    assert match.served == 1
    assert match.served_at_most == 1


def test_the_date_line_is_no_border() -> None:
    document = {
        "helpers": [
            {"id": "east", "lat": 10.0, "lon": -179.999, "skills": ["a"]},
            {"id": "west", "lat": 10.0, "lon": 179.9, "skills": ["a"]},
        ],
        "wishes": [{"id": "w", "lat": 10.0, "lon": 179.999, "skill": "a"}],
    }
    _, answer = solved(document)
    assert answer["assignments"][0]["helper"] == "east"
    assert answer["total_distance_m"] < 300


def test_without_time_the_answer_is_honest() -> None:
    document = county(9, 300, 120, capacity=2)
    best_match, best_answer = solved(document)
    match, answer = solved(document, seconds=0)
    served, _ = reference.check(document, answer["assignments"])
    assert not match.optimal
    assert match.served_at_most >= best_match.served >= served
    assert match.proven_m <= best_match.objective_m <= match.objective_m
    assert best_answer["optimal"]


def test_many_at_one_spot_and_ties() -> None:
    spot = {"lat": 29.65, "lon": 91.1}
    document = {
        "helpers": [{"id": f"h{n}", **spot, "skills": ["a"], "capacity": 1} for n in range(150)],
        "wishes": [{"id": f"w{n}", **spot, "skill": "a"} for n in range(200)],
    }
    match, answer = solved(document)
    assert (answer["served"], answer["total_distance_m"], match.optimal) == (150, 0, True)
