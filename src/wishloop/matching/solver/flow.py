"""One min-cost flow on a list of candidate pairs, and the prices that prove it on that list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from wishloop.matching.solver.distance import Ints
from wishloop.matching.solver.nearest import Pairs

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Market:
    """What both sides bring: people needed by each wish, the cost of each one missing, capacities, and the load step."""

    people: Ints
    missing_cost: Ints
    capacity: Ints
    load_step_m: int

    def load_cost(self, used: Ints) -> int:
        """Return the sum of 0 + a + 2a + … over the helpers."""
        return int((self.load_step_m * (used * (used - 1) // 2)).sum())


@dataclass(frozen=True)
class Flow:
    """A flow on sorted candidate pairs: which are used."""

    pairs: Pairs
    used: Bools

    def cost(self, market: Market) -> int:
        """Return the objective: pair costs, load, and the cost of missing people."""
        loads = np.bincount(self.pairs.helper[self.used], minlength=len(market.capacity)).astype(np.int64)
        return (
            int(self.pairs.cost[self.used].sum())
            + market.load_cost(loads)
            + int((self.missing(market) * market.missing_cost).sum())
        )

    def missing(self, market: Market) -> Ints:
        """Return how many people each wish still lacks."""
        missing: Ints = market.people - np.bincount(self.pairs.wish[self.used], minlength=len(market.people))
        return missing


def tidy(pairs: Pairs, helpers: int) -> Pairs:
    """Return the pairs sorted by wish and helper, each once."""
    _, first = np.unique(pairs.wish * helpers + pairs.helper, return_index=True)
    return pairs.where(first)


class FlowError(RuntimeError):
    """The flow engine refused the numbers, which says that an instance lies outside the range we promise."""


def cheapest_flow(pairs: Pairs, market: Market) -> Flow:
    """Return a min-cost flow on the candidate pairs (``pairs`` tidy). Raises FlowError when the engine cannot solve it."""
    helpers, wishes = len(market.capacity), len(market.people)
    sink = helpers + wishes
    solver: Any = min_cost_flow.SimpleMinCostFlow()  # its stubs ask for C types numpy's aliases do not name
    solver.add_arcs_with_capacity_and_unit_cost(
        pairs.wish + helpers, pairs.helper, np.ones(len(pairs.wish), dtype=np.int64), pairs.cost
    )
    at = np.arange(wishes)
    solver.add_arcs_with_capacity_and_unit_cost(
        at + helpers, np.full(wishes, sink), market.people, market.missing_cost
    )
    busy = np.unique(pairs.helper)
    room = np.minimum(market.capacity[busy], np.bincount(pairs.helper, minlength=helpers)[busy])
    if market.load_step_m:
        rank = np.arange(room.sum()) - np.repeat(np.cumsum(room) - room, room)
        tails, rooms, costs = (
            np.repeat(busy, room),
            np.ones(len(rank), dtype=np.int64),
            rank * market.load_step_m,
        )
    else:
        tails, rooms, costs = busy, room, np.zeros(len(busy), dtype=np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(tails, np.full(len(tails), sink), rooms, costs)
    solver.set_nodes_supplies(np.append(at + helpers, sink), np.append(market.people, -market.people.sum()))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise FlowError(f"min-cost flow ended with {status}")
    return Flow(pairs, np.asarray(solver.flows(np.arange(len(pairs.wish)))) > 0)


@dataclass(frozen=True)
class Prices:
    """A price in metres for each helper, the level each wish pays, and what these prove for the candidate pairs."""

    helper: Ints
    level: Ints
    bound: int


def lowest_prices(flow: Flow, market: Market) -> Prices:
    """Return the lowest prices under which every wish has its cheapest helpers: longest paths over the used pairs.

    Every unused pair (j, h) needs price[h] >= level[j] - cost, where level[j] is the dearest the wish pays. Starting from
    nothing, prices rise until all hold; they end because an optimal flow leaves no improving cycle.
    """
    pairs, helpers, wishes = flow.pairs, len(market.capacity), len(market.people)
    starts = np.searchsorted(pairs.wish, np.arange(wishes + 1))
    used = np.flatnonzero(flow.used)
    used_wish, used_helper, used_cost = pairs.wish[used], pairs.helper[used], pairs.cost[used]
    load = np.bincount(used_helper, minlength=helpers).astype(np.int64)
    price = market.load_step_m * np.maximum(load - 1, 0)
    missing = flow.missing(market) > 0
    level = np.where(missing, market.missing_cost, np.iinfo(np.int64).min // 4)
    by_helper = np.argsort(used_helper, kind="stable")
    helper_starts = np.searchsorted(used_helper[by_helper], np.arange(helpers + 1))
    np.maximum.at(level, used_wish, used_cost + price[used_helper])
    changed = np.arange(wishes)
    while len(changed):
        arcs = _ranges(starts, changed)
        arcs = arcs[~flow.used[arcs]]
        asked = level[pairs.wish[arcs]] - pairs.cost[arcs]
        rising = asked > price[pairs.helper[arcs]]
        arcs, asked = arcs[rising], asked[rising]
        np.maximum.at(price, pairs.helper[arcs], asked)
        mine = by_helper[_ranges(helper_starts, np.unique(pairs.helper[arcs]))]
        payers, pays = used_wish[mine], used_cost[mine] + price[used_helper[mine]]
        more = pays > level[payers]
        np.maximum.at(level, payers[more], pays[more])
        changed = np.unique(payers[more])
    level = np.where(level < 0, np.minimum(level, market.missing_cost), level)
    return Prices(price, level, _proved(flow, market, price, level))


def _ranges(starts: Ints, which: Ints) -> Ints:
    """Return the concatenated index ranges ``starts[i]:starts[i + 1]`` of some rows."""
    counts = starts[which + 1] - starts[which]
    return np.repeat(starts[which] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())


def _proved(flow: Flow, market: Market, price: Ints, level: Ints) -> int:
    """Return the lower bound the prices prove on the candidate pairs (weak duality).

    For any prices p >= 0 the objective is at least, over wishes, the sum of the cheapest people of cost + p or missing, less,
    over helpers, the most that selling capacity at p can earn beyond its load.
    """
    used_pays = int((flow.pairs.cost[flow.used] + price[flow.pairs.helper[flow.used]]).sum())
    missing = int((flow.missing(market) * market.missing_cost).sum())
    step = market.load_step_m
    sold = np.minimum(market.capacity, price // step + 1) if step else market.capacity
    earned = price * sold - step * (sold * (sold - 1) // 2)
    return used_pays + missing - int(earned.sum())
