"""Template tags that say why a deadline is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from wishloop.cases.explanations import explain
from wishloop.cases.models import DeadlineRule

register = template.Library()


@register.inclusion_tag("cases/_deadline_steps.html")
def deadline_steps(note: Mapping[str, Any] | None) -> dict[str, Any]:
    """Show the steps from the rule to the moment, out of one measure's note: ``case.deadline_notes.resolution``."""
    return {"steps": explain(note or {})}


@register.filter
def unit_label(unit: str) -> str:
    """Return a unit of time in words."""
    return str(DeadlineRule.Unit(unit).label) if unit in DeadlineRule.Unit.values else unit


@register.filter
def mark_label(mark: str) -> str:
    """Return how far a source is to be trusted, in words."""
    return {"official": _("正式文件"), "read": _("公开资料"), "unsure": _("待核定")}.get(mark, mark)


@register.filter
def reason_label(reason: str) -> str:
    """Return why a day was passed over: what the place or the nation wrote, or one of our codes in words."""
    return {"weekend": _("周末"), "closed": _("不上班"), "adjusted_workday": _("调休")}.get(reason, reason)
