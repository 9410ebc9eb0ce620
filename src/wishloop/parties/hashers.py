"""How passwords that were handed out are kept."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class HandedOutPasswordHasher(PBKDF2PasswordHasher):
    """For passwords made by the system (16 random letters, 72 bits) until they are changed at the first sign-in.

    Nobody guesses 72 bits, so few rounds are enough; opening 270 accounts from a list takes a second instead of a minute.
    Django turns to the ordinary hasher by itself as soon as the password is used.
    """

    algorithm = "pbkdf2_sha256_handed_out"
    iterations = 10_000
