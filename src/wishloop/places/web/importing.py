"""The import page: try the file, see what it would do, then do it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.clock import now
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Problem
from wishloop.core.problem_forms import run_form
from wishloop.core.staff_pages import open_to
from wishloop.places.operations import ImportResult, import_places
from wishloop.places.operations.import_rows import COLUMNS, MAX_IMPORT_BYTES, template_csv, template_xlsx
from wishloop.places.web.forms import ImportForm
from wishloop.places.web.tree import actor_of_request

_SLOT = "places_import"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _drop(request: HttpRequest) -> None:
    """Delete the file put aside in this session."""
    kept = request.session.pop(_SLOT, None)
    if kept:
        default_storage.delete(kept["stored"])


def _put_aside(request: HttpRequest, data: bytes, filename: str) -> str:
    _drop(request)
    key = str(new_id())
    stored = default_storage.save(f"imports/places/{key}", ContentFile(data))
    request.session[_SLOT] = {"key": key, "stored": stored, "filename": filename}
    return key


def _shown(result: ImportResult) -> dict[str, object]:
    """Return what the page shows of a result: refused rows by the column's name as people see it in the file."""
    rejected = [
        {
            "row": row.row,
            "column": COLUMNS[row.field][0] if row.field in COLUMNS else "",
            "message": row.message,
        }
        for row in result.rejected
    ]
    return {"result": result, "rejected": rejected}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("administrator")
def import_page(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is tried at once and shown with what it would create and every row it cannot take."""
    actor = actor_of_request(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > MAX_IMPORT_BYTES:
            form.add_error("file", _("文件超过 20 MB，请分成几个文件。"))
        else:
            data = upload.read()
            result = run_form(
                form,
                lambda: import_places(actor=actor, data=data, filename=upload.name, dry_run=True, at=now()),
            )
            if result is not None:
                key = _put_aside(request, data, upload.name)
                context |= {**_shown(result), "key": key, "filename": upload.name}
    return render(request, "places/import.html", context, status=422 if form.errors else 200)


@require_POST
@open_to("administrator")
def commit(request: HttpRequest) -> HttpResponse:
    """Write what the tried file holds."""
    actor = actor_of_request(request)
    kept = request.session.get(_SLOT)
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = None
    if not kept or key is None or kept["key"] != str(key) or not default_storage.exists(kept["stored"]):
        raise Problem("expired", _("试读过的文件已不在，请重新选择文件。"))
    with default_storage.open(kept["stored"]) as file:
        data = file.read()
    result = import_places(actor=actor, data=data, filename=kept["filename"], dry_run=False, at=now())
    _drop(request)
    messages.success(
        request,
        _("导入完成：新增 %(created)d 个，已有 %(existing)d 个，未导入 %(rejected)d 行。")
        % {"created": result.created, "existing": result.existing, "rejected": len(result.rejected)},
    )
    if not result.rejected:
        return redirect("places:tree")
    return render(
        request,
        "places/import.html",
        {"form": ImportForm(), **_shown(result), "done": True, "filename": kept["filename"]},
    )


@require_GET
@open_to("administrator")
def template(request: HttpRequest, ending: str) -> HttpResponse:
    """Download the template."""
    body, kind = (template_csv(), "text/csv; charset=utf-8") if ending == "csv" else (template_xlsx(), _XLSX)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="places-template.{ending}"'
    return response
