"""Secrets: from the environment, else from files made on first start with mode 600."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

from wishloop.runtime.datadir import data_dir


def _make_once(path: Path, content: str) -> str:
    """Write ``content`` to ``path`` unless it exists, and return what the file holds; two starters agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(temporary, path)
    finally:
        temporary.unlink()
    return path.read_text().strip()


def secret_text(*, name: str, environment_name: str) -> str:
    """Return a random secret of 50 characters or more, from the environment or ``<data>/secrets/<name>``."""
    given = os.environ.get(environment_name, "").strip()
    if given:
        return given
    path = data_dir() / "secrets" / name
    if path.exists():
        return path.read_text().strip()
    return _make_once(path, secrets.token_urlsafe(48))


def keyring(*, name: str, environment_name: str) -> list[bytes]:
    """Return 32-byte keys, newest first: the first encrypts, the others still decrypt (rotation).

    Source: the environment (base64, separated by commas) or ``<data>/secrets/<name>``, one key a line.

    Raises:
        ValueError: a key is not base64 of 32 bytes.
    """
    given = os.environ.get(environment_name, "").strip()
    if given:
        lines = given.split(",")
    else:
        path = data_dir() / "secrets" / name
        fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        lines = (path.read_text() if path.exists() else _make_once(path, fresh)).splitlines()
    keys = [base64.urlsafe_b64decode(line.strip()) for line in lines if line.strip()]
    if not keys or any(len(key) != 32 for key in keys):
        message = f"{environment_name} or secrets/{name}: each key must be base64 of 32 bytes"
        raise ValueError(message)
    return keys
