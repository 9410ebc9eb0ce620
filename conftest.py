"""Test set-up: the embedded database of this checkout runs before Django asks for it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from wishloop.runtime import datadir, embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")


def pytest_configure() -> None:
    """Start the embedded database once, unless an outside one is given."""
    if not os.environ.get("DATABASE_URL") and "PYTEST_XDIST_WORKER" not in os.environ:
        embedded.ensure_running(datadir.data_dir())


pytest_plugins = ["tests.world", "tests.facts_plugin"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Load the reference data once for all tests, and let Django empty the append-only tables between real transactions."""
    from django.conf import settings
    from django.db.backends.postgresql.operations import DatabaseOperations
    from tests.world import MORNING

    from wishloop.journeys.prepare_instance import prepare_instance

    settings.REFERENCE_SECONDS = 0
    settings.PASSWORD_HASHERS = [  # tests open hundreds of accounts
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "wishloop.parties.hashers.HandedOutPasswordHasher",
    ]
    flush = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        return ["set local wishloop.maintenance = 'on';", *flush(self, *args, **kwargs)]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        prepare_instance(at=MORNING)
