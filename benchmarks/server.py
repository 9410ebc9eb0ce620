"""A throw-away instance with the real server, for benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wishloop.runtime import embedded


@dataclass(frozen=True, slots=True)
class Instance:
    """A running server and the database behind it."""

    base: str
    data: Path
    database_url: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def instance(*, worker: bool = True) -> Iterator[Instance]:
    """Run an empty instance on loopback without public limits; everything is removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="wishloop-bench-"))
    data.chmod(0o711)
    port = _free_port()
    environment = {**os.environ, "WISHLOOP_DATA": str(data), "WISHLOOP_RATE_LIMITS": "off"}
    environment.pop("DATABASE_URL", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "wishloop", "serve", "--port", str(port)], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, server)
        yield Instance(base, data, embedded.database_url(data))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        shutil.rmtree(data, ignore_errors=True)


def _wait(base: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            urllib.request.urlopen(f"{base}/how/", timeout=2).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not answer within 90 s")


def pgbench(where: Instance, script: str, *, clients: int, seconds: int) -> tuple[float, float]:
    """Run an SQL script with pgbench and return transactions per second and mean latency in ms: the ceiling."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [str(embedded.binaries() / "pgbench"), "-n", "-f", file.name, "-c", str(clients), "-j", "2", "-T", str(seconds),
             where.database_url], check=False, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr}")
    tps = re.search(r"tps = ([0-9.]+)", done.stdout)
    latency = re.search(r"latency average = ([0-9.]+) ms", done.stdout)
    assert tps, done.stdout
    return float(tps.group(1)), float(latency.group(1)) if latency else 0.0
