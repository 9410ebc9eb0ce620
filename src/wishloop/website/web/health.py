"""For machines that watch the server: alive, ready, and figures in Prometheus' text format."""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

BEAT_SECONDS = 90
_REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "wishloop_requests", "Requests answered by this process", ["view", "method", "status"], registry=_REGISTRY
)
SECONDS = Histogram("wishloop_request_seconds", "Time to answer a request", ["view"], registry=_REGISTRY)


class MeasureMiddleware:
    """Counts and times every request by the name of its address, never by the address itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer and measure."""
        begin = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or match.route) if match else "none"
        REQUESTS.labels(view, request.method or "", str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - begin)
        return response


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


def _checks() -> dict[str, bool]:
    """Return what has to be true before the instance can do its work; all false when the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        with connection.cursor() as cursor:
            cursor.execute(
                "select exists (select 1 from procrastinate_workers where last_heartbeat > now() - %s * interval '1 second')",
                [BEAT_SECONDS],
            )
            [worker] = cursor.fetchone()
    except DatabaseError:
        return {"database": False, "migrations": False, "worker": False}
    return {"database": True, "migrations": migrated, "worker": bool(worker)}


@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations and job worker are there, else 503; says which is not."""
    checks = _checks()
    ready = checks["database"] and checks["migrations"]
    return JsonResponse(
        {"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )


def _may_read(request: HttpRequest) -> bool:
    """Tell whether the caller is on this machine, or carries the token of ``WISHLOOP_METRICS_TOKEN``."""
    token = os.environ.get("WISHLOOP_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        near = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return near and "X-Forwarded-For" not in request.headers


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Return this process's requests and the instance's queue and open cases."""
    if not _may_read(request):
        return HttpResponse(
            "metrics: from this machine, or with the token of WISHLOOP_METRICS_TOKEN\n",
            status=403,
            content_type="text/plain",
        )
    now = CollectorRegistry()
    jobs = Gauge("wishloop_jobs", "Jobs by status", ["status"], registry=now)
    cases = Gauge("wishloop_open_cases", "Open cases by state", ["state"], registry=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "select status::text, count(*) from procrastinate_jobs where status in ('todo', 'doing', 'failed') group by 1"
        )
        for status, count in cursor.fetchall():
            jobs.labels(status).set(count)
        cursor.execute("select state, count(*) from cases_case where closed_at is null group by 1")
        for state, count in cursor.fetchall():
            cases.labels(state).set(count)
    return HttpResponse(generate_latest(_REGISTRY) + generate_latest(now), content_type=CONTENT_TYPE_LATEST)
