"""Photos, videos and papers of a wish: adding them, covering faces and releasing them, and sending the files themselves.

These pages live here, above ``cases`` and ``evidence``, because who may see a photo is a question of its wish.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from wishloop.cases.queries import PURPOSES, evidence_of, may_see
from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Absent, Problem
from wishloop.evidence.operations import Box, store_medium
from wishloop.evidence.queries import PUBLIC_VARIANTS, medium_for
from wishloop.evidence.web.serve import serve_medium
from wishloop.parties.web.access import ANY_ACCOUNT, requires, turned_away
from wishloop.wishes import operations
from wishloop.wishes.queries import (
    Seen,
    evidence_on_wish,
    is_public_photo,
    may_see_medium,
    photo_consent,
    sees_evidence,
    wish_seen_by,
)

SIDES = (
    ("x", gettext_lazy("左")),
    ("y", gettext_lazy("上")),
    ("w", gettext_lazy("宽")),
    ("h", gettext_lazy("高")),
)
BLANK_ROWS = 4


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


@require_safe
def medium(request: HttpRequest, medium_id: UUID, variant: str = "public") -> HttpResponseBase:
    """Send one file: covered copies to everybody while they are released, the rest to those who may see the wish."""
    if variant in PUBLIC_VARIANTS:
        return serve_medium(
            request, medium_id=medium_id, variant=variant, allowed=lambda row: is_public_photo(row.pk)
        )
    actor = _actor(request)
    if actor.kind == "staff" and turned_away(request, ANY_ACCOUNT) is not None:
        raise Absent()
    return serve_medium(
        request,
        medium_id=medium_id,
        variant=variant,
        allowed=lambda row: (
            _handed_in(actor, row.pk) or may_see_medium(actor, row.pk, original=variant == "original")
        ),
    )


def _handed_in(actor: Actor, medium_id: UUID) -> bool:
    try:
        medium_for(actor=actor, medium_id=medium_id)
    except Absent:
        return False
    return True


class EvidenceForm(forms.Form):
    """What goes with the files of one upload."""

    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=PURPOSES, initial="progress")
    caption = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("写清楚拍的是什么，不要写姓名、电话。"),
    )
    taken_at = forms.DateTimeField(
        label=gettext_lazy("拍摄时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("不填就按现在。"),
    )
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class _Result:
    """How one file of an upload fared; ``problem`` empty when it is saved."""

    name: str
    problem: str | Promise = ""


@requires(ANY_ACCOUNT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Add files to a wish. Each is answered for itself: a bad one never loses the good ones."""
    actor = _actor(request)
    seen = wish_seen_by(actor, code=code)
    if not sees_evidence(actor, seen) or "attach_evidence" not in seen.moves:
        raise Absent()
    form = EvidenceForm(request.POST or None, initial={"purpose": request.GET.get("purpose", "progress")})
    results: list[_Result] = []
    files = request.FILES.getlist("file")
    if request.method == "POST" and form.is_valid() and files:
        series = _series(request.POST.get("upload_id", ""))
        results = [_take(actor, seen, file, form.cleaned_data, series, now()) for file in files]
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            status = 422 if any(result.problem for result in results) else 200
            answer = render(request, "evidence/_results.html", {"results": results}, status=status)
            answer["X-Upload-Result"] = (
                "1"  # tells the script this is an answer, not a sign-in page it was sent to
            )
            return answer
        if not any(result.problem for result in results):
            messages.success(request, _("已保存 %(n)d 个文件。") % {"n": len(results)})
            return redirect("wishes:case", code)
    return render(
        request,
        "evidence/upload.html",
        {
            **_gallery(actor, seen),
            "form": form,
            "results": results,
            "upload_id": request.POST.get("upload_id") or uuid4(),
            "no_file": request.method == "POST" and not files,
        },
        status=200 if request.method == "GET" else 422,
    )


def _gallery(actor: Actor, seen: Seen) -> dict[str, Any]:
    return {
        "seen": seen,
        "case": seen.case,
        "wish": seen.wish,
        "evidence": list(evidence_of(seen.case.pk)),
        "staff": may_see(actor, seen.case),
        "is_claimant": bool(seen.relations & {"claimant", "team"}),
    }


