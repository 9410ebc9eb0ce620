"""Work off the request path: removing files after the commit that let go of them, and the nightly sweep."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from procrastinate.contrib.django import app

from wishloop.core.clock import now

log = logging.getLogger(__name__)


def defer_removal(*, keys: Sequence[str]) -> None:
    """Queue the removal of files in the transaction that lets go of them: both happen or neither. Nothing for no keys."""
    if keys:
        remove.defer(keys=list(keys))


@app.task(queue="media", name="evidence.remove", retry=5)
def remove(keys: list[str]) -> None:
    """Delete files no row refers to; running it twice deletes them once."""
    from wishloop.evidence.operations.sweeping import remove_files

    remove_files(keys=keys)


@app.periodic(cron="23 19 * * *")  # UTC: 03:23 in Lhasa
@app.task(queue="media", name="evidence.sweep", queueing_lock="evidence.sweep", retry=2)
def sweep(timestamp: int) -> None:
    """Remove media nothing used for 24 hours and files without a row. ``timestamp`` is the moment it was due (seconds)."""
    from wishloop.evidence.operations.sweeping import sweep_orphans, sweep_pending

    moment = now()
    pending, orphans = sweep_pending(at=moment), sweep_orphans(at=moment)
    if pending or orphans:
        log.info("swept %d unused media and %d files without a row", pending, orphans)
