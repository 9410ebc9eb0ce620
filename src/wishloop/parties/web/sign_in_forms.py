"""allauth's forms with our words: labels and help in Chinese first, keyboards that fit."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as FactorReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _relabel(field: forms.Field, label: Any, help_text: Any = "", **attrs: str) -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


def _one_time_code(field: forms.Field, *, help_text: Any = "") -> None:
    _relabel(
        field, _("验证码"), help_text, autocomplete="one-time-code", autocapitalize="off", spellcheck="false"
    )


class SignInForm(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["login"], _("用户名"), autocapitalize="off", spellcheck="false", autofocus="")
        _relabel(self.fields["password"], _("密码"))


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["password"], _("密码"))


class NewPasswordForm(ChangePasswordForm):
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["oldpassword"], _("现在的密码"))
        _relabel(
            self.fields["password1"],
            _("新密码"),
            _("至少 10 位，不要用常见密码、用户名或姓名。几个不相干的词连起来最好记。"),
        )
        _relabel(self.fields["password2"], _("再输一次新密码"))


class FactorForm(AuthenticateForm):
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time_code(self.fields["code"])
        self.fields["code"].widget.attrs["autofocus"] = ""


class FactorAgainForm(FactorReauthenticateForm):
    """The second factor once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time_code(self.fields["code"])


class FirstCodeForm(ActivateTOTPForm):
    """The first code of a new authenticator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time_code(self.fields["code"], help_text=_("应用上现在显示的 6 位数字。"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddKeyForm(AddWebAuthnForm):
    """A new passkey or security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["name"], _("名称"))
        if "passwordless" in self.fields:
            _relabel(
                self.fields["passwordless"],
                _("不用密码，只用这把密钥登录（通行密钥）"),
                _("密钥要能验证指纹、面容或 PIN。"),
            )


class RenameKeyForm(EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self.fields["name"], _("名称"))
