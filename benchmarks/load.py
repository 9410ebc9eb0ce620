"""A small load generator: worker processes with keep-alive connections, latencies in milliseconds."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import Any
from urllib.parse import urlsplit

Request = tuple[str, str, bytes | None]  # method, path, JSON body


@dataclass(frozen=True, slots=True)
class Measured:
    """What one level of concurrency gave. Times in milliseconds."""

    concurrency: int
    requests: int
    errors: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return {name: round(getattr(self, name), 3) for name in self.__slots__}


def _percentile(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def _client(
    base: str, make: Callable[[int, int], Request], number: int, seconds: float, out: Queue[Any]
) -> None:
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=30)
    taken: list[float] = []
    errors, count = 0, 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        method, path, body = make(number, count)
        headers = {"Content-Type": "application/json"} if body else {}
        begin = time.perf_counter()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            errors += answer.status >= 400
        except (OSError, http.client.HTTPException):
            errors += 1
            connection.close()
        taken.append((time.perf_counter() - begin) * 1000)
        count += 1
    out.put((taken, errors))


def measure(base: str, make: Callable[[int, int], Request], *, concurrency: int, seconds: float) -> Measured:
    """Send requests from ``concurrency`` processes for ``seconds`` and return rate and percentiles."""
    out: Queue[Any] = multiprocessing.Queue()
    clients = [
        multiprocessing.Process(target=_client, args=(base, make, number, seconds, out))
        for number in range(concurrency)
    ]
    begin = time.perf_counter()
    for client in clients:
        client.start()
    results = [out.get(timeout=seconds + 60) for _ in clients]
    for client in clients:
        client.join()
    spent = time.perf_counter() - begin
    times = sorted(t for taken, _errors in results for t in taken)
    errors = sum(e for _taken, e in results)
    return Measured(
        concurrency, len(times), errors, (len(times) - errors) / max(seconds, min(spent, seconds + 2)),
        _percentile(times, 0.5), _percentile(times, 0.95), _percentile(times, 0.99),
    )  # fmt: skip


def as_body(document: Any) -> bytes:
    """Return a JSON body."""
    return json.dumps(document, ensure_ascii=False).encode()
