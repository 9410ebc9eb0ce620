"""Names of units: what people call them, out of what the lists call them."""

from __future__ import annotations

import re
import unicodedata

_COMMITTEE = re.compile(r"(社区)?(居民委员会|居委会)$")
_VILLAGE = re.compile(r"(村)?(村民委员会|委会)$")
_SPACE = re.compile(r"\s+")
# Endings people leave out, longest first. 新村 is part of a name (团结新村), so a village's ending stays there.
_ENDINGS = ("街道办事处", "办事处", "街道", "社区", "镇", "乡", "村")


def plain_name(listed: str) -> str:
    """Return the name people use: 扎细新村社区居委会 → 扎细新村社区, 加尔西村委会 → 加尔西村, 恩惠苑居委会 → 恩惠苑社区."""
    name = normalised(listed)
    if _COMMITTEE.search(name):
        return _COMMITTEE.sub("社区", name)
    if _VILLAGE.search(name):
        return _VILLAGE.sub("村", name)
    return name.removesuffix("办事处") if name.endswith("街道办事处") else name


def normalised(typed: str) -> str:
    """Return a name without blanks around it, runs of blanks as one, full-width letters and digits as ordinary ones (NFKC)."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", typed)).strip()


def short_name(name: str) -> str:
    """Return a name without its kind of unit (扎细街道 → 扎细, 加尔西村 → 加尔西), or "" when less than two characters would stay."""
    for ending in _ENDINGS:
        if name.endswith(ending) and not (ending == "村" and name.endswith("新村")):
            short = name.removesuffix(ending)
            return short if len(short) >= 2 else ""
    return ""
