"""Identifiers: UUIDv7 keys made by whoever creates the record, and codes people can read aloud."""

from __future__ import annotations

import secrets
import uuid

import uuid_utils

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: the code is read aloud over a bad telephone line and copied from paper.
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7: ordered by time, so that indexes grow at one end (RFC 9562)."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def new_code(prefix: str, *, length: int = 8) -> str:
    """Return a random readable code such as ``XY-K7PD-3MHA``: unguessable (23^8, about 7.8 x 10^10), easy to read."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
    groups = [letters[i : i + 4] for i in range(0, length, 4)]
    return "-".join([prefix, *groups])


def normalise_code(typed: str) -> str:
    """Return a code as stored from what a person typed: any case, spaces and dashes where they like."""
    letters = "".join(ch for ch in typed.upper() if ch.isalnum())
    prefix, rest = letters[:2], letters[2:]
    return "-".join([prefix, *[rest[i : i + 4] for i in range(0, len(rest), 4)]])
