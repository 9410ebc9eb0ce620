"""Test set-up: the embedded database of this checkout runs before Django asks for it."""

from __future__ import annotations

import os

from wishloop.runtime import datadir, embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")


def pytest_configure() -> None:
    """Start the embedded database once, unless an outside one is given."""
    if not os.environ.get("DATABASE_URL") and "PYTEST_XDIST_WORKER" not in os.environ:
        embedded.ensure_running(datadir.data_dir())
