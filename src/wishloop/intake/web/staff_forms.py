"""Forms staff fill in: one need, a meeting with many, a file, a poster's code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from wishloop.core.clock import SHANGHAI
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Problem
from wishloop.intake.operations import Consents, PersonSaid, PlaceSaid
from wishloop.intake.operations.staff_entry import MEETING_CHANNELS, STAFF_CHANNELS, Told
from wishloop.intake.operations.submitting import MAX_TEXT_CHARS
from wishloop.intake.web.photos import PhotosField
from wishloop.intake.web.public_forms import RuledForm, Words

HOW = [
    ("spoken", _("当面口头同意")),
    ("signed", _("签字同意")),
    ("phone", _("电话里同意")),
    ("show_of_hands", _("会上同意")),
]
_FIELDS = {
    "beneficiary_name": "helped_name",
    "guardian": "name",
    "lat": "place",
    "lon": "place",
    "place_name": "place_name",
}


class LocalMoment(forms.DateTimeField):
    """A moment on Lhasa's clock, typed in the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            error_messages={"invalid": _("请写成 2025-09-08 10:30 这样的时间。")},
            **kwargs,
        )

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment, aware, in Lhasa's zone."""
        found = super().to_python(value)
        return found.replace(tzinfo=SHANGHAI) if isinstance(found, datetime) else None

    def prepare_value(self, value: Any) -> Any:
        """Show a moment by Lhasa's clock."""
        return value.astimezone(SHANGHAI) if isinstance(value, datetime) and value.tzinfo else value


class ProblemForm(RuledForm):
    """A form that shows an operation's problems at their fields."""

    def show(self, problem: Problem) -> None:
        """Show a problem once, at its field when the form has it."""
        name = _FIELDS.get(problem.field or "", problem.field)
        self.add_error(name if name in self.fields else None, str(problem.message))

    def choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        """Fill a select."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


class EntryForm(ProblemForm):
    """One need, as told at a door, on the telephone or on a slip of paper."""

    needed = ("text",)
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(label=_("从哪里来"), choices=[(c.value, c.label) for c in STAFF_CHANNELS])
    happened_at = LocalMoment(label=_("什么时候提的"), required=False)
    place = forms.ChoiceField(label=_("社区/村"), required=False)
    place_name = Words(label=_("列表里没有的地点"), required=False)
    text = Words(
        label=_("心愿（按居民的原话写）"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_TEXT_CHARS, "autofocus": True}),
    )
    urgent = forms.BooleanField(label=_("很急"), required=False)
    photos = PhotosField(label=_("照片"), help_text=_("最多三张。"))
    category = forms.ChoiceField(
        label=_("类别"), required=False, help_text=_("不选就由系统按内容建议，分类时再定。")
    )
    name = Words(label=_("居民姓名"), required=False)
    phone = Words(
        label=_("电话"), required=False, widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})
    )
    address = Words(label=_("住址"), required=False, help_text=_("加密保存，只有认领人办理期间能看到。"))
    helped_name = Words(label=_("受益人姓名（不是本人时填）"), required=False)
    helped_minor = forms.BooleanField(label=_("受益人不满 14 岁，上面的居民是监护人"), required=False)
    beneficiary_count = forms.IntegerField(
        label=_("受益人数"), required=False, initial=1, min_value=1, max_value=100_000
    )
    collect = forms.BooleanField(label=_("本人同意登记这些信息"), required=False)
    publish = forms.BooleanField(label=_("本人同意公开心愿（不公开姓名电话住址）"), required=False)
    publish_photo = forms.BooleanField(label=_("本人同意公开照片"), required=False)
    how = forms.ChoiceField(label=_("怎样同意的"), choices=HOW, required=False, initial="spoken")
    note = Words(label=_("工作备注（居民看不到）"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        *args: Any,
        places: Sequence[tuple[str, Any]],
        categories: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choose("place", [("", _("请选择")), *places])
        self.choose("category", [("", _("由系统建议")), *categories])
        self.fields["id"].initial = new_id

    def where(self) -> PlaceSaid:
        """Return where, as chosen or named."""
        data = self.cleaned_data
        return PlaceSaid(
            code=data.get("place", ""), name="" if data.get("place") else data.get("place_name", "")
        )

    def told(self, photos: Sequence[UUID] = ()) -> Told:
        """Return what was written down; ``photos`` are media stored already."""
        data = self.cleaned_data
        helped = PersonSaid(name=data["helped_name"], is_minor=data["helped_minor"])
        return Told(
            wish_id=data.get("id"),
            text=data["text"],
            reporter=PersonSaid(name=data["name"], phone=data["phone"], address=data["address"]),
            beneficiary=helped if helped.given else None,
            beneficiary_count=data.get("beneficiary_count") or 1,
            consents=Consents(
                collect=data["collect"],
                publish=data["publish"],
                publish_photo=data["publish_photo"],
                how=str(dict(HOW).get(data.get("how", ""), "")) if data["collect"] else "",
            ),
            urgent=data["urgent"],
            category_code=data.get("category") or None,
            note=data["note"],
            photos=tuple(photos),
        )


class MeetingForm(ProblemForm):
    """A meeting; the wishes told at it are rows beside this form."""

    needed = ("title",)
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    title = Words(label=_("会议名称"), required=False, widget=forms.TextInput(attrs={"autofocus": True}))
    channel = forms.ChoiceField(label=_("会议种类"), choices=[(c.value, c.label) for c in MEETING_CHANNELS])
    place = forms.ChoiceField(label=_("社区/村"), required=False)
    held_at = LocalMoment(label=_("开会时间"))
    attendees = forms.IntegerField(label=_("到会人数"), required=False, min_value=1, max_value=100_000)
    minutes = Words(
        label=_("会议记录"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("place", [("", _("请选择")), *places])
        self.fields["id"].initial = new_id


class MeetingRow(ProblemForm):
    """One wish told at a meeting. A row without words is left out."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = Words(label=_("心愿"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2}))
    name = Words(label=_("姓名"), required=False)
    phone = Words(label=_("电话"), required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    urgent = forms.BooleanField(label=_("很急"), required=False)
    collect = forms.BooleanField(label=_("同意登记"), required=False)
    publish = forms.BooleanField(label=_("同意公开"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["id"].initial = new_id

    @property
    def blank(self) -> bool:
        """Whether nobody wrote anything in the row."""
        data = self.cleaned_data
        return not any(data.get(name) for name in ("text", "name", "phone"))

    def told(self) -> Told:
        """Return what was told."""
        data = self.cleaned_data
        agreed = Consents(
            collect=data["collect"], publish=data["publish"], how=str(dict(HOW)["show_of_hands"]) if data["collect"] else ""
        )  # fmt: skip
        return Told(
            wish_id=data.get("id"),
            text=data["text"],
            reporter=PersonSaid(name=data["name"], phone=data["phone"]),
            consents=agreed,
            urgent=data["urgent"],
        )


class UploadForm(ProblemForm):
    """A file of wishes and where rows without a place belong."""

    file = forms.FileField(
        label=_("文件（XLSX、CSV 或 JSONL）"),
        allow_empty_file=True,
        error_messages={"required": _("请选择要导入的文件。")},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.jsonl,.json,.txt"}),
    )
    place = forms.ChoiceField(label=_("没写地点的行，归到哪里"), required=False)

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("place", places)


class CodeForm(ProblemForm):
    """A poster's code."""

    place = forms.ChoiceField(label=_("地点"))
    note = Words(label=_("贴在哪里"), required=False)

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("place", places)
