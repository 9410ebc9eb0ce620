"""What is done to media: taken in, kept, released for the public, withdrawn, swept."""

from wishloop.evidence.operations.releasing import preview_release, release_for_public, withdraw_from_public
from wishloop.evidence.operations.storing import keep_medium, store_medium
from wishloop.evidence.operations.sweeping import remove_files, sweep_orphans, sweep_pending
from wishloop.evidence.redaction import Box

__all__ = [
    "Box",
    "keep_medium",
    "preview_release",
    "release_for_public",
    "remove_files",
    "store_medium",
    "sweep_orphans",
    "sweep_pending",
    "withdraw_from_public",
]
