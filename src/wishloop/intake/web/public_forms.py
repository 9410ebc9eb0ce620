"""The public form: what is asked, in which words. What is right is decided in the operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from wishloop.core.identifiers import new_id
from wishloop.core.problem import Problem
from wishloop.core.text import cleaned
from wishloop.intake.operations import Consents, PersonSaid, PlaceSaid
from wishloop.intake.operations.submitting import MAX_TEXT_CHARS
from wishloop.intake.web.photos import PhotosField, sealed, unsealed

SELF, OTHER, CHILD = "self", "other", "child"
# Where a problem of an operation is shown, when the form calls the field otherwise.
_FIELDS = {
    "beneficiary_name": "helped_name",
    "guardian": "name",
    "lat": "text",
    "lon": "text",
    "consent": "collect",
    "altcha": None,
    "happened_at": None,
}


class Words(forms.CharField):
    """Text cleaned as it comes in, so that a stray control character is dropped instead of refused."""

    def to_python(self, value: Any) -> str:
        """Return the text cleaned."""
        return cleaned(str(super().to_python(value) or ""))


class RuledForm(forms.Form):
    """A form whose ``needed`` fields are marked as such but asked for by an operation's rules, which show every mistake at once."""

    needed: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mark_needed(True)

    def _mark_needed(self, needed: bool) -> None:
        for name in self.needed:
            self.fields[name].required = needed

    def full_clean(self) -> None:
        """Check shapes only."""
        self._mark_needed(False)
        super().full_clean()
        self._mark_needed(True)


class WishForm(RuledForm):
    """A wish as residents tell it. ``id`` is made with the empty form and is the case's own: sent twice, it is one wish."""

    needed = ("text", "collect")
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = Words(
        label=_("您的心愿"),
        help_text=_("需要什么帮助？写一两句就行。请不要写身份证号、银行卡号。"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 5, "maxlength": MAX_TEXT_CHARS, "autofocus": True, "required": True}
        ),
    )
    urgent = forms.BooleanField(label=_("这件事很急"), required=False)
    place = forms.ChoiceField(label=_("在哪个社区"), required=False)
    place_name = Words(
        label=_("列表里没有？写下社区、村或小区的名字"), max_length=400, required=False, strip=False
    )
    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    lon = forms.FloatField(widget=forms.HiddenInput, required=False)
    for_whom = forms.ChoiceField(
        label=_("为谁许愿"),
        choices=[(SELF, _("我自己或我家")), (OTHER, _("别人")), (CHILD, _("14 岁以下的孩子"))],
        initial=SELF,
        required=False,
        widget=forms.RadioSelect,
    )
    helped_name = Words(
        label=_("那位的姓名（为别人或孩子许愿时填）"), max_length=400, required=False, strip=False
    )
    name = Words(
        label=_("您的姓名"),
        help_text=_("不会公开。"),
        max_length=400,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = Words(
        label=_("您的电话"),
        help_text=_(
            "不会公开。留了电话，我们能联系您，您凭电话后四位就能查进度；不留，就凭我们给您的查询码。"
        ),
        max_length=200,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    photos = PhotosField(
        label=_("照片"), help_text=_("拍一下现场，最多三张。照片里的位置信息会自动去掉，不经您同意不公开。")
    )
    stored = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    collect = forms.BooleanField(
        label=_("我同意你们记录这些内容，只用来办这件事"),
        required=False,
    )
    publish = forms.BooleanField(
        label=_("我同意把心愿公开（不公开姓名、电话、住址），让更多人来帮忙"),
        help_text=_("可以不同意，心愿照样办。以后随时能在查询页撤回。"),
        required=False,
    )
    publish_photo = forms.BooleanField(
        label=_("圆梦的照片可以公开（人脸会打码）"),
        required=False,
    )
    altcha = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    question = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    answer = Words(
        label=_("小问题"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        self._labels = dict(_flat(places))
        field.choices = [("", _("请选择（不清楚可以不选）")), *places]
        self.fields["id"].initial = new_id
        self.photo_ids = unsealed(str(self.data.get("stored", ""))) if self.is_bound else []

    @property
    def wish_id(self) -> UUID:
        """The id the form carries; a form that lost it gets a fresh one."""
        found: UUID | None = self.cleaned_data.get("id")
        return found or new_id()

    def where(self) -> PlaceSaid:
        """Return where, as told."""
        data = self.cleaned_data
        name = "" if data.get("place") else data.get("place_name", "")
        return PlaceSaid(code=data.get("place", ""), name=name, lat=data.get("lat"), lon=data.get("lon"))

    def place_label(self) -> str:
        """Return the place as people call it: chosen or typed, empty when neither."""
        data = self.cleaned_data
        return self._labels.get(data.get("place", ""), "") or str(data.get("place_name", "")).strip()

    def asker(self) -> PersonSaid:
        """Return who asks."""
        return PersonSaid(name=self.cleaned_data.get("name", ""), phone=self.cleaned_data.get("phone", ""))

    def helped(self) -> PersonSaid | None:
        """Return whom it is for, where that is somebody else who was named."""
        name = self.cleaned_data.get("helped_name", "")
        if self.cleaned_data.get("for_whom") in (OTHER, CHILD) and name.strip():
            return PersonSaid(name=name, is_minor=self.for_child)
        return None

    @property
    def for_child(self) -> bool:
        """Whether it is for a child under 14, for whom a guardian speaks."""
        return bool(self.cleaned_data.get("for_whom") == CHILD)

    def consents(self) -> Consents:
        """Return what was agreed to."""
        data = self.cleaned_data
        return Consents(
            collect=data.get("collect", False),
            publish=data.get("publish", False),
            publish_photo=data.get("publish_photo", False),
        )

    def show(self, problem: Problem) -> None:
        """Show an operation's problem at the field it belongs to."""
        name = _FIELDS.get(problem.field or "", problem.field)
        if name not in self.errors:
            self.add_error(name if name in self.fields else None, str(problem.message))

    def kept(self) -> list[tuple[str, Any]]:
        """Return everything typed as name and value, for hidden fields of the next step."""
        skipped = {"altcha", "question", "answer", "photos", "stored"}
        pairs = []
        for name in self.fields:
            value = self.data.get(name, "")
            if name not in skipped and value not in ("", None):
                pairs.append((name, value))
        if self.photo_ids:
            pairs.append(("stored", sealed(self.photo_ids)))
        return pairs


def _flat(places: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for value, label in places:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, str(label)
