"""Limits on how often one address may knock, shared by every process through the database.

Each limit is a leaky bucket (GCRA): one number per address, one upsert per knock, no counter to reset. The table is UNLOGGED:
after a crash of the database everybody starts afresh, which costs nothing, and a knock never waits for the disk. No address is
stored: only a keyed hash of it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """``times`` knocks per ``seconds``, all at once if need be. ``name`` keeps the limits apart."""

    name: str
    times: int
    seconds: int


_KNOCK = """
insert into core_rate_limit as r (key, free_at) values (%(key)s, %(at)s + make_interval(secs => %(step)s))
on conflict (key) do update set free_at = greatest(r.free_at, %(at)s) + make_interval(secs => %(step)s)
where greatest(r.free_at, %(at)s) + make_interval(secs => %(step)s) <= %(at)s + make_interval(secs => %(window)s)
returning 1
"""


def knock(limit: Limit, who: str, *, at: datetime) -> None:
    """Count one knock of ``who`` against ``limit``. Does nothing where ``settings.RATE_LIMITS`` is off.

    Call it outside a transaction that may be rolled back, or the knock is forgotten with it.

    Raises:
        Problem: ``too_many``, status 429, with ``data["retry_after_seconds"]``.
    """
    if not settings.RATE_LIMITS:
        return
    step = timedelta(seconds=limit.seconds / limit.times)
    window = timedelta(seconds=limit.seconds)
    key = digest(limit.name, who)
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOCK, {"key": key, "at": at, "step": step.total_seconds(), "window": window.total_seconds()}
        )
        if cursor.fetchone() is not None:
            return
        cursor.execute("select free_at from core_rate_limit where key = %s", [key])
        row = cursor.fetchone()
    wait = (row[0] + step - at - window) if row else step
    raise too_many(max(1, math.ceil(wait.total_seconds())))


def too_many(seconds: int) -> Problem:
    """Return the problem of having come too often; ``seconds`` until it is worth trying again."""
    minutes = math.ceil(seconds / 60)
    return Problem(
        "too_many",
        _("提交太频繁了，请等 %(minutes)d 分钟再试。您填写的内容没有丢失；急事请直接打电话给社区。")
        % {"minutes": minutes},
        status=429,
        data={"retry_after_seconds": seconds},
    )


def forget_old_knocks(*, at: datetime) -> int:
    """Remove buckets that have run empty; they are as if never there. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from core_rate_limit where free_at < %s", [at])
        return int(cursor.rowcount)


def address_of(request: HttpRequest) -> str:
    """Return whom a request comes from, as far as limits go: an IPv4 address, or an IPv6 network of /64.

    Behind ``settings.TRUSTED_PROXIES`` proxies the address is the one the outermost of them wrote; what a client wrote in
    front of that itself is ignored. An address nobody can read counts as one shared address.
    """
    given = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    if proxies > 0:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            given = hops[-proxies]
    return _network(given)


def _network(given: str) -> str:
    words = given.strip().removeprefix("[").partition("]")[0].partition("%")[0]
    if words.count(":") == 1:  # IPv4 with a port
        words = words.partition(":")[0]
    try:
        address = ipaddress.ip_address(words)
    except ValueError:
        return "unreadable"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)


def digest(purpose: str, what: str) -> bytes:
    """Return a keyed hash of 16 bytes, from which ``what`` cannot be had without the installation's key."""
    key: bytes = settings.BLIND_INDEX_KEY
    return hmac.new(key, f"limit\x1f{purpose}\x1f{what}".encode(), hashlib.sha256).digest()[:16]
