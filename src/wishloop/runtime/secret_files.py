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


def _keyring_file(name: str, environment_name: str) -> Path:
    """Return the file a keyring lives in. Raises ValueError when the environment holds it instead."""
    if os.environ.get(environment_name, "").strip():
        message = f"{environment_name} is set: change the keyring there, newest first, separated by commas"
        raise ValueError(message)
    return data_dir() / "secrets" / name


def _replace(path: Path, lines: list[str]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write("\n".join(lines) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


def add_key(*, name: str, environment_name: str) -> int:
    """Put a fresh key in front of a keyring's file. Returns how many keys it holds now.

    Raises:
        ValueError: the keyring comes from the environment.
    """
    path = _keyring_file(name, environment_name)
    keyring(name=name, environment_name=environment_name)  # makes the file if there is none, and checks it
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    lines.insert(0, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    _replace(path, lines)
    return len(lines)


def retire_keys(*, name: str, environment_name: str) -> int:
    """Keep only the newest key of a keyring's file. Returns how many were thrown away.

    Raises:
        ValueError: the keyring comes from the environment.
    """
    path = _keyring_file(name, environment_name)
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    _replace(path, lines[:1])
    return len(lines) - 1
