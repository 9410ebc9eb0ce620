"""The embedded database comes back whatever is killed, for root and for an ordinary user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from wishloop.runtime import embedded


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a data folder of its own, in a place with a space in its name."""
    folder = Path(tempfile.mkdtemp(prefix="wishloop faults "))
    folder.chmod(0o711)
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _kill_all(data: Path) -> None:
    """Kill every process of this cluster with the signal nobody can catch."""
    pgdata = str(data / "postgres")
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    processes = [psutil.Process(postmaster), *psutil.Process(postmaster).children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGKILL)
    end = time.monotonic() + 10
    while time.monotonic() < end and any(
        p.info["cwd"] == pgdata
        for p in psutil.process_iter(["cwd", "status"])
        if p.info["status"] != psutil.STATUS_ZOMBIE
    ):
        time.sleep(0.05)


def _write(data: Path, value: int) -> None:
    with psycopg.connect(embedded.database_url(data)) as connection:
        connection.execute("create table if not exists kept (value int)")
        connection.execute("insert into kept values (%s)", [value])


def _values(data: Path) -> list[int]:
    with psycopg.connect(embedded.database_url(data)) as connection:
        return [row[0] for row in connection.execute("select value from kept order by value")]


def test_killed_again_and_again_it_keeps_what_was_committed(data: Path) -> None:
    embedded.ensure_running(data)
    for round_number in range(3):
        _write(data, round_number)
        _kill_all(data)
        assert not embedded.is_running(data)
        embedded.ensure_running(data)
        assert _values(data) == list(range(round_number + 1))


def test_a_stranger_with_the_old_number_does_not_stop_it(data: Path) -> None:
    """After a restart of the machine the noted process number can belong to anybody: to this test, for instance."""
    embedded.ensure_running(data)
    _write(data, 1)
    _kill_all(data)
    note = data / "postgres" / "postmaster.pid"
    lines = note.read_text().split("\n") if note.exists() else [""] * 8
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    embedded.ensure_running(data)
    assert _values(data) == [1]


def test_killed_while_it_is_made(data: Path) -> None:
    """A cluster half made is thrown away and made again."""
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    embedded.ensure_running(data)
    assert embedded.is_running(data)


def test_many_starters_at_once_start_one(data: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(embedded.ensure_running(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [embedded.database_url(data)] * 6


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_as_an_ordinary_user() -> None:
    folder = Path(tempfile.mkdtemp(prefix="wishloop-user-"))
    os.chown(folder, 65534, 65534)
    program = (
        "from pathlib import Path; from wishloop.runtime import embedded; import sys; d = Path(sys.argv[1]);"
        "embedded.ensure_running(d); print(embedded.is_running(d)); embedded.stop(d); print(embedded.is_running(d))"
    )
    source = Path(embedded.__file__).resolve().parents[2]
    passable = all(
        p.stat().st_mode & 0o001
        for p in [*source.parents, *Path(sys.executable).parents, *Path(sys.prefix).parents]
    )
    real = Path(sys.executable).resolve()
    passable = passable and all(p.stat().st_mode & 0o001 for p in real.parents)
    try:
        if not passable:
            pytest.skip("the checkout or its Python lies where only root may go")
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, user=65534, group=65534,
            extra_groups=[], env={"PATH": os.environ["PATH"], "HOME": str(folder)}, cwd="/", check=False,
        )  # fmt: skip
        assert done.stdout.split() == ["True", "False"], done.stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)
