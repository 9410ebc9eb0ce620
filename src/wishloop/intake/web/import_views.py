"""Importing a file: template, upload, what would happen, then the work in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Problem
from wishloop.core.staff_pages import open_to
from wishloop.intake.import_files import COLUMNS
from wishloop.intake.import_template import csv_template, xlsx_template
from wishloop.intake.models import ImportRun
from wishloop.intake.operations.import_runs import (
    cancel_import,
    commit_import,
    preview_import,
    rejected_workbook,
    run_for,
)
from wishloop.intake.operations.submitting import home_place
from wishloop.intake.queries import import_runs
from wishloop.intake.web.staff_forms import UploadForm
from wishloop.places.queries import choices_below, place_by_path, subtree
from wishloop.wishes.queries import categories

ROLES = ("steward", "administrator")
SHOWN_REJECTED = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_places(actor: Actor, *roles: str) -> list[tuple[str, Any]]:
    """Return the places of the actor's own scopes as select groups."""
    home = home_place()
    groups: list[tuple[str, Any]] = []
    for scope in actor.scopes(*roles):
        top = place_by_path(scope) if scope.startswith(home.path) else home
        if top is None:
            continue
        below = choices_below(top.path)
        if below and top.level in {"district", "city"}:
            groups.append((top.code, top.name))
            groups.extend(below)
        else:
            groups.append((top.name, [(p.code, p.name) for p in subtree(top.path)]))
    return groups


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


@open_to(*ROLES)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and look at it."""
    actor = _actor(request)
    places = own_places(actor, *ROLES)
    if request.method == "GET":
        return _upload_page(request, UploadForm(places=places))
    form = UploadForm(request.POST, request.FILES, places=places)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    sent = form.cleaned_data["file"]
    try:
        run, ignored = preview_import(
            actor=actor, data=sent.read(), filename=sent.name, place_code=form.cleaned_data["place"], at=now()
        )
    except Problem as problem:
        form.show(problem)
        return _upload_page(request, form, status=problem.status)
    if ignored:
        messages.info(request, _("这些列没有用到：%s") % "、".join(ignored[:20]))
    return redirect("intake:import_run", run_id=run.pk)


def _upload_page(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "runs": import_runs(_actor(request), limit=10)}
    return render(request, "intake/import.html", context, status=status)


@open_to(*ROLES)
@require_GET
@never_cache
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show what would happen, how far it has come, or what became of it. Looks again by itself while it runs."""
    run = run_for(actor=_actor(request), run_id=run_id)
    busy = run.state in {ImportRun.State.QUEUED, ImportRun.State.RUNNING}
    context = {
        "run": run,
        "busy": busy,
        "rejected": [
            {**item, "label": COLUMNS.get(item["field"], (_("整行"),))[0]}
            for item in run.rejected[:SHOWN_REJECTED]
        ],
        "more": max(0, len(run.rejected) - SHOWN_REJECTED),
    }
    response = render(request, "intake/import_run.html", context)
    if busy:
        response["Refresh"] = "3"
    return response


@open_to(*ROLES)
@require_POST
def commit(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Begin the work, or drop the file."""
    actor = _actor(request)
    if request.POST.get("action") == "cancel":
        cancel_import(actor=actor, run_id=run_id)
        messages.info(request, _("已放弃这次导入，什么也没有写入。"))
        return redirect("intake:import")
    commit_import(actor=actor, run_id=run_id, at=now())
    return redirect("intake:import_run", run_id=run_id)


@open_to(*ROLES)
@require_GET
def rejected(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give the refused rows back as a workbook, each with what is wrong beside it."""
    run = run_for(actor=_actor(request), run_id=run_id)
    return _file(rejected_workbook(run), _XLSX, "rejected.xlsx")


@open_to(*ROLES)
@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the template to fill in."""
    names = [c.name for c in categories() if c.is_wish]
    if kind == "csv":
        return _file(csv_template(), "text/csv; charset=utf-8", "wishes-template.csv")
    places = [name for _group, options in choices_below(home_place().path) for _code, name in options]
    return _file(xlsx_template(categories=names, places=places), _XLSX, "wishes-template.xlsx")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
