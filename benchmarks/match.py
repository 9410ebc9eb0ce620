"""How fast and how well wishes are matched. Run: python benchmarks/match.py [--sizes 1k,10k,100k] [--seconds S] [--json]

A seeded county: villages of very different size, 12 skills of very different frequency, one to three skills and one to three places
a helper, so that together there is about one place for each wish, but seldom where it is needed. Three methods, each in a process
of its own so that peak memory can be told apart:

* ours: the solver of the product, to the proof for the whole graph or the time limit;
* greedy: the nearest free pair first, over as many nearest helpers as it takes;
* scipy: ``min_weight_full_bipartite_matching`` on our first candidates (12 nearest), a place a column and a costly column of its own
  for each wish. It is exact on that list and can prove nothing about the rest.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from wishloop.matching.solver import Instance, parse_instance, solve
from wishloop.matching.solver.engine import FIRST_NEAREST
from wishloop.matching.solver.nearest import Neighbourhood

SIZES = {"1k": (1_000, 1_000), "10k": (10_000, 5_000), "100k": (100_000, 50_000)}
SKILLS = 12
SEED = 20261123
GREEDY_NEAREST = (30, 120, 480)


def county(wishes: int, helpers: int, seed: int = SEED) -> dict[str, Any]:
    """Return a synthetic county as an instance document; the same seed gives the same county."""
    draw = np.random.default_rng(seed)
    villages = max(4, int(wishes**0.5 / 4))
    centres = np.column_stack((draw.uniform(29.3, 30.1, villages), draw.uniform(90.6, 91.9, villages)))
    people = draw.pareto(1.2, villages) + 0.3
    needs = people * draw.uniform(0.5, 1.5, villages)

    def positions(count: int, weights: Any, scattered: float) -> Any:
        found = centres[draw.choice(villages, count, p=weights / weights.sum())] + draw.normal(
            0, 0.02, (count, 2)
        )
        alone = draw.random(count) < scattered
        found[alone] = np.column_stack(
            (draw.uniform(29.3, 30.1, alone.sum()), draw.uniform(90.6, 91.9, alone.sum()))
        )
        return found.round(6).tolist()

    frequency = 1 / np.arange(2, SKILLS + 2)
    frequency /= frequency.sum()
    homes, doors = positions(helpers, people, 0.1), positions(wishes, needs, 0.15)
    counts, places = draw.integers(1, 4, helpers).tolist(), draw.integers(1, 4, helpers).tolist()
    asked = draw.choice(SKILLS, wishes, p=frequency).tolist()
    return {
        "helpers": [
            {
                "id": f"h{n}",
                "lat": lat,
                "lon": lon,
                "skills": [f"s{k}" for k in draw.choice(SKILLS, counts[n], replace=False, p=frequency)],
                "capacity": places[n],
            }
            for n, (lat, lon) in enumerate(homes)
        ],
        "wishes": [
            {"id": f"w{n}", "lat": lat, "lon": lon, "skill": f"s{asked[n]}"}
            for n, (lat, lon) in enumerate(doors)
        ],
        "load_step_m": 0,
    }


def ours(instance: Instance, seconds: float) -> dict[str, Any]:
    """Solve to the proof or until the time is over."""
    match = solve(instance, seconds=seconds)
    return {
        "served": match.served,
        "metres": int(match.distance_m.sum()),
        "proof": match.optimal,
        "served_at_most": match.served_at_most,
        "rounds": match.rounds,
    }


def greedy(instance: Instance, _seconds: float) -> dict[str, Any]:
    """Take the nearest free pair again and again; wishes left over look farther."""
    near, room = Neighbourhood(instance), instance.capacity.tolist()
    taken: dict[int, int] = {}
    for count in GREEDY_NEAREST:
        pairs = near.nearest(count)
        left = pairs.where(~np.isin(pairs.wish, list(taken)))
        order = np.argsort(left.cost, kind="stable")
        for wish, helper, cost in zip(
            *(a[order].tolist() for a in (left.wish, left.helper, left.cost)), strict=True
        ):
            if wish not in taken and room[helper]:
                taken[wish] = cost
                room[helper] -= 1
    return {"served": len(taken), "metres": sum(taken.values()), "proof": False}


def scipy_sparse(instance: Instance, _seconds: float) -> dict[str, Any]:
    """Solve our first candidate list by scipy's sparse assignment; every helper's places are columns."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    pairs, wishes = Neighbourhood(instance).nearest(FIRST_NEAREST), len(instance.wish_ids)
    first, places = np.cumsum(instance.capacity) - instance.capacity, instance.capacity[pairs.helper]
    rank = np.arange(places.sum()) - np.repeat(np.cumsum(places) - places, places)
    columns = int(instance.capacity.sum())
    rows = np.append(np.repeat(pairs.wish, places), np.arange(wishes))
    cols = np.append(np.repeat(first[pairs.helper], places) + rank, columns + np.arange(wishes))
    missing = float(wishes * 200_000)
    table = csr_array(
        (np.append(np.repeat(pairs.cost, places) + 1.0, np.full(wishes, missing)), (rows, cols)),
        shape=(wishes, columns + wishes),
    )
    row, column = min_weight_full_bipartite_matching(table)
    cost = np.asarray(table[row, column]).ravel()
    served = cost < missing
    return {"served": int(served.sum()), "metres": int((cost[served] - 1).sum()), "proof": False}


METHODS: dict[str, Callable[[Instance, float], dict[str, Any]]] = {
    "ours": ours,
    "greedy": greedy,
    "scipy": scipy_sparse,
}


def _measured(name: str, size: str, seconds: float, send: Any) -> None:
    instance = parse_instance(county(*SIZES[size]))
    before, began, cpu = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        time.perf_counter(),
        time.process_time(),
    )
    row = METHODS[name](instance, seconds)
    row.update(
        method=name,
        size=size,
        seconds=round(time.perf_counter() - began, 2),
        cpu_seconds=round(time.process_time() - cpu, 2),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        instance_mb=before // 1024,
    )
    send.send(row)


def measure(name: str, size: str, seconds: float, patience: float) -> dict[str, Any]:
    """Run one method in a fresh process; give up after ``patience`` seconds and say so."""
    receive, send = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("spawn").Process(target=_measured, args=(name, size, seconds, send))
    worker.start()
    send.close()
    row: dict[str, Any] = {"method": name, "size": size, "error": f"no answer within {patience:g} s"}
    if receive.poll(patience):
        try:
            row = receive.recv()
        except EOFError:
            row["error"] = "ended without an answer"
    else:
        worker.terminate()
    worker.join()
    return row


def run() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--seconds", type=float, default=math.inf, help="time limit of ours")
    parser.add_argument(
        "--patience", type=float, default=900.0, help="seconds after which a method is given up"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for size in options.sizes.split(","):
        for name in options.methods.split(","):
            row = measure(name, size, options.seconds, options.patience)
            rows.append(row)
            print(row, file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps({"seed": SEED, "rows": rows}))
        return
    for row in rows:
        told = (
            row.get("error")
            or f"{row['seconds']:8.2f} s {row['peak_mb']:6d} MB  served {row['served']}  {row['metres']} m  proof {row['proof']}"
        )
        print(f"{row['size']:>5} {row['method']:<7} {told}")


if __name__ == "__main__":
    run()
