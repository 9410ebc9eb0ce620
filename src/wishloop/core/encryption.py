"""Personal fields: each person has a key of their own, wrapped by the installation's keys; deleting it forgets them.

AES-256-GCM with a random 96-bit nonce; what a field belongs to is authenticated with it, so that a ciphertext moved to another
person or field does not decrypt. Look-up by phone or ID goes through a keyed hash (blind index), never through the ciphertext.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
DIGEST_BYTES = 16


class CannotDecrypt(Exception):
    """The key does not fit: the person was forgotten, or the installation's keys are not the ones that encrypted."""


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def new_person_key(party_id: UUID) -> tuple[bytes, bytes]:
    """Return a fresh person key and the same wrapped by the newest installation key, for the database."""
    key = AESGCM.generate_key(bit_length=256)
    return key, _seal(settings.FIELD_KEYS[0], key, b"person-key:" + party_id.bytes)


def unwrap_person_key(party_id: UUID, wrapped: bytes | memoryview) -> bytes:
    """Return a person's key, trying the installation's keys newest first.

    Raises:
        CannotDecrypt: none of them wrapped it.
    """
    for master in settings.FIELD_KEYS:
        try:
            return _open(master, bytes(wrapped), b"person-key:" + party_id.bytes)
        except InvalidTag:
            continue
    raise CannotDecrypt(
        "no installation key opens this person's key; restore secrets/field_keys from the backup"
    )


def rewrap_person_key(party_id: UUID, wrapped: bytes | memoryview) -> bytes:
    """Return the same person key wrapped by the newest installation key (rotation)."""
    key = unwrap_person_key(party_id, wrapped)
    return _seal(settings.FIELD_KEYS[0], key, b"person-key:" + party_id.bytes)


def opens_with_newest(party_id: UUID, wrapped: bytes | memoryview) -> bool:
    """Tell whether the newest installation key alone opens a person's key."""
    try:
        _open(settings.FIELD_KEYS[0], bytes(wrapped), b"person-key:" + party_id.bytes)
    except InvalidTag:
        return False
    return True


def encrypt_field(key: bytes, *, party_id: UUID, field: str, plain: str) -> bytes:
    """Return ``plain`` sealed under a person's key and bound to that person and field."""
    return _seal(key, plain.encode(), field.encode() + b":" + party_id.bytes)


def decrypt_field(key: bytes, *, party_id: UUID, field: str, sealed: bytes) -> str:
    """Return the plaintext of a sealed field.

    Raises:
        CannotDecrypt: another person's or field's ciphertext, or tampered with.
    """
    try:
        return _open(key, bytes(sealed), field.encode() + b":" + party_id.bytes).decode()
    except InvalidTag as error:
        raise CannotDecrypt(f"the field {field} does not decrypt under this person's key") from error


def blind_index(kind: str, normalised: str) -> bytes:
    """Return the keyed hash by which an exact value is found without being readable (HMAC-SHA256, 16 bytes)."""
    return hmac.new(settings.BLIND_INDEX_KEY, f"{kind}:{normalised}".encode(), hashlib.sha256).digest()[
        :DIGEST_BYTES
    ]


def seal_aside(purpose: str, plain: str) -> bytes:
    """Return text sealed by the newest installation key, for what belongs to no person's row (a session, a factor's secret)."""
    return _seal(settings.FIELD_KEYS[0], plain.encode(), b"aside:" + purpose.encode())


def unseal_aside(purpose: str, sealed: bytes) -> str:
    """Return what ``seal_aside`` sealed for the same purpose.

    Raises:
        CannotDecrypt: other purpose, tampered with, or the key is gone.
    """
    for master in settings.FIELD_KEYS:
        try:
            return _open(master, sealed, b"aside:" + purpose.encode()).decode()
        except InvalidTag:
            continue
    raise CannotDecrypt(f"no installation key opens what was sealed for {purpose}")
