"""The import page: choose a file, see what would happen, then let it happen."""

from __future__ import annotations

import base64
import csv
import io
import secrets

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.clock import now
from wishloop.core.encryption import seal_aside, unseal_aside
from wishloop.core.problem import Absent, Problem
from wishloop.core.rows import template_file
from wishloop.core.text import cleaned
from wishloop.parties import operations
from wishloop.parties.operations import HEADINGS, ImportResult
from wishloop.parties.web.access import requires
from wishloop.parties.web.doors import actor_from
from wishloop.parties.web.forms import ImportForm, run

MAX_BYTES = 5 * 1024 * 1024
KEPT_SECONDS = 1800
EXAMPLES = {
    "members": {
        "name": "格桑央金", "phone": "13900000000", "place": "扎细新村社区", "skills": "electrical", "role": "党员",
        "username": "gesang", "capacity": "3",
    },
    "organisations": {"name": "示例共建单位", "kind": "共建单位", "place": "扎细新村社区", "capacity": "20"},
}  # fmt: skip


@requires("administrator", "steward")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Take a file and show what importing it would do; nothing is written yet."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        seen = run(form, lambda: _preview(request, form))
        if seen is not None:
            result, key = seen
            return _result_page(request, result, key=key, kind=form.cleaned_data["kind"])
    return render(request, "parties/import.html", {"form": form}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, form: ImportForm) -> tuple[ImportResult, str]:
    upload = form.cleaned_data["file"]
    if upload.size > MAX_BYTES:
        raise Problem("too_big", _("文件超过 5 MB，请分成几个文件。"), "file")
    data = upload.read()
    kind = form.cleaned_data["kind"]
    result = operations.import_parties(
        actor=actor_from(request), file=data, filename=upload.name, kind=kind, dry_run=True, at=now()
    )
    key = secrets.token_urlsafe(24)
    text = "\n".join([str(actor_from(request).user_id), kind, upload.name, base64.b64encode(data).decode()])
    cache.set(f"party-import:{key}", seal_aside("party-import", text).hex(), KEPT_SECONDS)
    return result, key


@requires("administrator", "steward")
@require_POST
def commit(request: HttpRequest) -> HttpResponse:
    """Import the file that was looked at before."""
    name = f"party-import:{cleaned(request.POST.get('key', ''))[:60]}"
    sealed = cache.get(name)
    if sealed is None:
        raise Absent(_("预览已经过期（30 分钟），请重新上传文件。"))
    owner, kind, filename, data = unseal_aside("party-import", bytes.fromhex(sealed)).split("\n", 3)
    if owner != str(actor_from(request).user_id):
        raise Absent()
    result = operations.import_parties(
        actor=actor_from(request),
        file=base64.b64decode(data),
        filename=filename,
        kind=kind,
        dry_run=False,
        at=now(),
    )
    cache.delete(name)
    return _result_page(request, result, key="", kind=kind)


def _result_page(request: HttpRequest, result: ImportResult, *, key: str, kind: str) -> HttpResponse:
    labels = {field: names[0] for field, names in HEADINGS[kind].items()}
    rejected = [
        {"row": row.row, "label": labels.get(row.field, ""), "message": row.message}
        for row in result.rejected
    ]
    passwords = ""
    if result.opened:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_("行"), _("用户名"), _("一次性密码")])
        writer.writerows([row.row, row.username, row.password] for row in result.opened)
        passwords = out.getvalue()
    response = render(
        request,
        "parties/import_result.html",
        {"result": result, "rejected": rejected, "key": key, "passwords": passwords},
    )
    response["Cache-Control"] = "no-store, private"
    return response


@requires("administrator", "steward")
@require_GET
def template(request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
    """Download an empty table with the right headings and one example row."""
    if kind not in HEADINGS or suffix not in ("csv", "xlsx"):
        raise Absent()
    fields = list(HEADINGS[kind])
    body = template_file(
        suffix, [HEADINGS[kind][field][0] for field in fields], [[EXAMPLES[kind].get(f, "") for f in fields]]
    )
    mime = "text/csv; charset=utf-8" if suffix == "csv" else (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )  # fmt: skip
    response = HttpResponse(body, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.{suffix}"'
    return response