def _series(typed: str) -> UUID:
    """Return the id of one opened form; files sent from it twice get the same ids."""
    try:
        return UUID(typed)
    except ValueError:
        return uuid4()


def _take(
    actor: Actor, seen: Seen, file: UploadedFile[bytes], facts: dict[str, Any], series: UUID, at: datetime
) -> _Result:
    name = file.name or "?"
    try:
        stored = store_medium(
            actor=actor, upload=cast(IO[bytes], file), filename=name, at=at, taken_at=facts["taken_at"],
            lat=facts["lat"], lon=facts["lon"], medium_id=uuid5(series, _digest(file)),
        )  # fmt: skip
        operations.attach_evidence(
            actor=actor, wish_id=seen.wish.pk, medium_id=stored.pk, purpose=facts["purpose"], caption=facts["caption"],
            at=at, happened_at=facts["taken_at"],
        )  # fmt: skip
    except Problem as problem:
        return _Result(name, problem.message)
    return _Result(name)


def _digest(file: UploadedFile[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return digest.hexdigest()


@requires("steward")
@require_http_methods(["GET", "POST"])
def blur(request: HttpRequest, code: str, medium_id: UUID) -> HttpResponse:
    """Cover faces and plates, look at what the public would see, release the photo or take it back."""
    actor = _actor(request)
    seen = wish_seen_by(actor, code=code)
    shown = evidence_on_wish(actor=actor, wish_id=seen.wish.pk, medium_id=medium_id)
    if "publish_photo" not in seen.moves or not shown.medium.small_key or shown.medium.kind != "photo":
        raise Absent()
    context: dict[str, Any] = {
        "seen": seen,
        "case": seen.case,
        "shown": shown,
        "medium": shown.medium,
        "consent": photo_consent(seen.wish),
        "rows": _rows(shown.medium.public_boxes),
    }
    if request.method == "POST":
        context["rows"] = _rows(_typed(request))
        context["nothing"] = request.POST.get("nothing") == "1"
        try:
            done = _act(request, actor, seen, medium_id, context)
        except Problem as problem:
            context["problem"] = problem.message
            return render(request, "evidence/blur.html", context, status=problem.status)
        if done is not None:
            return done
    return render(request, "evidence/blur.html", context)


def _act(
    request: HttpRequest, actor: Actor, seen: Seen, medium_id: UUID, context: dict[str, Any]
) -> HttpResponse | None:
    """Do what the pressed button says; None shows the page again, with the preview."""
    action, wish_id = request.POST.get("action", ""), seen.wish.pk
    if action == "withdraw":
        operations.withdraw_photo(actor=actor, wish_id=wish_id, medium_id=medium_id, at=now())
        messages.success(request, _("照片已撤回，公开页面上看不到了。"))
        return redirect("wishes:case", seen.case.code)
    boxes = _boxes(_typed(request))
    if action == "publish":
        operations.publish_photo(
            actor=actor, wish_id=wish_id, medium_id=medium_id, boxes=boxes, nothing_to_cover=context["nothing"], at=now()
        )  # fmt: skip
        messages.success(request, _("照片已遮盖并公开。原图没有公开。"))
        return redirect("wishes:case", seen.case.code)
    data = operations.preview_photo(actor=actor, wish_id=wish_id, medium_id=medium_id, boxes=boxes)
    context["preview"] = "data:image/jpeg;base64," + base64.b64encode(data).decode()
    return None


def _typed(request: HttpRequest) -> list[list[str]]:
    """Return the rows of the number table as typed, empty ones left out."""
    columns = [request.POST.getlist(name) for name, _label in SIDES]
    rows = [[cell.strip() for cell in row] for row in zip(*columns, strict=False)]
    return [row for row in rows if any(row)]


def _boxes(rows: Sequence[Sequence[str]]) -> list[Box]:
    """Return typed rows as boxes; what is no number becomes one the check refuses in words."""
    return [Box(*(_number(cell) for cell in row)) for row in rows]


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _rows(boxes: Sequence[Sequence[object]]) -> list[list[tuple[str, str | Promise, object]]]:
    """Return the number table: the boxes there are, and a few blank rows."""
    filled = [*boxes, *([["", "", "", ""]] * BLANK_ROWS)]
    return [[(name, label, value) for (name, label), value in zip(SIDES, row, strict=True)] for row in filled]
