"""``wishloop match``: solve an instance from a file, outside any database."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import click

from wishloop.cli.main import answer, refuse
from wishloop.matching.solver import Instance, InstanceError, Match, parse_instance, solve


def described(instance: Instance, match: Match) -> dict[str, Any]:
    """Return the answer in the promised shape, wishes in the order of the instance; lengths in metres."""
    order = sorted(range(len(match.wish)), key=lambda at: (int(match.wish[at]), int(match.helper[at])))
    served = {int(wish) for wish in match.wish}
    unserved = [name for at, name in enumerate(instance.wish_ids) if at not in served]
    return {
        "assignments": [
            {
                "wish": instance.wish_ids[int(match.wish[at])],
                "helper": instance.helper_ids[int(match.helper[at])],
                "distance_m": int(match.distance_m[at]),
            }
            for at in order
        ],
        "served": match.served,
        "total_distance_m": int(match.distance_m.sum()),
        "optimal": match.optimal,
        "seconds": round(match.seconds, 3),
        "served_at_most": match.served_at_most,
        "objective_gap_m": match.objective_m - match.proven_m
        if match.served == match.served_at_most
        else None,
        "unserved": unserved,
    }


def read_document(path: str) -> Any:
    """Read a JSON file. Raises InstanceError when it cannot be read or is no JSON."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InstanceError("(file)", f"cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InstanceError("(file)", "is not UTF-8; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InstanceError(f"line {error.lineno}", f"is no JSON ({error.msg}); correct it") from error
    except RecursionError as error:
        raise InstanceError("(document)", "is nested too deep; see the description of the format") from error


@click.command("match")
@click.argument("path", metavar="INSTANCE.json")
@click.option(
    "--seconds", type=click.FloatRange(min=0), default=None, help="最多计算多少秒；不限则算到证明最优"
)
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def match(path: str, seconds: float | None, as_json: bool) -> None:
    """Match wishes to helpers: most wishes, then least distance, with a proof."""
    if seconds is not None and math.isnan(seconds):
        refuse("--seconds: must be a number; give seconds or leave it out")
    try:
        instance = parse_instance(read_document(path))
    except InstanceError as error:
        refuse(f"{path}: {error.field}: {error.message}")
    found = solve(instance, seconds=math.inf if seconds is None else seconds)
    document = described(instance, found)
    if as_json:
        answer(document)
        return
    for row in document["assignments"]:
        click.echo(f"{row['wish']} → {row['helper']}  {row['distance_m']} m")
    proof = "已证明最优" if found.optimal else f"未证明最优，最多可满足 {found.served_at_most}"
    click.echo(
        f"满足 {found.served} / {len(instance.wish_ids)}，共 {document['total_distance_m']} m，{proof}，{found.seconds:.2f} s"
    )


if __name__ == "__main__":
    match()
