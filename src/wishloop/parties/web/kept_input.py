"""What somebody had typed when their session ended: kept in the new session, sealed, and offered again after signing in.

Works without JavaScript: the form arrives without a session, its fields are put aside, and the page after sign-in shows them
with one button that sends them where they were going.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from wishloop.core.encryption import CannotDecrypt, seal_aside, unseal_aside

_SLOT = "kept_input"
_SECRET = ("csrfmiddlewaretoken",)
MAX_CHARS = 200_000
KEPT_SECONDS = 2 * 3600


@dataclass(frozen=True, slots=True)
class Kept:
    """A form on its way: where to, and its fields in order. ``had_files`` when files must be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool


def keep_input(request: HttpRequest) -> str:
    """Put the request's form aside and return the address to go to after signing in."""
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        for value in values
        if name not in _SECRET and "password" not in name
    ]
    text = json.dumps(
        {"path": request.get_full_path(), "fields": fields, "files": bool(request.FILES), "at": time.time()},
        ensure_ascii=False,
    )
    if len(text) > MAX_CHARS:
        return request.get_full_path()
    request.session[_SLOT] = seal_aside(_SLOT, text).hex()
    return reverse("parties:kept_input")


def kept(request: HttpRequest) -> Kept | None:
    """Return what was put aside in this session, or None."""
    sealed = request.session.get(_SLOT)
    if not sealed:
        return None
    try:
        found = json.loads(unseal_aside(_SLOT, bytes.fromhex(sealed)))
    except CannotDecrypt:  # the installation's keys were rotated away meanwhile
        drop(request)
        return None
    if time.time() - found["at"] > KEPT_SECONDS:
        drop(request)
        return None
    return Kept(found["path"], tuple((name, value) for name, value in found["fields"]), found["files"])


def drop(request: HttpRequest) -> None:
    """Forget what was put aside."""
    request.session.pop(_SLOT, None)
