"""Forms of the pages of places: they read what was typed; the rules are in the operations."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wishloop.places.models import CalendarDay, Level, Place
from wishloop.places.operations.editing import BELOW
from wishloop.places.operations.positions import GCJ02, WGS84

WEEKDAYS = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
_SPAN = re.compile(r"(\d{1,2})[:：.](\d{2})\s*[-–—~～至到]+\s*(\d{1,2})[:：.](\d{2})")


def parse_spans(text: str) -> list[tuple[time, time]]:
    """Return the spans of "9:30-13:00，15:30-18:00" as people type it; raises ValueError when something else is left over."""
    rest = _SPAN.sub("", text)
    if re.sub(r"[\s,，、;；和]+", "", rest):
        raise ValueError(rest)
    return [(time(int(a), int(b)), time(int(c), int(d))) for a, b, c, d in _SPAN.findall(text)]


def spans_text(spans: Any) -> str:
    """Return spans as they are typed: 09:30-13:00 15:30-18:00."""
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)


class SpansField(forms.CharField):
    """Office hours of a day in one line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": "09:30-13:00 15:30-18:00", "autocomplete": "off"})
        super().__init__(max_length=100, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return a list of spans, empty for a day off."""
        text = super().clean(value)
        try:
            return parse_spans(text or "")
        except ValueError as error:
            raise forms.ValidationError(_("请写成 09:30-13:00 15:30-18:00；不上班就留空。")) from error


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class NamesForm(forms.Form):
    """The names of a unit."""

    name = forms.CharField(label=_("名称"), max_length=100)
    name_en = forms.CharField(label=_("英文名"), max_length=100, required=False)
    name_bo = forms.CharField(
        label=_("藏文名"),
        max_length=100,
        required=False,
        help_text=_("没有把握就留空，页面会显示中文名。"),
        widget=forms.TextInput(attrs={"lang": "bo"}),
    )


class AddForm(NamesForm):
    """A new unit below another."""

    level = forms.ChoiceField(label=_("级别"), widget=forms.RadioSelect)
    code = forms.CharField(
        label=_("编码"),
        max_length=40,
        required=False,
        help_text=_("有统一编码就填；留空会按上级编码自动编号。"),
    )
    field_order = ["name", "level", "code", "name_en", "name_bo"]

    def __init__(self, *args: Any, parent: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (level, str(Level(level).label)) for level in Level.values if level in BELOW.get(parent.level, ())
        ]
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.initial = choices[0][0]


class ValidityForm(forms.Form):
    """From and until which day a unit exists."""

    valid_from = DayField(label=_("启用日期"), required=False)
    valid_to = DayField(
        label=_("停用日期"), required=False, help_text=_("从这一天起不再使用；原有事项仍留在这个单位。")
    )


class AliasForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=_("别名"), max_length=100)
    source = forms.CharField(label=_("出处"), max_length=200, required=False)


class PositionForm(forms.Form):
    """A point."""

    lat = forms.FloatField(
        label=_("纬度"), widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    )
    lon = forms.FloatField(
        label=_("经度"), widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    )
    datum = forms.ChoiceField(
        label=_("坐标来自"),
        choices=[(WGS84, _("手机或 GPS（WGS-84）")), (GCJ02, _("高德、腾讯地图（GCJ-02）"))],
        initial=WGS84,
        widget=forms.RadioSelect,
    )
    surveyed = forms.BooleanField(label=_("实测位置，不是估计"), required=False)


class OutlineForm(forms.Form):
    """An outline from a file."""

    outline = forms.FileField(
        label=_("边界文件"),
        help_text=_("GeoJSON，一个面，WGS-84 经纬度，最大 5 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )


class DaysForm(forms.Form):
    """Days that differ."""

    first = DayField(label=_("从"))
    last = DayField(label=_("到"), required=False, help_text=_("只有一天就留空。"))
    kind = forms.ChoiceField(
        label=_("当天"),
        choices=CalendarDay.Kind.choices,
        initial=CalendarDay.Kind.OFF,
        widget=forms.RadioSelect,
    )
    hours = SpansField(
        label=_("当日工作时段"),
        required=False,
        help_text=_("只在选“当日工作时段”时填，如上半天：09:30-13:00。"),
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("会写进期限说明，如“雪顿节放假”。"))
    source = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("通知名称或文号。"))


class HoursForm(forms.Form):
    """Office hours of a week."""

    follow_national = forms.BooleanField(label=_("按国家节假日放假和调休"), required=False, initial=True)
    source = forms.CharField(label=_("依据"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = {
            f"hours_{n}": SpansField(label=label, required=False) for n, label in enumerate(WEEKDAYS, start=1)
        }
        self.fields = {**hours, **self.fields}

    def hours(self) -> dict[int, list[tuple[time, time]]]:
        """Return the spans by ISO weekday, after validation."""
        return {n: self.cleaned_data[f"hours_{n}"] for n in range(1, 8)}


class ImportForm(forms.Form):
    """A file of units."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("CSV、XLSX、JSONL 或 GeoJSON，最大 20 MB。先试读，确认后才写入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.jsonl,.geojson,.json"}),
    )


class ConfirmForm(forms.Form):
    """The name a provisional unit is confirmed under."""

    name = forms.CharField(label=_("正式名称"), max_length=100)
