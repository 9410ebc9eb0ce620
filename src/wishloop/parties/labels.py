"""How fields of a person are called on pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

FIELD_LABELS = {
    "name": _("姓名"),
    "phone": _("电话"),
    "id_number": _("身份证号"),
    "address": _("住址"),
    "health": _("健康情况"),
}
