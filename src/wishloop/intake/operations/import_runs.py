"""A file of wishes from a page: looked at, then committed in the background with its progress to be seen."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.styles import Font

from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Absent, Conflict, Problem
from wishloop.core.text import cleaned
from wishloop.intake.import_files import MAX_FILE_BYTES, read_file, words_of
from wishloop.intake.models import ImportRun
from wishloop.intake.operations.importing import import_rows
from wishloop.intake.operations.submitting import home_place
from wishloop.parties.queries import actor_by_id
from wishloop.places.queries import place_by_code

KEEP_FILES = timedelta(days=7)


def preview_import(
    *, actor: Actor, data: bytes, filename: str, place_code: str, at: datetime
) -> tuple[ImportRun, tuple[str, ...]]:
    """Look at a file without taking anything in; returns the run and the columns nothing is taken from.

    Raises:
        Problem: ``too_large``, ``bad_file``, ``empty_file``, ``no_text_column``, ``too_many_rows`` at ``file``; ``unknown_place`` at
            ``place``. Forbidden.
    """
    name = cleaned(filename, one_line=True)[-150:] or "file"
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise Problem(
            "too_large",
            _("文件最大 %(limit)d MB，请分成几个文件导入。") % {"limit": limit},
            "file",
            status=413,
        )
    place = place_by_code(place_code) if place_code else home_place()
    if place is None:
        raise Problem("unknown_place", _("没有这个地区，请重新选择。"), "place")
    read = read_file(data, name)
    looked = import_rows(actor=actor, read=read, dry_run=True, at=at, default_place=place)
    run = ImportRun(
        id=new_id(), filename=name, place=place, total_rows=len(read.rows), created_count=looked.created,
        existing_count=looked.existing, rejected=looked.rejected, uploaded_by_id=actor.account(), uploaded_at=at,
    )  # fmt: skip
    run.file_key = default_storage.save(f"imports/{run.pk}", ContentFile(data))
    run.save(force_insert=True)
    return run, read.ignored


def run_for(*, actor: Actor, run_id: UUID) -> ImportRun:
    """Return one of the actor's own runs. Raises Absent."""
    run = ImportRun.objects.select_related("place").filter(pk=run_id, uploaded_by_id=actor.user_id).first()
    if run is None:
        raise Absent()
    return run


@transaction.atomic
def commit_import(*, actor: Actor, run_id: UUID, at: datetime) -> ImportRun:
    """Queue a run that was looked at; a job takes it in, both happen or neither.

    Raises:
        Absent. Conflict: ``already_committed``.
    """
    from wishloop.intake import jobs

    run = ImportRun.objects.select_for_update().filter(pk=run_id, uploaded_by_id=actor.user_id).first()
    if run is None:
        raise Absent()
    if run.state != ImportRun.State.PREVIEWED:
        raise Conflict("already_committed", _("这个文件已经在导入或导入完了。"))
    run.state = ImportRun.State.QUEUED
    run.save(update_fields=["state"])
    jobs.defer_import(run_id=run.pk)
    return run


def cancel_import(*, actor: Actor, run_id: UUID) -> None:
    """Drop a run that was only looked at, with its file. Raises Absent, Conflict ``already_committed``."""
    changed = ImportRun.objects.filter(
        pk=run_id, uploaded_by_id=actor.user_id, state=ImportRun.State.PREVIEWED
    ).update(state=ImportRun.State.CANCELLED, rejected=[])
    run = run_for(actor=actor, run_id=run_id)
    if not changed:
        raise Conflict("already_committed", _("这个文件已经在导入或导入完了。"))
    _drop_file(run)


def carry_out_import(*, run_id: UUID, at: datetime) -> None:
    """Take a queued run in. Safe to repeat after a crash: rows taken in before are found again and counted as existing."""
    run = ImportRun.objects.select_related("place").get(pk=run_id)
    if run.state not in (ImportRun.State.QUEUED, ImportRun.State.RUNNING):
        return
    run.state = ImportRun.State.RUNNING
    run.save(update_fields=["state"])

    def progress(done: int, _all: int) -> None:
        ImportRun.objects.filter(pk=run_id).update(done_rows=done)

    actor = actor_by_id(run.uploaded_by_id, on=at.date())
    try:
        with default_storage.open(run.file_key) as file:
            read = read_file(file.read(), run.filename)
        result = import_rows(
            actor=actor, read=read, dry_run=False, at=at, default_place=run.place, progress=progress
        )
    except (Problem, OSError) as error:
        run.state, run.error, run.finished_at = (
            ImportRun.State.FAILED,
            str(getattr(error, "message", error))[:300],
            at,
        )
        run.save(update_fields=["state", "error", "finished_at"])
        return
    run.state, run.finished_at, run.done_rows = ImportRun.State.DONE, at, len(read.rows)
    run.created_count, run.existing_count, run.rejected = result.created, result.existing, result.rejected
    run.save(
        update_fields=["state", "finished_at", "done_rows", "created_count", "existing_count", "rejected"]
    )


def rejected_workbook(run: ImportRun) -> bytes:
    """Return the refused rows of a run as a workbook, as they came, each with what is wrong beside it; to mend and send again.

    Raises:
        Problem: ``file_gone`` when the file has been cleared away after a week.
    """
    if not run.file_key or not default_storage.exists(run.file_key):
        raise Problem("file_gone", _("原文件已经清理，请重新上传。"), status=410)
    with default_storage.open(run.file_key) as file:
        read = read_file(file.read(), run.filename)
    wrong: dict[int, str] = {item["row"]: item["message"] for item in run.rejected}
    names = list(dict.fromkeys(name for row in read.rows if row.number in wrong for name in row.values))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*names, str(_("原行号")), str(_("问题"))])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in read.rows:
        if row.number in wrong:
            cells = [_as_words(row.values.get(name)) for name in names]
            sheet.append([*cells, row.number, wrong[row.number]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_words(value: object) -> str:
    """Return a cell as text that no spreadsheet takes for a formula."""
    words = "、".join(map(words_of, value)) if isinstance(value, list) else words_of(value)
    return f"'{words}" if words[:1] in "=+-@" and words[:1] else words


def clear_old_files(*, at: datetime) -> int:
    """Delete the files of runs older than a week; their counts stay. Returns how many."""
    rows = ImportRun.objects.filter(uploaded_at__lt=at - KEEP_FILES).exclude(file_key="")
    return sum(_drop_file(run) for run in rows)


def _drop_file(run: ImportRun) -> bool:
    default_storage.delete(run.file_key)
    run.file_key = ""
    run.save(update_fields=["file_key"])
    return True
