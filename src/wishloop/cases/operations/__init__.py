"""What can be done to any case. Kinds of case call these from their own operations."""

from wishloop.cases.operations.moves import lock_case, make_move, open_case

__all__ = ["lock_case", "make_move", "open_case"]
