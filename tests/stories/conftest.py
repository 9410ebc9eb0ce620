"""The whole demonstration, loaded once for the stories that look at it, and rolled back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction


class _RollBack(Exception):
    pass


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Load the demonstration of 2025 within one transaction."""
    from django.conf import settings
    from django.core.files.storage import storages

    from wishloop.demo import story

    media: Path = tmp_path_factory.mktemp("media")
    before = settings.STORAGES
    settings.STORAGES = {
        **before,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(media)},
        },
    }
    storages._storages.clear()
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                assert story.load()
                yield
                raise _RollBack
        except _RollBack:
            pass
        finally:
            settings.STORAGES = before
            storages._storages.clear()
