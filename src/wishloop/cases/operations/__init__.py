"""What can be done to any case. Kinds of case call these from their own operations."""

from wishloop.cases.operations.moves import Words, lock_case, make_move, open_case, promise_again

__all__ = ["Words", "lock_case", "make_move", "open_case", "promise_again"]
