"""Limits on how often an address may knock."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from wishloop.core.problem import Problem
from wishloop.core.rate_limits import Limit, address_of, forget_old_knocks, knock

AT = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)
LIMIT = Limit("test", times=3, seconds=60)


@pytest.mark.django_db
def test_the_limit_is_reached_and_falls_away_with_time() -> None:
    for _ in range(3):
        knock(LIMIT, "198.51.100.7", at=AT)
    with pytest.raises(Problem) as caught:
        knock(LIMIT, "198.51.100.7", at=AT)
    assert (caught.value.code, caught.value.status) == ("too_many", 429)
    assert caught.value.data == {"retry_after_seconds": 20}
    knock(LIMIT, "198.51.100.8", at=AT)
    knock(LIMIT, "198.51.100.7", at=AT + timedelta(seconds=20))
    with pytest.raises(Problem):
        knock(LIMIT, "198.51.100.7", at=AT + timedelta(seconds=21))


@pytest.mark.django_db
def test_a_refused_knock_does_not_push_the_end_away() -> None:
    for _ in range(3):
        knock(LIMIT, "a", at=AT)
    for second in range(1, 19):
        with pytest.raises(Problem):
            knock(LIMIT, "a", at=AT + timedelta(seconds=second))
    knock(LIMIT, "a", at=AT + timedelta(seconds=20))


@pytest.mark.django_db
def test_switched_off_for_load_tests(settings: Any) -> None:
    settings.RATE_LIMITS = False
    for _ in range(10):
        knock(LIMIT, "a", at=AT)


@pytest.mark.django_db
def test_no_address_is_stored() -> None:
    knock(LIMIT, "198.51.100.7", at=AT)
    with connection.cursor() as cursor:
        cursor.execute("select key from core_rate_limit")
        stored = [bytes(row[0]) for row in cursor.fetchall()]
    assert len(stored) == 1
    assert len(stored[0]) == 16
    assert b"198" not in stored[0]


@pytest.mark.django_db
def test_empty_buckets_are_removed() -> None:
    knock(LIMIT, "a", at=AT)
    knock(LIMIT, "b", at=AT + timedelta(hours=1))
    assert forget_old_knocks(at=AT + timedelta(minutes=30)) == 1


def test_processes_share_one_limit(django_db_setup: None, django_db_blocker: Any) -> None:
    # Committed by real connections of real threads, outside the transaction that usually wraps a test.
    let_in: list[int] = []

    def one(number: int) -> None:
        try:
            knock(Limit("race", times=5, seconds=60), "a", at=AT)
            let_in.append(number)
        except Problem:
            pass
        finally:
            connection.close()

    with django_db_blocker.unblock():
        threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        forget_old_knocks(at=AT + timedelta(days=1))
    assert len(let_in) == 5


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("198.51.100.7", "", 0, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", 0, "198.51.100.7"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::1", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "", 0, "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9:4711", 1, "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::1]:4711", 1, "2001:db8::/64"),
        ("", "", 0, "unreadable"),
        ("<script>", "", 0, "unreadable"),
    ],
)
def test_whom_a_request_comes_from(
    settings: Any, remote: str, forwarded: str, proxies: int, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == expected
