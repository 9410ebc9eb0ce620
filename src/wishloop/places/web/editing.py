"""Pages that change units: add, edit, confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Forbidden
from wishloop.core.problem_forms import run_form
from wishloop.core.staff_pages import open_to
from wishloop.places import operations as places
from wishloop.places.models import Place
from wishloop.places.permissions import may_confirm, may_edit
from wishloop.places.queries import aliases_of, names_along, place_seen_by, provisional_places
from wishloop.places.web.forms import (
    AddForm,
    AliasForm,
    ConfirmForm,
    NamesForm,
    OutlineForm,
    PositionForm,
    ValidityForm,
)
from wishloop.places.web.tree import actor_of_request

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
@open_to("administrator")
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add a unit below another."""
    actor = actor_of_request(request)
    parent = place_seen_by(actor, code=code)
    if not may_edit(actor, parent.path):
        raise Forbidden(_("要由本级管理员来修改单位。"))
    form = AddForm(request.POST or None, parent=parent)
    if request.method == "POST":
        place = run_form(
            form, lambda: places.add_place(actor=actor, parent=parent, at=now(), **form.cleaned_data)
        )
        if place is not None:
            messages.success(
                request, _("已添加“%(name)s”，编码 %(code)s。") % {"name": place.name, "code": place.code}
            )
            return redirect("places:place", code=parent.code)
    context = {"form": form, "parent": parent, "along": names_along(parent.path)}
    return render(request, "places/add.html", context, status=422 if form.errors else 200)


def _names(actor: Actor, place: Place, form: forms.Form) -> Any:
    return places.rename_place(actor=actor, place=place, **form.cleaned_data)


def _validity(actor: Actor, place: Place, form: forms.Form) -> Any:
    return places.set_validity(actor=actor, place=place, **form.cleaned_data)


def _alias(actor: Actor, place: Place, form: forms.Form) -> Any:
    return places.add_alias(actor=actor, place=place, **form.cleaned_data)


def _position(actor: Actor, place: Place, form: forms.Form) -> Any:
    return places.set_position(actor=actor, place=place, **form.cleaned_data)


def _outline(actor: Actor, place: Place, form: forms.Form) -> Any:
    return places.set_outline(actor=actor, place=place, geojson=form.cleaned_data["outline"].read())


PARTS: dict[str, tuple[type[forms.Form], Callable[[Actor, Place, forms.Form], Any]]] = {
    "names": (NamesForm, _names),
    "alias": (AliasForm, _alias),
    "validity": (ValidityForm, _validity),
    "position": (PositionForm, _position),
    "outline": (OutlineForm, _outline),
}
_STEWARD_TOO = ("alias",)


def _initial(place: Place, part: str) -> dict[str, Any]:
    names = {
        "names": ("name", "name_en", "name_bo"),
        "validity": ("valid_from", "valid_to"),
        "position": ("lat", "lon"),
    }
    found = {name: getattr(place, name) for name in names.get(part, ())}
    if part == "position":
        found["surveyed"] = place.position_quality == "surveyed"
    return found


@require_http_methods(GET_OR_POST)
@open_to("administrator", "steward")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Edit one unit: several small forms, each saved by itself."""
    actor = actor_of_request(request)
    place = place_seen_by(actor, code=code)
    if not may_confirm(actor, place.path):
        raise Forbidden(_("要由本地心愿管家或管理员来修改单位。"))
    parts = [part for part in PARTS if may_edit(actor, place.path) or part in _STEWARD_TOO]
    sent = request.POST.get("part", "") if request.method == "POST" else ""
    opened: dict[str, forms.Form] = {}
    for part in parts:
        data, files = (request.POST, request.FILES) if part == sent else (None, None)
        opened[part] = PARTS[part][0](data, files, prefix=part, initial=_initial(place, part))
    if sent in opened:
        form = opened[sent]
        if run_form(form, lambda: PARTS[sent][1](actor, place, form)) is not None:
            messages.success(request, _("已保存。"))
            return redirect("places:edit", code=place.code)
    wrong = next((form for form in opened.values() if form.errors), None)
    context = {
        "place": place, "forms": opened, "form": wrong, "along": names_along(place.path), "aliases": aliases_of(place),
        "may_edit": may_edit(actor, place.path),
    }  # fmt: skip
    return render(request, "places/edit.html", context, status=422 if wrong else 200)


@require_POST
@open_to("administrator", "steward")
def remove_alias(request: HttpRequest, code: str) -> HttpResponse:
    """Forget another name."""
    actor = actor_of_request(request)
    place = place_seen_by(actor, code=code)
    name = request.POST.get("name", "")
    if places.remove_alias(actor=actor, place=place, name=name):
        messages.success(request, _("已删除别名“%(name)s”。误删了可以再添加。") % {"name": name})
    return redirect("places:edit", code=place.code)


@require_POST
@open_to("administrator")
def clear_position(request: HttpRequest, code: str) -> HttpResponse:
    """Forget where a unit lies."""
    actor = actor_of_request(request)
    place = place_seen_by(actor, code=code)
    places.clear_position(actor=actor, place=place)
    messages.success(request, _("已清除位置和边界。"))
    return redirect("places:edit", code=place.code)


@require_http_methods(GET_OR_POST)
@open_to("administrator", "steward")
def to_confirm(request: HttpRequest) -> HttpResponse:
    """Names residents gave that the list lacks: confirm, merge into a unit that exists, or move under the right one."""
    actor = actor_of_request(request)
    wrong: dict[str, Any] = {}
    if request.method == "POST":
        place = place_seen_by(actor, code=request.POST.get("code", ""))
        form = ConfirmForm(request.POST)
        if (
            run_form(form, lambda: places.confirm_place(actor=actor, place=place, **form.cleaned_data))
            is not None
        ):
            messages.success(request, _("“%(name)s”已成为正式单位。") % {"name": form.cleaned_data["name"]})
            return redirect("places:to_confirm")
        wrong = {"code": place.code, "form": form}
    rows = provisional_places(Place.objects.visible_to(actor)).select_related("parent")
    page = keyset_page(rows, order=("recorded_at", "id"), cursor=request.GET.get("cursor"), page_size=30)
    for row in page.rows:
        row.may_confirm = may_confirm(actor, row.path)  # type: ignore[attr-defined]
    return render(
        request, "places/to_confirm.html", {"page": page, "wrong": wrong}, status=422 if wrong else 200
    )
