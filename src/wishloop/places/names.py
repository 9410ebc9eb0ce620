"""Names of units: what people call them, out of what the lists call them."""

from __future__ import annotations

import re

_COMMITTEE = re.compile(r"(社区)?(居民委员会|居委会)$")
_VILLAGE = re.compile(r"(村)?(村民委员会|委会)$")


def plain_name(listed: str) -> str:
    """Return the name people use: 扎细新村社区居委会 → 扎细新村社区, 加尔西村委会 → 加尔西村, 恩惠苑居委会 → 恩惠苑社区."""
    name = listed.strip()
    if _COMMITTEE.search(name):
        return _COMMITTEE.sub("社区", name)
    if _VILLAGE.search(name):
        return _VILLAGE.sub("村", name)
    return name
