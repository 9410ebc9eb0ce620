"""Forms of the pages: they read what was typed; the rules are in the operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem
from wishloop.parties.labels import FIELD_LABELS
from wishloop.parties.models import Consent, OrganisationDetails, Role
from wishloop.parties.queries import skills
from wishloop.places.queries import find_place

Result = TypeVar("Result")


def run(form: forms.Form, operation: Callable[[], Result]) -> Result | None:
    """Run an operation for a valid form; a Problem becomes an error at its field. Returns None when there was one.

    A problem that is no fault of the form (absent, forbidden) goes on to its page.
    """
    if not form.is_valid():
        return None
    try:
        return operation()
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        return None


class PlaceField(forms.CharField):
    """A unit by name or code, with the names there are as suggestions (``datalist``)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=120,
            widget=forms.TextInput(attrs={"list": "place-names", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Return the place."""
        text = super().clean(value)
        if not text:
            return None
        found = find_place(text)
        if found is None:
            raise forms.ValidationError(_("找不到这个地方，请填社区或街道的名称，或区划代码。"))
        return found


class PersonForm(forms.Form):
    """What a desk writes down of a person."""

    name = forms.CharField(label=_("姓名"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("电话"), required=False, max_length=30, widget=forms.TextInput(attrs={"type": "tel"})
    )
    place = PlaceField(label=_("所在社区"))
    is_minor = forms.BooleanField(
        label=_("未成年人"), required=False, help_text=_("公开时不显示姓名，同意书由监护人签。")
    )
    id_number = forms.CharField(label=_("身份证号"), required=False, max_length=24)
    address = forms.CharField(label=_("住址"), required=False, max_length=200)
    health = forms.CharField(
        label=_("健康情况"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("只在办理需要时填写，例如行动不便。"),
    )
    capacity = forms.IntegerField(label=_("同时认领上限"), initial=3, min_value=0, max_value=200)
    skills = forms.MultipleChoiceField(
        label=_("特长"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("帮人时能做什么。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["skills"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = [(skill.code, skill.name) for skill in skills()]


class EditPersonForm(PersonForm):
    """Changing a person: sealed fields start empty, what stays empty stays as it is, what is ticked is cleared."""

    clear = forms.MultipleChoiceField(
        label=_("清空这些内容"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, filled: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELD_LABELS:
            if name in filled:
                self.fields[name].help_text = _("已登记。留空就不改。")
        clear = self.fields["clear"]
        assert isinstance(clear, forms.MultipleChoiceField)
        clear.choices = [(name, label) for name, label in FIELD_LABELS.items() if name in filled - {"name"}]
        if not clear.choices:
            del self.fields["clear"]

    def told(self) -> dict[str, str | None]:
        """Return the sealed fields to change: None as it is, empty to clear."""
        cleared = self.cleaned_data.get("clear", [])
        return {name: "" if name in cleared else (self.cleaned_data[name] or None) for name in FIELD_LABELS}


class OrganisationForm(forms.Form):
    """What is known of an organisation."""

    name = forms.CharField(label=_("单位名称"), max_length=120, help_text=_("单位名称会公开。"))
    kind = forms.ChoiceField(label=_("类型"), choices=OrganisationDetails.Kind.choices)
    place = PlaceField(label=_("所在社区"))
    credit_code = forms.CharField(label=_("统一社会信用代码"), required=False, max_length=24)
    capacity = forms.IntegerField(label=_("同时认领上限"), initial=20, min_value=0, max_value=1000)


class RevealForm(forms.Form):
    """Why somebody looks at a sealed field."""

    field = forms.ChoiceField(choices=list(FIELD_LABELS.items()))
    reason = forms.CharField(label=_("查看原因"), max_length=200, required=False)


class ConsentForm(forms.Form):
    """Consents somebody gives at a desk."""

    purposes = forms.MultipleChoiceField(
        label=_("同意事项"),
        choices=[c for c in Consent.Purpose.choices if c[0] != Consent.Purpose.CLAIM_TERMS],
        widget=forms.CheckboxSelectMultiple,
    )
    guardian_phone = forms.CharField(
        label=_("监护人电话"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("未成年人必填；监护人要先登记。"),
    )


class AccountForm(forms.Form):
    """An account for a person already registered."""

    username = forms.CharField(
        label=_("用户名"), max_length=60, help_text=_("3 到 60 个小写字母、数字、点或横线。")
    )
    display_name = forms.CharField(label=_("称呼"), max_length=60, help_text=_("同事看到的名字。"))
    role = forms.ChoiceField(label=_("岗位"), choices=Role.choices)
    place = PlaceField(label=_("负责范围"), help_text=_("这里和它下面的全部地方。"))
    organisation = forms.ChoiceField(
        label=_("代表单位"), required=False, help_text=_("共建单位的账户要选它代表哪个单位。")
    )

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("不代表单位")), *organisations]


class RoleForm(forms.Form):
    """A further role of an account."""

    role = forms.ChoiceField(label=_("岗位"), choices=Role.choices)
    place = PlaceField(label=_("负责范围"))


class ImportForm(forms.Form):
    """A file of people or organisations."""

    kind = forms.ChoiceField(
        label=_("导入什么"),
        choices=[("members", _("人员（党员、志愿者、网格员）")), ("organisations", _("单位"))],
        initial="members",
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.jsonl"}),
        help_text=_("CSV、XLSX 或 JSONL，最大 5 MB；中文编码会自动识别。"),
    )


class TokenForm(forms.Form):
    """A token for a program."""

    label = forms.CharField(label=_("给哪个程序用"), max_length=60)
    days = forms.IntegerField(label=_("有效天数"), initial=90, min_value=1, max_value=366)


class LanguageForm(forms.Form):
    """The language of one's pages."""

    language = forms.ChoiceField(label=_("语言"), choices=settings.LANGUAGES)


class MySkillsForm(forms.Form):
    """What one can do for others."""

    skills = forms.MultipleChoiceField(label=_("我会的"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["skills"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = [(skill.code, skill.name) for skill in skills()]


class LogForm(forms.Form):
    """Narrowing the log of looks at personal data."""

    field = forms.ChoiceField(
        label=_("内容"), required=False, choices=[("", _("全部")), *FIELD_LABELS.items()]
    )
    who = forms.CharField(label=_("查看人"), required=False, max_length=60)
    first = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
