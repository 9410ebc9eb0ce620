"""What can be done to any case. Kinds of case call these from their own operations."""

from wishloop.cases.operations.evidence import attach_evidence, publish_photo, withdraw_photo
from wishloop.cases.operations.moves import Words, lock_case, make_move, open_case, promise_again

__all__ = [
    "Words",
    "attach_evidence",
    "lock_case",
    "make_move",
    "open_case",
    "promise_again",
    "publish_photo",
    "withdraw_photo",
]
