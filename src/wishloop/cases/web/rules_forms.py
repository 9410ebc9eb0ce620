"""The form of a deadline rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wishloop.cases.models import DeadlineRule
from wishloop.cases.operations.deadline_rules import RuleTerms
from wishloop.cases.states import TIER_LABELS
from wishloop.places.queries import find_place

KIND_LABELS = {"wish": _("心愿"), "claim": _("认领")}
MARK_LABELS = (("official", _("正式文件")), ("read", _("公开资料")), ("unsure", _("待核定")))


class RuleForm(forms.Form):
    """What a rule says."""

    kind = forms.ChoiceField(label=_("事项"), choices=list(KIND_LABELS.items()))
    measure = forms.ChoiceField(
        label=_("期限"), choices=DeadlineRule.Measure.choices, widget=forms.RadioSelect
    )
    tier = forms.ChoiceField(
        label=_("响应级别"), required=False, choices=[("", _("各级别")), *TIER_LABELS.items()]
    )
    category_code = forms.CharField(
        label=_("类别代码"),
        required=False,
        max_length=40,
        help_text=_("留空适用于各类别；代码见“类别”页。"),
        widget=forms.TextInput(attrs={"list": "category-codes", "autocomplete": "off"}),
    )
    place = forms.CharField(
        label=_("适用单位"),
        required=False,
        max_length=120,
        help_text=_("名称或编码；适用于它和全部下级。留空适用于各地。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    amount = forms.IntegerField(
        label=_("多久"), min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    unit = forms.ChoiceField(label=_("时间单位"), choices=DeadlineRule.Unit.choices)
    valid_from = forms.DateField(
        label=_("生效日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("从这一天起新来的事项按它算；以前作出的承诺不变。"),
    )
    source = forms.CharField(label=_("依据"), max_length=300, help_text=_("文件名称、文号和日期。"))
    source_mark = forms.ChoiceField(
        label=_("依据可靠程度"), choices=MARK_LABELS, initial="unsure", widget=forms.RadioSelect
    )

    def clean_place(self) -> Any:
        """Return the place, or None for everywhere."""
        typed = self.cleaned_data["place"]
        if not typed:
            return None
        found = find_place(typed)
        if found is None:
            raise forms.ValidationError(_("找不到这个单位，或有几个同名的；请填编码。"))
        return found

    def terms(self) -> RuleTerms:
        """Return what was typed, after validation."""
        return RuleTerms(**self.cleaned_data)
