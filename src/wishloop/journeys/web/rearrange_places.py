"""Pages that move a unit to another parent, or merge it into another unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from wishloop.cases.queries import visible_cases
from wishloop.core.actor import Actor
from wishloop.core.clock import now
from wishloop.core.problem import Problem
from wishloop.core.problem_forms import run_form
from wishloop.journeys.rearrange_places import Rearranged, merge_place, move_place
from wishloop.parties.web.access import requires
from wishloop.places.queries import find_place, names_along, place_seen_by, subtree

if TYPE_CHECKING:
    from wishloop.places.models import Place


class TargetForm(forms.Form):
    """The other unit, by name or code."""

    target = forms.CharField(
        label=gettext_lazy("单位"),
        max_length=120,
        help_text=gettext_lazy("填名称或编码；有重名时请填编码。"),
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, actor: Actor, district: Place | None) -> None:
        super().__init__(data)
        self._actor, self._district = actor, district

    def clean_target(self) -> Any:
        """Return the unit, looked for in the same district first."""
        typed = self.cleaned_data["target"]
        found = find_place(typed, within=self._district) or find_place(typed)
        if found is None:
            raise forms.ValidationError(_("找不到这个单位，或有几个同名的；请填编码。"))
        try:
            return place_seen_by(self._actor, code=found.code)
        except Problem as problem:
            raise forms.ValidationError(_("这个单位不在您的管辖范围内。")) from problem


def _ask(request: HttpRequest, code: str, *, merging: bool) -> HttpResponse:
    """Ask for the other unit, say what goes along, then do it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    place = place_seen_by(actor, code=code)
    along = names_along(place.path)
    district = next((above for above in along if above.level == "district"), None)
    form = TargetForm(request.POST if request.method == "POST" else None, actor=actor, district=district)
    done = run_form(form, lambda: _do(actor, place, form.cleaned_data["target"], merging=merging))
    if done is not None:
        messages.success(
            request,
            _("已完成：%(cases)d 件事项和 %(others)d 条其他记录跟着变更。")
            % {"cases": done.cases, "others": done.others},
        )
        return redirect("places:place", code=form.cleaned_data["target"].code if merging else place.code)
    units = subtree(district.path if district else place.path).filter(valid_to__isnull=True)
    levels = ["district", "subdistrict"] if not merging and place.level == "community" else None
    if levels:
        units = units.filter(level__in=levels)
    elif merging:
        units = units.filter(level=place.level)
    context = {
        "place": place, "along": along, "form": form, "merging": merging,
        "cases": visible_cases(actor, kind="wish").filter(place_path__startswith=place.path).count(),
        "units": units.exclude(pk=place.pk)[:400],
    }  # fmt: skip
    return render(request, "places/rearrange.html", context, status=422 if form.errors else 200)


def _do(actor: Actor, place: Place, target: Place, *, merging: bool) -> Rearranged:
    if merging:
        return merge_place(actor=actor, place=place, into=target, at=now())
    return move_place(actor=actor, place=place, parent=target, at=now())


@requires("administrator", "steward")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Hang a unit under another parent."""
    return _ask(request, code, merging=False)


@requires("administrator", "steward")
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Merge a unit into another."""
    return _ask(request, code, merging=True)
