"""From an instance to a match with its proof: rounds of flow, prices and search, and branching for many-handed wishes."""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass, replace

import numpy as np

from wishloop.matching.solver.distance import Ints
from wishloop.matching.solver.flow import Flow, Market, Prices, cheapest_flow, lowest_prices, tidy
from wishloop.matching.solver.instance import MOST_PEOPLE, Instance
from wishloop.matching.solver.nearest import Look, Neighbourhood, Pairs

FIRST_NEAREST = 12
ADDED_A_ROUND = 8
KEPT_A_WISH = 16  # candidates of a wish that survive a round, cheapest at its prices first
PRUNED_ROUNDS = 6  # after these nothing is dropped any more, so that the rounds surely end
FEW = 0.2  # share of the wishes below which a search looks at everything
SOFT_MISSING_M = (
    20_000,
    160_000,
)  # what a missing person costs in the first rounds, so that prices stay local
HASTE_NEAREST = 24


@dataclass(frozen=True)
class Match:
    """Assigned pairs (indices into the instance), figures, and what is proven.

    ``helper_price_m`` is the certificate: with it anyone can compute ``proven_m`` over all pairs by weak duality (only for
    instances that needed no branching; else None). Costs hold ``missing_wish_cost_m`` for each wish not served.
    """

    wish: Ints
    helper: Ints
    distance_m: Ints
    served: int
    served_at_most: int
    objective_m: int
    proven_m: int
    missing_wish_cost_m: int
    optimal: bool
    helper_price_m: Ints | None
    rounds: int
    seconds: float


@dataclass
class _Incumbent:
    cost: int
    pairs: Pairs
    price: Ints | None = None


@dataclass
class _Run:
    """What a search has gathered so far: candidate pairs, the best match, the clock."""

    near: Neighbourhood
    missing_wish_cost: int
    give_up_at: float
    best: _Incumbent
    candidates: Pairs
    rounds: int = 0
    slowest_round: float = 0.0
    branched: bool = False

    def hurried(self) -> bool:
        """Tell whether another round would probably end after the time given."""
        return time.monotonic() + self.slowest_round > self.give_up_at


def solve(instance: Instance, *, seconds: float = math.inf) -> Match:
    """Return the match that serves most wishes and then costs least; ``optimal`` only with a proof for the whole graph.

    ``seconds`` is checked between rounds: a round under way is finished. Without a proof ``proven_m`` still is a valid
    lower bound of the objective and ``served_at_most`` a valid upper bound of the wishes served.
    """
    began = time.monotonic()
    near = Neighbourhood(instance)
    cost = _missing_wish_cost(instance, near.farthest_m())
    run = _Run(near, cost, began + seconds, _greedy(near, cost), Pairs.none())
    market = Market(
        instance.people, cost // np.maximum(instance.people, 1), _capacity(instance), instance.load_step_m
    )
    if run.hurried():
        proven = -instance.community_bonus_m * int(instance.people.sum())
    else:
        run.candidates = tidy(near.nearest(FIRST_NEAREST), len(instance.helper_ids))
        proven = _branch(run, market)
    return _told(run, market, proven, time.monotonic() - began)


def _capacity(instance: Instance) -> Ints:
    """Return capacities no higher than the people all wishes need, so that sums stay small."""
    return np.minimum(instance.capacity, int(instance.people.sum()))


