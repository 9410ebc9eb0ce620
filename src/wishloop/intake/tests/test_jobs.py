"""Jobs are found by the worker, and what guards leave behind is cleared."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

import wishloop
from wishloop.core.clock import now
from wishloop.core.rate_limits import Limit, knock
from wishloop.intake import jobs


def test_the_worker_knows_every_module_with_jobs() -> None:
    root = Path(wishloop.__file__).parent
    there = {f"wishloop.{path.parent.name}.jobs" for path in root.glob("*/jobs.py")}
    assert there <= set(settings.PROCRASTINATE_IMPORT_PATHS)
    assert {"intake.import", "intake.clean"} <= set(app.tasks)


@pytest.mark.django_db
def test_cleaning_forgets_what_no_longer_counts() -> None:
    from django.db import connection

    knock(Limit("old", times=1, seconds=60), "a", at=now() - timedelta(hours=2))
    knock(Limit("new", times=1, seconds=600), "a", at=now())
    jobs.clean(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from core_rate_limit")
        assert cursor.fetchone() == (1,)
