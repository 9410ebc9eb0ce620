"""Template tags of the design system. See docs/reference/design-system.md."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    ClearableFileInput,
    RadioSelect,
    Textarea,
)
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from wishloop.core.clock import now

register = template.Library()

STATE_LOOKS = {
    "received": ("bell", "info"), "triaged": ("filter", "info"), "published": ("wish", "warn"), "claimed": ("person", "info"),
    "in_progress": ("wrench", "info"), "granted": ("gift", "gold"), "confirmed": ("check", "good"), "closed": ("check", "good"),
    "declined": ("cross", "bad"), "merged": ("merge", ""), "transferred": ("send", "info"), "suspended": ("pause", "warn"),
    "withdrawn": ("undo", ""), "reopened": ("undo", "bad"),
}  # fmt: skip
TIER_LOOKS = {
    "safety_hazard": ("hazard", "bad"), "urgent": ("flag", "warn"), "living_service": ("wrench", "info"),
    "ordinary": ("wish", ""), "long_term": ("calendar", "gold"),
}  # fmt: skip


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless labelled."""
    href = f"{static('wishloop/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


def _badge(text: str, look: tuple[str, str]) -> SafeString:
    kind = f" badge-{look[1]}" if look[1] else ""
    return format_html('<span class="badge{}">{}{}</span>', kind, icon(look[0]), text)


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """Show a wish's state by icon and word, never by colour alone."""
    from wishloop.wishes.states import TABLE

    return _badge(str(TABLE.state(state).label), STATE_LOOKS.get(state, ("info", "")))


@register.simple_tag
def tier_badge(tier: str) -> SafeString:
    """Show a response level by icon and word."""
    from wishloop.cases.states import TIER_LABELS

    return _badge(str(TIER_LABELS[tier]), TIER_LOOKS.get(tier, ("info", "")))


def in_words(span: timedelta) -> str:
    """Return a length of time in one unit: 3 天, 5 小时, 12 分钟."""
    seconds = abs(int(span.total_seconds()))
    if seconds >= 2 * 86400:
        return ngettext("%(n)d 天", "%(n)d 天", seconds // 86400) % {"n": seconds // 86400}
    if seconds >= 3600:
        return ngettext("%(n)d 小时", "%(n)d 小时", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d 分钟", "%(n)d 分钟", max(1, seconds // 60)) % {"n": max(1, seconds // 60)}


@register.simple_tag
def clock_chip(
    due: datetime | None, done: datetime | None = None, stopped: datetime | None = None
) -> SafeString:
    """Show a deadline: green, yellow in its last day, red when past; in words, with the moment on hover and for readers."""
    if due is None:
        return _badge(gettext("无期限"), ("clock", ""))
    moment = moment_text(due)
    if stopped is not None and done is None:
        return _badge(gettext("计时暂停"), ("pause", ""))
    if done is not None:
        late = done > due
        words = gettext("超期办结") if late else gettext("按期办结")
        return _badge(words, ("clock", "bad" if late else "good"))
    left = due - now()
    if left < timedelta(0):
        text, kind = gettext("超期 %(span)s") % {"span": in_words(left)}, "bad"
    else:
        text, kind = (
            gettext("还剩 %(span)s") % {"span": in_words(left)},
            "warn" if left < timedelta(days=1) else "good",
        )
    return format_html(
        '<span class="badge badge-{}" title="{}">{}{}<span class="sr">（{}）</span></span>',
        kind,
        moment,
        icon("clock"),
        text,
        moment,
    )


def moment_text(moment: datetime) -> str:
    """Return a moment as people write it: 2025年9月8日 10:00, or 8 Sep 2025, 10:00."""
    local = localtime(moment)
    if get_language() == "en":
        return f"{local.day} {local:%b %Y, %H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Show a moment with its machine-readable form."""
    if value is None:
        return SafeString("—")
    return format_html('<time datetime="{}">{}</time>', localtime(value).isoformat(), moment_text(value))


@register.simple_tag
def day(value: Any) -> SafeString:
    """Show a date."""
    if value is None:
        return SafeString("—")
    local = localtime(value).date() if isinstance(value, datetime) else value
    text = (
        f"{local.day} {local:%b %Y}"
        if get_language() == "en"
        else f"{local.year}年{local.month}月{local.day}日"
    )
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


@register.simple_tag
def stars(rating: int | None) -> SafeString:
    """Show a rating of 1 to 5."""
    if not rating:
        return SafeString("")
    label = gettext("%(n)d 星（满分 5 星）") % {"n": rating}
    return format_html(
        '<span class="stars" role="img" aria-label="{}">{}</span>', label, "★" * rating + "☆" * (5 - rating)
    )


@register.simple_tag
def local_name(place: Any) -> str:
    """Return a place's name in the reader's language, Chinese where there is none."""
    language = get_language()
    return str(
        (place.name_en if language == "en" else place.name_bo if language == "bo" else "") or place.name
    )


@register.simple_tag
def local(thing: Any) -> str:
    """Return the name of a category or skill in the reader's language."""
    return local_name(thing)


@register.inclusion_tag("website/parts/field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """Render a form field: label, help, control, error, tied together for screen readers."""
    widget = bound.field.widget
    described = [f"{bound.id_for_label}-help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
    attrs: dict[str, Any] = {**extra}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    kind = "plain"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind = "choices"
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    elif isinstance(widget, ClearableFileInput):
        kind = "file"
    counted = isinstance(widget, Textarea) and "maxlength" in widget.attrs
    return {"bound": bound, "control": bound.as_widget(attrs=attrs), "kind": kind, "counted": counted}


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return the page's query string with some parameters changed; empty values are dropped, paging starts anew."""
    params = context["request"].GET.copy()
    if "cursor" not in changes:
        params.pop("cursor", None)
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = str(value)
    text = params.urlencode()
    return f"?{text}" if text else "?"


@register.filter
def percent(value: float | None) -> str:
    """Show a ratio as a percentage with one decimal."""
    return "—" if value is None else f"{value * 100:.1f}%"