def _missing_wish_cost(instance: Instance, farthest_m: int) -> int:
    """Return a cost of an unserved wish that no saving of distance and load can outweigh, divisible by any people_needed."""
    people = int(instance.people.sum())
    dearest = farthest_m + instance.community_bonus_m
    load = instance.load_step_m * int(_capacity(instance).max(initial=1))
    parts = math.lcm(*range(1, MOST_PEOPLE + 1))
    return ((people + 1) * (dearest + load + 1) // parts + 1) * parts


def _greedy(near: Neighbourhood, missing_wish_cost: int) -> _Incumbent:
    """Return a first match: wishes by their nearest candidates, nearest pair first, whole wishes only."""
    inst = near.instance
    pairs = near.nearest(HASTE_NEAREST)
    room, lacking = inst.capacity.tolist(), inst.people.tolist()
    taken: list[int] = []
    order = np.argsort(pairs.cost, kind="stable")
    for at, wish, helper in zip(
        order.tolist(), pairs.wish[order].tolist(), pairs.helper[order].tolist(), strict=True
    ):
        if lacking[wish] and room[helper]:
            lacking[wish] -= 1
            room[helper] -= 1
            taken.append(at)
    chosen = pairs.where(np.array(taken, dtype=np.int64))
    chosen = chosen.where(np.array(lacking, dtype=np.int64)[chosen.wish] == 0)
    return _Incumbent(_cost_of(inst, chosen, missing_wish_cost), chosen)


def _cost_of(instance: Instance, pairs: Pairs, missing_wish_cost: int) -> int:
    """Return the objective of whole served wishes."""
    load = np.bincount(pairs.helper, minlength=len(instance.helper_ids)).astype(np.int64)
    unserved = len(instance.wish_ids) - len(np.unique(pairs.wish))
    return (
        int(pairs.cost.sum())
        + instance.load_step_m * int((load * (load - 1) // 2).sum())
        + unserved * missing_wish_cost
    )


def _rounds(run: _Run, market: Market) -> tuple[Flow, Prices, int]:
    """Solve the flow on the candidates, search the whole graph with its prices, widen, until nothing is found.

    Returns the last flow, its prices and the lower bound they prove for the whole graph.
    """
    ceilings = (
        [c for c in SOFT_MISSING_M if c < int(market.missing_cost.min(initial=2**62))]
        if not run.rounds
        else []
    )
    whole, proven = False, -(2**62)
    while True:
        began = time.monotonic()
        soft = (
            replace(market, missing_cost=np.minimum(market.missing_cost, ceilings[0])) if ceilings else market
        )
        flow = cheapest_flow(run.candidates, soft)
        prices = lowest_prices(flow, soft)
        teams = flow.pairs.where(flow.used & (market.people[flow.pairs.wish] > 1))
        used = teams.wish * len(market.capacity) + teams.helper
        look = run.near.look(prices.helper, prices.level, used, whole=whole)
        settled = (
            not ceilings or not flow.missing(market).any()
        )  # all served: a dearer absence changes nothing
        few = len(np.unique(look.pairs.wish)) <= FEW * len(market.people)
        if few and not whole and settled:
            whole, look = True, run.near.look(prices.helper, prices.level, used, whole=True)
        run.rounds += 1
        _note(run, flow, prices)
        bound = prices.bound + int((look.least * market.people).sum())
        proven = max(proven, bound)  # a bound under a lower cost of missing people holds for the true one too
        run.slowest_round = max(run.slowest_round, time.monotonic() - began)
        if (not len(look.pairs.wish) and settled) or run.hurried():
            return flow, prices, proven
        if few and not settled:
            ceilings.pop(0)
        _widen(run, flow, look, prices)


def _note(run: _Run, flow: Flow, prices: Prices) -> None:
    """Keep the whole wishes of a flow as the best match when they are."""
    used = flow.pairs.where(flow.used)
    people = np.bincount(used.wish, minlength=len(run.near.instance.wish_ids))
    used = used.where(people[used.wish] == run.near.instance.people[used.wish])
    cost = _cost_of(run.near.instance, used, run.missing_wish_cost)
    if cost <= run.best.cost:
        run.best = _Incumbent(cost, used, prices.helper)


def _widen(run: _Run, flow: Flow, look: Look, prices: Prices) -> None:
    """Add the most promising pairs found for each wish to the candidates; in the first rounds drop the least promising."""
    kept = run.candidates
    if run.rounds <= PRUNED_ROUNDS:
        kept = kept.where(flow.used | (_rank(kept, prices) < KEPT_A_WISH))
    added = look.pairs.where(_rank(look.pairs, prices) < ADDED_A_ROUND)
    run.candidates = tidy(Pairs.together([kept, added]), len(run.near.instance.helper_ids))


def _rank(pairs: Pairs, prices: Prices) -> Ints:
    """Return for each pair how many of the same wish are cheaper at these prices."""
    order = np.lexsort((pairs.cost + prices.helper[pairs.helper], pairs.wish))
    wish, rank = pairs.wish[order], np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(wish, wish)
    return rank


def _branch(run: _Run, root: Market) -> int:
    """Solve with every wish whole or not at all; return the proven lower bound.

    The flow may serve a wish that needs two people by halves. Then one such wish is decided: fully served (a missing person
    costs more than all else) or left out. Best bound first; each bound is proven for the whole graph by the prices of its flow.
    """
    heap: list[tuple[int, int, dict[int, bool]]] = [(-(2**62), 0, {})]
    made, settled = 1, 2**62
    while heap:
        bound, _, fixed = heapq.heappop(heap)
        if bound >= run.best.cost or (made > 1 and run.hurried()):
            return min(settled, bound, run.best.cost)
        market, left_out = _decided(run, root, fixed)
        flow, _, proven = _rounds(run, market)
        proven = max(bound, proven + left_out * run.missing_wish_cost)
        missing = flow.missing(market)
        halves = np.flatnonzero((missing > 0) & (missing < market.people))
        undecided = [int(wish) for wish in halves if int(wish) not in fixed]
        if proven >= run.best.cost:
            continue
        if not undecided:
            settled = min(settled, proven)
            continue
        run.branched = True
        for served in (True, False):
            heapq.heappush(heap, (proven, made, {**fixed, undecided[0]: served}))
            made += 1
    return min(settled, run.best.cost)


def _decided(run: _Run, root: Market, fixed: dict[int, bool]) -> tuple[Market, int]:
    """Return the market in which some wishes must be served and others are left out, and how many are left out."""
    if not fixed:
        return root, 0
    people, missing_cost = root.people.copy(), root.missing_cost.copy()
    for wish, served in fixed.items():
        if served:
            missing_cost[wish] *= 4
        else:
            people[wish] = 0
    return replace(root, people=people, missing_cost=missing_cost), sum(
        not served for served in fixed.values()
    )


def _told(run: _Run, market: Market, proven: int, seconds: float) -> Match:
    """Put the best match and what is proven of it into the answer."""
    inst, best = run.near.instance, run.best
    bonus = inst.community_bonus_m * (
        inst.wish_community[best.pairs.wish] == inst.helper_community[best.pairs.helper]
    )
    served = len(np.unique(best.pairs.wish))
    optimal = proven >= best.cost
    price = None
    if optimal and best.price is not None and not run.branched:
        price = np.where(
            inst.capacity > 0, best.price, run.missing_wish_cost
        )  # who has no room sells nothing at any price
    surely_unserved = max(0, proven // run.missing_wish_cost)
    return Match(
        wish=best.pairs.wish,
        helper=best.pairs.helper,
        distance_m=best.pairs.cost + bonus,
        served=served,
        served_at_most=served if optimal else len(inst.wish_ids) - surely_unserved,
        objective_m=best.cost,
        proven_m=best.cost if optimal else proven,
        missing_wish_cost_m=run.missing_wish_cost,
        optimal=optimal,
        helper_price_m=price,
        rounds=run.rounds,
        seconds=seconds,
    )
