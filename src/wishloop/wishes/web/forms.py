"""One small form for each thing people do with a wish. They check shape only; rules live in the operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import Tier
from wishloop.parties.queries import organisations_below, stewards_of
from wishloop.places.queries import choices_below
from wishloop.wishes.queries import Seen, categories

DISTRICT_CODES = 2  # city and district: the path of a case up to its district


def _district_path(place_path: str) -> str:
    return ".".join(place_path.split(".")[:DISTRICT_CODES]) + "."


def _lines(rows: int = 3, *, most: int = 2000) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


def _choose(form: forms.Form, name: str, choices: Any) -> None:
    """Fill a select; a field made by name loses its type."""
    found = form.fields[name]
    assert isinstance(found, forms.ChoiceField)
    found.choices = choices


class MoveForm(forms.Form):
    """Base of the forms of one wish; knows the wish it is about."""

    def __init__(self, *args: Any, seen: Seen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen


class PlainForm(MoveForm):
    """Nothing to fill in."""


class ReasonForm(MoveForm):
    """A reason somebody will read."""

    reason = forms.CharField(
        label=_("原因"), widget=_lines(), max_length=2000, help_text=_("会告诉居民，请写清楚、写客气。")
    )


class WordsForm(MoveForm):
    """Words for colleagues."""

    words = forms.CharField(label=_("内容"), widget=_lines(), max_length=2000)


class TriageForm(MoveForm):
    """Category, tier, needs, place."""

    category_code = forms.ChoiceField(label=_("类别"))
    tier = forms.ChoiceField(label=_("响应级别"), choices=Tier.choices, widget=forms.RadioSelect)
    needs = forms.CharField(
        label=_("需要什么"), required=False, max_length=200, help_text=_("几样用顿号隔开，如：轮椅、坐垫")
    )
    beneficiary_count = forms.IntegerField(label=_("受益人数"), min_value=1, max_value=100_000, initial=1)
    place_code = forms.ChoiceField(label=_("地区"))
    note = forms.CharField(label=_("内部备注"), required=False, widget=_lines(2), max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case = self.seen.case
        _choose(self, "category_code", [("", "—"), *((c.code, c.name) for c in categories())])
        groups = choices_below(_district_path(case.place_path))
        known = {code for _group, options in groups for code, _name in options}
        here = [] if case.place.code in known else [(case.place.code, case.place.name)]
        _choose(self, "place_code", [*here, *groups])


class PublishForm(MoveForm):
    """The words the public will read."""

    public_text = forms.CharField(
        label=_("公开内容"),
        widget=_lines(4),
        max_length=2000,
        help_text=_("已自动遮盖姓名、电话和门牌，请再看一遍；不写能认出人的细节。"),
    )


class AssignForm(MoveForm):
    """The team that takes it straight away."""

    team = forms.ChoiceField(label=_("负责队伍"))
    public_note = forms.CharField(label=_("公开说明"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = organisations_below(_district_path(self.seen.case.place_path))
        _choose(self, "team", [("", "—"), *((str(p.pk), p.public_name) for p in rows)])


class TransferForm(ReasonForm):
    """Where to, and why."""

    place_code = forms.ChoiceField(label=_("转给"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(
            self,
            "place_code",
            [
                ("", "—"),
                *choices_below(_district_path(self.seen.case.place_path)),
            ],
        )
        self.order_fields(["place_code", "reason"])


class SuspendForm(ReasonForm):
    """Why, and when it is looked at again."""

    review_on = forms.DateField(label=_("复查日期"), widget=forms.DateInput(attrs={"type": "date"}))


class MergeForm(MoveForm):
    """Which wish is kept."""

    kept = forms.CharField(label=_("保留哪一条（编号）"), max_length=20)
    reason = forms.CharField(label=_("说明"), required=False, max_length=300)


class ProgressForm(WordsForm):
    """How far it has come."""

    public = forms.BooleanField(label=_("公开这条进展"), required=False, initial=True)


class GrantForm(MoveForm):
    """What was handed over, with the photo that shows it."""

    result = forms.CharField(
        label=_("结果"),
        widget=_lines(),
        max_length=2000,
        help_text=_("公开：做了什么、交付了什么。不写姓名和住址。"),
    )
    photos = forms.FileField(
        label=_("交付照片或签收单"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*,video/*,application/pdf", "data-preview": "id_photos-preview"}),
        help_text=_("至少要有一张。照片里的位置信息会自动去掉；公开前请在佐证里打码。"),
    )  # fmt: skip


class ConfirmForm(MoveForm):
    """A call-back: reached or not, solved or not, stars, words."""

    reached = forms.ChoiceField(
        label=_("回访结果"), widget=forms.RadioSelect,
        choices=[("yes", _("联系上了")), ("no", _("没联系上"))], initial="yes",
    )  # fmt: skip
    solved = forms.ChoiceField(
        label=_("解决了吗"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", _("解决了")), ("no", _("没有解决"))],
    )
    rating = forms.TypedChoiceField(
        label=_("满意度"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=[(n, "★" * n) for n in range(5, 0, -1)],
    )  # fmt: skip
    words = forms.CharField(label=_("居民原话"), required=False, widget=_lines(2), max_length=2000)


class AppointForm(MoveForm):
    """Who answers for it."""

    responsible = forms.ChoiceField(label=_("负责人"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = stewards_of(self.seen.case.place_path)
        _choose(self, "responsible", [("", "—"), *((str(u.pk), u.display_name) for u in rows)])


class ClaimForm(forms.Form):
    """For whom, and the terms."""

    claimant = forms.ChoiceField(label=_("以谁的名义"), widget=forms.RadioSelect)
    terms = forms.BooleanField(
        label=_("我同意认领约定"),
        help_text=_("按期办好；联系方式只用于这件事，不外传；办不了及时退出；交付要留照片或签收单。"),
    )

    def __init__(self, *args: Any, names: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "claimant", names)
        self.initial.setdefault("claimant", names[-1][0] if names else "")
