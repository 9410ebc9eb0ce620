"""The puzzle and the plain question: right answers count once, everything else is told apart."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import altcha
import pytest

from wishloop.core import clock
from wishloop.core.problem import Problem
from wishloop.core.proof_of_work import (
    accept_answer,
    accept_solution,
    forget_spent_proofs,
    new_challenge,
    new_question,
)


@pytest.fixture(autouse=True)
def _easy(settings: Any) -> None:
    settings.PROOF_OF_WORK_MAX_NUMBER = 200


@pytest.fixture
def at() -> datetime:
    return clock.now()


def solved(challenge: dict[str, Any], **changes: object) -> str:
    found = altcha.solve_challenge_v1(
        altcha.ChallengeV1(
            "SHA-256",
            challenge["challenge"],
            challenge["maxNumber"],
            challenge["salt"],
            challenge["signature"],
        )
    )
    assert found is not None
    body = {k: challenge[k] for k in ("algorithm", "challenge", "salt", "signature")} | {
        "number": found.number
    }
    return base64.b64encode(json.dumps(body | changes).encode()).decode()


def refusal(payload: str, at: datetime) -> str:
    with pytest.raises(Problem) as caught:
        accept_solution(payload, at=at)
    assert caught.value.field == "altcha"
    return caught.value.code


@pytest.mark.django_db
def test_a_solution_counts_once(at: datetime) -> None:
    payload = solved(new_challenge(at=at))
    accept_solution(payload, at=at)
    assert refusal(payload, at) == "proof_spent"


@pytest.mark.django_db
def test_moving_a_digit_from_number_to_salt_does_not_make_it_count_again(at: datetime) -> None:
    challenge = new_challenge(at=at)
    payload = solved(challenge)
    accept_solution(payload, at=at)
    body = json.loads(base64.b64decode(payload))
    digits = str(body["number"])
    if len(digits) > 1:
        spliced = body | {"salt": body["salt"] + digits[0], "number": int(digits[1:])}
        again = base64.b64encode(json.dumps(spliced).encode()).decode()
        assert refusal(again, at) in {"proof_spent", "proof_wrong", "proof_expired"}


@pytest.mark.django_db
def test_expired(at: datetime) -> None:
    payload = solved(new_challenge(at=at))
    assert refusal(payload, at + timedelta(minutes=31)) == "proof_expired"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "payload",
    [
        "x",
        "e30=",
        "bnVsbA==",
        base64.b64encode(b'{"algorithm":"SHA-256","challenge":1}').decode(),
        "é",
        "====",
        "W10=",
    ],
)
def test_rubbish_is_wrong_and_never_an_error(payload: str, at: datetime) -> None:
    assert refusal(payload, at) == "proof_wrong"


@pytest.mark.django_db
def test_changed_solutions_are_wrong(at: datetime) -> None:
    challenge = new_challenge(at=at)
    assert refusal(solved(challenge, number=99999), at) == "proof_wrong"
    assert refusal(solved(challenge, signature="0" * 64), at) == "proof_wrong"
    assert refusal(solved(challenge, algorithm="SHA-1"), at) == "proof_wrong"
    assert refusal(solved(challenge, salt="00?expires=9999999999&"), at) == "proof_wrong"
    assert refusal("", at) == "proof_missing"


@pytest.mark.django_db
def test_the_plain_question(at: datetime) -> None:
    from wishloop.core.proof_of_work import _NUMERALS

    for _ in range(12):
        question = new_question(at=at)
        total = sum(_NUMERALS.index(question.words[place]) for place in (0, 2))
        words = _NUMERALS[total] if total < 10 else ("十" + _NUMERALS[total % 10]).replace("零", "")
        with pytest.raises(Problem) as caught:
            accept_answer(question.token, str(total + 1), at=at)
        assert (caught.value.code, caught.value.field) == ("answer_wrong", "answer")
        accept_answer(question.token, words, at=at)
        with pytest.raises(Problem) as caught:
            accept_answer(question.token, str(total), at=at)
        assert caught.value.code == "proof_spent"


@pytest.mark.django_db
def test_a_question_expires_and_cannot_be_made_up(at: datetime) -> None:
    question = new_question(at=at - timedelta(hours=1))
    with pytest.raises(Problem) as caught:
        accept_answer(question.token, "5", at=at)
    assert caught.value.code == "proof_expired"
    with pytest.raises(Problem) as caught:
        accept_answer(question.token + "x", "5", at=at)
    assert caught.value.code == "proof_wrong"


@pytest.mark.django_db
def test_spent_proofs_are_forgotten_after_their_time(at: datetime) -> None:
    accept_solution(solved(new_challenge(at=at)), at=at)
    assert forget_spent_proofs(at=at) == 0
    assert forget_spent_proofs(at=at + timedelta(hours=1)) == 1
