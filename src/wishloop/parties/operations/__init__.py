"""Everything that is done to people and organisations."""

from wishloop.parties.operations.locking import lock_party

__all__ = ["lock_party"]
