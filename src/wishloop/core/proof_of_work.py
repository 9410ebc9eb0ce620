"""A small puzzle a browser solves before a public form is taken, and a plain question for those without JavaScript.

The puzzle is ALTCHA's (SHA-256, version 1), checked here with no outside service. Every answer counts once: the proof that it
was spent lies in an UNLOGGED table until the puzzle has expired.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import random
import urllib.parse
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from altcha import v1 as altcha
from django.conf import settings
from django.core import signing
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wishloop.core.identifiers import new_id
from wishloop.core.problem import Problem

VALID = timedelta(
    minutes=30
)  # long enough to fill in a form slowly, short enough that answers cannot be hoarded
_SALT = "wishloop.question"
_NUMERALS = "零一二三四五六七八九"


def _key() -> str:
    return hashlib.sha256(b"altcha\x1f" + settings.SECRET_KEY.encode()).hexdigest()


def new_challenge(*, at: datetime) -> dict[str, Any]:
    """Return a fresh challenge as the ALTCHA client expects it: algorithm, challenge, maxNumber, salt, signature."""
    options = altcha.ChallengeOptions(
        algorithm="SHA-256",
        max_number=settings.PROOF_OF_WORK_MAX_NUMBER,
        hmac_key=_key(),
        expires=at + VALID,
    )
    return dict(altcha.create_challenge(options).to_dict())


def accept_solution(payload: str, *, at: datetime) -> None:
    """Take a solved challenge (base64 JSON, the form field ``altcha``), once.

    Raises:
        Problem: ``proof_missing``, ``proof_wrong``, ``proof_expired`` or ``proof_spent``, all at field ``altcha``.
    """
    if not payload.strip():
        raise _refusal("proof_missing")
    solved = _readable(payload)
    right, _error = altcha.verify_solution(altcha.Payload(**solved), _key(), check_expires=False)
    if not right:
        raise _refusal("proof_wrong")
    expires_at = _expiry(str(solved["salt"]))
    if expires_at is None or expires_at < at.timestamp():
        raise _refusal("proof_expired")
    # By the challenge, not the salt: the same hash can be split into salt and number in more than one place.
    _spend(f"altcha\x1f{solved['challenge']}", at=at)


def _readable(payload: str) -> dict[str, Any]:
    try:
        solved = json.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError, UnicodeDecodeError) as error:
        raise _refusal("proof_wrong") from error
    wanted = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}
    if not isinstance(solved, dict) or any(not isinstance(solved.get(k), t) for k, t in wanted.items()):
        raise _refusal("proof_wrong")
    if solved["algorithm"] != "SHA-256":
        raise _refusal("proof_wrong")
    return {name: solved[name] for name in wanted}


def _expiry(salt: str) -> float | None:
    """Return the moment (seconds since 1970) written in a challenge's salt, None when there is none."""
    given = urllib.parse.parse_qs(salt.partition("?")[2]).get("expires", [])
    return float(given[0]) if given and given[0].isdecimal() else None


def _refusal(code: str) -> Problem:
    messages = {
        "proof_missing": gettext_lazy("还没有完成安全验证。请稍等一两秒再提交，或回答下面的小问题。"),
        "proof_wrong": gettext_lazy("安全验证没有通过，请再提交一次。您填写的内容都还在。"),
        "proof_expired": gettext_lazy("页面打开太久，安全验证过期了，请再提交一次。您填写的内容都还在。"),
        "proof_spent": gettext_lazy("这次安全验证已经用过，请再提交一次。您填写的内容都还在。"),
    }
    return Problem(code, messages[code], "altcha")


def _spend(what: str, *, at: datetime) -> None:
    key = hashlib.sha256(what.encode()).digest()[:16]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into core_spent_proof (key, expires_at) values (%s, %s) on conflict do nothing returning 1",
            [key, at + VALID + timedelta(minutes=5)],
        )
        if cursor.fetchone() is None:
            raise _refusal("proof_spent")


def forget_spent_proofs(*, at: datetime) -> int:
    """Remove proofs whose puzzle has expired. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from core_spent_proof where expires_at < %s", [at])
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Question:
    """A sum in words, with a sealed token that holds its answer; the fallback without JavaScript."""

    words: str
    token: str


def new_question(*, at: datetime) -> Question:
    """Return a fresh question. It keeps out only the plainest robots: whoever uses it has a much narrower rate limit."""
    first, second = random.randint(1, 9), random.randint(1, 9)  # noqa: S311 # nothing secret hangs on it
    token = signing.dumps([str(new_id()), first + second, at.timestamp()], salt=_SALT)
    words = _("%(a)s加%(b)s等于几？") % {"a": _NUMERALS[first], "b": _NUMERALS[second]}
    return Question(words, token)


def accept_answer(token: str, answer: str, *, at: datetime) -> None:
    """Take the answer to a question, once; digits of any width or Chinese numerals.

    Raises:
        Problem: ``answer_wrong`` at field ``answer``, ``proof_expired``, ``proof_spent``.
    """
    try:
        identity, total, asked_at = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise _refusal("proof_wrong") from error
    if asked_at + VALID.total_seconds() < at.timestamp():
        raise _refusal("proof_expired")
    if _number(answer) != total:
        raise Problem("answer_wrong", gettext_lazy("小问题的答案不对，请再算一下。"), "answer")
    _spend(f"question\x1f{identity}", at=at)


def _number(words: str) -> int | None:
    text = words.strip().replace("两", "二")
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not all(len(part) <= 1 and part in _NUMERALS for part in (tens, ones) if part) or not text:
        return None
    if not ten:
        return _NUMERALS.index(ones)
    return (_NUMERALS.index(tens) if tens else 1) * 10 + (_NUMERALS.index(ones) if ones else 0)
