"""The pure solver: most wishes served, then the least sum of distances and load, with a proof for the whole graph.

Nothing here knows Django. See ``docs/explanation/matching.md`` for the method and the proof.
"""

from wishloop.matching.solver.engine import Match, solve
from wishloop.matching.solver.instance import Instance, InstanceError, parse_instance

__all__ = ["Instance", "InstanceError", "Match", "parse_instance", "solve"]
