"""Phone numbers and identity numbers: checked and put in one form. Pure."""

from __future__ import annotations

import unicodedata

import phonenumbers
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from wishloop.core.problem import Problem


def normalise_phone(typed: str) -> str:
    """Return a phone number in international form (+86139…), from what a person typed: full-width digits, spaces, dashes.

    Mainland numbers by default; a landline of Lhasa without area code (7 digits, begins with 6) gets 0891.

    Raises:
        Problem: ``bad_phone`` at ``phone`` when no such number can exist.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    digits = "".join(ch for ch in text if ch.isdigit())
    if len(digits) == 7 and digits[0] == "6":
        text = f"0891{digits}"
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if (
        number is None
        or not phonenumbers.is_possible_number(number)
        or not phonenumbers.is_valid_number(number)
    ):
        raise Problem("bad_phone", _("这个电话号码不存在，请检查位数（手机 11 位，座机加区号）。"), "phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national_form(number: str) -> str:
    """Return a normalised number as people here read it; foreign ones stay international."""
    parsed = phonenumbers.parse(number, "CN")
    own = parsed.country_code == 86
    form = phonenumbers.PhoneNumberFormat.NATIONAL if own else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def normalise_id_number(typed: str) -> str:
    """Return a resident identity number, check digit verified (python-stdnum).

    Raises:
        Problem: ``bad_id_number`` at ``id_number``.
    """
    try:
        return str(ric.validate(unicodedata.normalize("NFKC", typed)))
    except ValidationError as error:
        raise Problem(
            "bad_id_number", _("身份证号不正确，请逐位核对（18 位，最后一位可能是 X）。"), "id_number"
        ) from error


def normalise_credit_code(typed: str) -> str:
    """Return a unified social credit code (统一社会信用代码), check character verified.

    Raises:
        Problem: ``bad_credit_code`` at ``credit_code``.
    """
    try:
        return str(uscc.validate(unicodedata.normalize("NFKC", typed)))
    except ValidationError as error:
        raise Problem(
            "bad_credit_code", _("统一社会信用代码不正确，请逐位核对（18 位）。"), "credit_code"
        ) from error
