"""Who is near whom: k-d trees over the helpers allowed to each need, and the search for pairs the prices cannot rule out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from wishloop.matching.solver.distance import (
    Ints,
    arc_at_least,
    chord_reaching,
    metres_between,
    points_in_space,
)
from wishloop.matching.solver.instance import Instance

CHUNK = 20_000
BANDS = 24  # price bands of a need: fewer cost longer searches, more cost more trees
FIRST_LOOK = 4  # nearest helpers of a band looked at before the whole ball


@dataclass(frozen=True)
class Pairs:
    """Wish and helper indices of some pairs with their cost (metres less bonus)."""

    wish: Ints
    helper: Ints
    cost: Ints

    @staticmethod
    def none() -> Pairs:
        """Return no pairs."""
        empty = np.empty(0, dtype=np.int64)
        return Pairs(empty, empty, empty)

    @staticmethod
    def together(parts: list[Pairs]) -> Pairs:
        """Return all the pairs of several lists."""
        if not parts:
            return Pairs.none()
        return Pairs(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in ("wish", "helper", "cost"))
        )

    def where(self, keep: NDArray[np.bool_] | Ints) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.wish[keep], self.helper[keep], self.cost[keep])


@dataclass(frozen=True)
class Look:
    """What a search found: pairs whose reduced cost is negative, and for each wish how far below zero any could lie."""

    pairs: Pairs
    least: Ints


def _among(keys: Ints, ranked: Ints) -> NDArray[np.bool_]:
    """Tell which keys occur among sorted ones."""
    if not len(ranked):
        return np.zeros(len(keys), dtype=bool)
    found: NDArray[np.bool_] = ranked[np.minimum(np.searchsorted(ranked, keys), len(ranked) - 1)] == keys
    return found


class Neighbourhood:
    """The positions of an instance with everything that asks for distances or nearness."""

    def __init__(self, instance: Instance) -> None:
        """Lay out the positions; trees are built when first asked for."""
        self.instance = instance
        self.helper_points = points_in_space(instance.helper_lat, instance.helper_lon)
        self.wish_points = points_in_space(instance.wish_lat, instance.wish_lon)
        order = np.argsort(instance.need_of, kind="stable")
        starts = np.searchsorted(instance.need_of[order], np.arange(len(instance.allowed) + 1))
        self.used = np.empty(0, dtype=np.int64)
        self.groups = [
            (helpers[instance.capacity[helpers] > 0], order[starts[need] : starts[need + 1]])
            for need, helpers in enumerate(instance.allowed)
        ]

    def farthest_m(self) -> int:
        """Return metres that no pair exceeds."""
        points = np.concatenate((self.helper_points, self.wish_points))
        if not len(points):
            return 0
        chord = float(np.linalg.norm(points.max(axis=0) - points.min(axis=0)))
        longest = np.array([min(chord, 2 * 6371008.8)])
        return int(arc_at_least(longest)[0]) + 10

    def priced(self, wish: Ints, helper: Ints) -> Pairs:
        """Return those of the pairs that are allowed (radius, refusals), with their cost."""
        inst = self.instance
        metres = metres_between(
            inst.wish_lat[wish], inst.wish_lon[wish], inst.helper_lat[helper], inst.helper_lon[helper]
        )
        fine = metres <= inst.radius_m[helper]
        if len(inst.forbidden):
            keys = wish * len(inst.helper_ids) + helper
            fine &= ~_among(keys, inst.forbidden)
        if inst.community_bonus_m:
            metres = metres - inst.community_bonus_m * (
                inst.wish_community[wish] == inst.helper_community[helper]
            )
        return Pairs(wish[fine], helper[fine], metres[fine])

    def nearest(self, count: int) -> Pairs:
        """Return the nearest ``count`` helpers of every wish."""
        parts = []
        for helpers, wishes in self.groups:
            if len(helpers) and len(wishes):
                tree, k = KDTree(self.helper_points[helpers]), min(count, len(helpers))
                _, found = tree.query(self.wish_points[wishes], k=[*range(1, k + 1)])
                parts.append(self.priced(np.repeat(wishes, k), helpers[found.ravel()]))
        return Pairs.together(parts)

    def look(self, price: Ints, level: Ints, used: Ints, *, whole: bool) -> Look:
        """Search all pairs of the graph, but for the used, for those with ``cost + price[helper] < level[wish]``.

        ``used`` holds sorted keys ``wish * helpers + helper``: of several people at one wish all but the dearest lie below its level.

        ``whole`` False looks at few of each band and may overlook some where it found others; ``least`` is a valid lower
        bound of the reduced cost of every pair of the wish either way, so it never claims what was not looked at.
        """
        least = np.zeros(len(level), dtype=np.int64)
        parts: list[Pairs] = []
        self.used = used
        for helpers, wishes in self.groups:
            if len(helpers) and len(wishes):
                ranked = helpers[np.argsort(price[helpers], kind="stable")]
                bands = np.array_split(ranked, min(BANDS, max(1, len(ranked) // 16)))
                parts.extend(
                    self._look_in_band(band, wishes, price, level, least, whole=whole) for band in bands
                )
        return Look(Pairs.together(parts), least)

    def _look_in_band(
        self, band: Ints, wishes: Ints, price: Ints, level: Ints, least: Ints, *, whole: bool
    ) -> Pairs:
        reach = level[wishes] - price[band].min() - 1 + self.instance.community_bonus_m
        wishes, reach = wishes[reach >= 0], reach[reach >= 0]
        tree, k = KDTree(self.helper_points[band]), min(FIRST_LOOK, len(band))
        parts: list[Pairs] = []
        for start in range(0, len(wishes), CHUNK):
            some, chord = wishes[start : start + CHUNK], chord_reaching(reach[start : start + CHUNK])
            lengths, found = tree.query(
                self.wish_points[some], k=[*range(1, k + 1)], distance_upper_bound=chord.max()
            )
            inside = lengths <= chord[:, None]
            pairs = self._below(np.repeat(some, inside.sum(axis=1)), band[found[inside]], price, level, least)
            parts.append(pairs)
            open_ended = inside[:, -1] if k < len(band) else np.zeros(len(some), dtype=bool)
            if not whole:
                nearest = arc_at_least(lengths[open_ended, -1]) - self.instance.community_bonus_m
                unseen = nearest + int(price[band].min()) - level[some[open_ended]]
                np.minimum.at(least, some[open_ended], unseen)
            elif open_ended.any():
                parts.append(self._ball(tree, band, some[open_ended], chord[open_ended], price, level, least))
        return Pairs.together(parts)

    def _ball(
        self,
        tree: KDTree,
        band: Ints,
        wishes: Ints,
        chord: NDArray[np.float64],
        price: Ints,
        level: Ints,
        least: Ints,
    ) -> Pairs:
        """Look at every helper of the band within reach, a bounded number of pairs at a time."""
        counts = tree.query_ball_point(self.wish_points[wishes], chord, return_length=True)
        parts: list[Pairs] = []
        start, ends = 0, np.cumsum(counts)
        while start < len(wishes):
            done = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, done + 1_000_000, side="right")))
            lists = tree.query_ball_point(self.wish_points[wishes[start:stop]], chord[start:stop])
            found = np.fromiter(
                (at for near in lists for at in near), dtype=np.int64, count=int(ends[stop - 1] - done)
            )
            parts.append(
                self._below(
                    np.repeat(wishes[start:stop], counts[start:stop]), band[found], price, level, least
                )
            )
            start = stop
        return Pairs.together(parts)

    def _below(self, wish: Ints, helper: Ints, price: Ints, level: Ints, least: Ints) -> Pairs:
        pairs = self.priced(wish, helper)
        reduced = pairs.cost + price[pairs.helper] - level[pairs.wish]
        below = (reduced < 0) & ~_among(pairs.wish * len(self.instance.helper_ids) + pairs.helper, self.used)
        np.minimum.at(least, pairs.wish[below], reduced[below])
        return pairs.where(below)
