"""Bringing an instance up: migrations and reference data, only when something is missing."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from wishloop.core.clock import now
from wishloop.journeys.prepare_instance import prepare_instance
from wishloop.wishes.queries import has_categories

_LOCK = 7_141_592_653


def bring_up(*, say: Callable[[str], None]) -> None:
    """Migrate the database and load reference data where needed; any number of processes may call this at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                say("准备数据库表…")
                call_command("migrate", verbosity=0, interactive=False)
            if not has_categories():  # the last step of preparing: it is there when all of it is
                say("载入地区、类别和期限规则…")
                prepare_instance(at=now())
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
