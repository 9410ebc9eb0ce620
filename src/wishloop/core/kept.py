"""Reference data that every wish asks for, kept for a few seconds in each process.

Rules, calendars, categories and who is steward change a few times a month and are read for every wish that comes in. What an
administrator changes takes effect within ``settings.REFERENCE_SECONDS`` (5 unless set otherwise); promises already made never change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")
MOST = 4096


def kept_for_moments(read: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``read`` returns for its arguments for a few seconds. The result is shared: callers must not change it.

    Arguments must be hashable. Nothing is kept where ``settings.REFERENCE_SECONDS`` is 0 (tests).
    """
    kept: dict[Hashable, tuple[float, R]] = {}

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        seconds = float(getattr(settings, "REFERENCE_SECONDS", 0))
        if seconds <= 0:
            return read(*args, **kwargs)
        key = (args, tuple(sorted(kwargs.items())))
        now = time.monotonic()
        found = kept.get(key)
        if found is not None and found[0] > now:
            return found[1]
        value = read(*args, **kwargs)
        if len(kept) >= MOST:
            kept.clear()
        kept[key] = (now + seconds, value)
        return value

    return reading
