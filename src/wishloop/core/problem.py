"""The one kind of error a person sees: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise


class Problem(Exception):
    """A rule refused what a person asked for.

    Attributes:
        code: stable English identifier in snake_case, for programs and tests.
        message: sentence for the person, translatable, says what to do next.
        field: the input field it belongs to, or None for the whole form.
        status: HTTP status both doors answer with.
        data: further facts for programs; never personal data.
    """

    def __init__(
        self,
        code: str,
        message: str | Promise,
        field: str | None = None,
        *,
        status: int = 422,
        data: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.status = status
        self.data = dict(data or {})

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Absent(Problem):
    """Nothing there, or not yours to see: both answer alike, so that nobody learns what exists."""

    def __init__(self, message: str | Promise | None = None) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__(
            "absent",
            message or _("找不到这条记录，或您无权查看。请核对编号，或回到列表重新查找。"),
            status=404,
        )


class Forbidden(Problem):
    """The person may see the thing but may not do this with it."""

    def __init__(self, message: str | Promise | None = None) -> None:
        from django.utils.translation import gettext_lazy as _

        super().__init__("forbidden", message or _("您的岗位不能做这一步。请联系社区管理员。"), status=403)


class Conflict(Problem):
    """Somebody else was first, or the thing is no longer in a state that allows this."""

    def __init__(
        self, code: str, message: str | Promise, *, data: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(code, message, status=409, data=data)
