"""What a need might be, guessed from its words and explained in words; a person decides (F17, F18).

Two lists, both data: keywords of each category (``Category.keywords``, editable) and signals of danger (``data/signals.json``);
and, for danger nobody made a word for, likeness to needs that were urgent (``urgency``).
Suggests only: nothing is filed, refused or merged by it (field notes, "Language tools").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from django.utils.translation import gettext as _

from wishloop.cases.states import Tier
from wishloop.core.text import cleaned, script_of
from wishloop.wishes.models import Category
from wishloop.wishes.urgency import THRESHOLD, shipped_model

NEAR_CHARS = 16
TOP = 3
# What follows such a word is what is asked for; what precedes it is often only the reason.
_ASK = re.compile(r"想要|希望|盼|想|求|需要|缺|能不能|能否|有没有|帮我|帮忙|麻烦|请|要个|要一|要台|买")
_ASKED_FOR = 1.6
_NEGATED = re.compile(r"(?:没有?|不会|不再|未|无|防|别|不)$")
_LINK = re.compile(
    r"https?://|www\.|\b[a-z0-9-]+\.(?:com|cn|net|cc|top|xyz|vip|shop|example)\b", re.IGNORECASE
)
_GREETING = re.compile(r"^(?:祝|愿|祝愿|恭喜|你好|您好|谢谢|感谢|新年好|扎西德勒)[^要求帮修坏没缺]{0,30}$")
_OFFER = re.compile(
    r"(?:我想|我要|怎么|如何|可以|愿意|报名)[^,，。;；]{0,8}(?:认领|当志愿者|做志愿者|报名参加志愿|捐款|捐赠|捐点|捐些|帮助别人)"
    r"|我(?:是|会)[^,，。;；]{1,12}[,，]?[^,，。;；]{0,14}(?:可以|愿意|能)(?:免费|义务|无偿)"
)


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """What the engine knows of a category. Keywords: ``灯泡``, ``洗衣机+不转`` (both must occur), ``驼背*1`` (with a weight)."""

    code: str
    name: str
    default_tier: str
    keywords: tuple[str, ...]
    is_wish: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """A danger and how people put it: any of ``words``, or one of each pair of lists close together."""

    code: str
    label: str
    tier: str
    category: str
    advice: str
    words: tuple[str, ...]
    near: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """A signal found: ``words`` are what gave it away."""

    code: str
    label: str
    tier: str
    category: str
    advice: str
    words: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The engine's guess. ``categories`` are (code, name), best first, at most three; empty where it does not guess."""

    categories: tuple[tuple[str, str], ...]
    tier: str
    urgent: bool
    script: str
    reasons: tuple[str, ...]
    dangers: tuple[Danger, ...] = field(default=())

    @property
    def category_code(self) -> str | None:
        """The best guess, or None."""
        return self.categories[0][0] if self.categories else None


@lru_cache(maxsize=1)
def signals() -> tuple[Signal, ...]:
    """Return the shipped signals of danger."""
    rows = json.loads(files("wishloop.wishes").joinpath("data", "signals.json").read_text(encoding="utf-8"))
    return tuple(
        Signal(
            code=row["code"],
            label=row["label"],
            tier=row["tier"],
            category=row["category"],
            advice=row["advice"],
            words=tuple(row.get("any", ())),
            near=tuple((tuple(a), tuple(b)) for a, b in row.get("near", ())),
            unless=tuple(row.get("unless", ())),
        )
        for row in rows
    )


def shipped_categories() -> list[CategoryWords]:
    """Return the categories a new installation starts with, for use without a database."""
    rows = json.loads(
        files("wishloop.wishes").joinpath("data", "categories.json").read_text(encoding="utf-8")
    )
    return [
        CategoryWords(r["code"], r["name"], r["default_tier"], tuple(r["keywords"]), r["is_wish"])
        for r in rows
    ]


def category_words() -> list[CategoryWords]:
    """Return the active categories of this installation with their keywords, in order. One query."""
    rows = Category.objects.filter(active=True).order_by("order", "code")
    return [
        CategoryWords(c.code, c.name, c.default_tier, tuple(str(word) for word in c.keywords), c.is_wish)
        for c in rows
    ]


def find_dangers(text: str) -> tuple[Danger, ...]:
    """Return the dangers a text speaks of, the most pressing tier first; a negated word (不漏气) does not count."""
    words = cleaned(text)
    found = []
    for signal in signals():
        if any(word in words for word in signal.unless):
            continue
        said = _said(words, signal)
        if said:
            found.append(Danger(signal.code, signal.label, signal.tier, signal.category, signal.advice, said))
    return tuple(sorted(found, key=lambda d: d.tier != Tier.SAFETY_HAZARD))


def _said(text: str, signal: Signal) -> str:
    for word in signal.words:
        if _places(text, word):
            return word
    for first, second in signal.near:
        pair = _nearest(text, first, second)
        if pair:
            return "…".join(pair)
    return ""


def _places(text: str, word: str) -> list[int]:
    """Return where ``word`` stands in ``text`` without a negation right before it."""
    places, at = [], text.find(word)
    while at >= 0:
        if not _NEGATED.search(text[max(0, at - 2) : at]) or word[0] in "没不":
            places.append(at)
        at = text.find(word, at + 1)
    return places


def _nearest(text: str, first: Sequence[str], second: Sequence[str]) -> tuple[str, str] | None:
    things = [(at, word) for word in first for at in _all(text, word)]
    if not things:
        return None
    signs = [(at, word) for word in second for at in _places(text, word)]
    for at, word in things:
        for other_at, other in signs:
            gap = other_at - (at + len(word)) if other_at >= at else at - (other_at + len(other))
            if -1 <= gap <= NEAR_CHARS and not (other_at < at + len(word) and at < other_at + len(other)):
                return (word, other) if at <= other_at else (other, word)
    return None


def _all(text: str, word: str) -> Iterable[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def suggest(text: str, categories: Sequence[CategoryWords], *, said_urgent: bool = False) -> Suggestion:
    """Guess category, tier and urgency of a need.

    Tibetan text is not guessed at: it goes to a bilingual person, as urgent only when the person says so.
    """
    words = cleaned(text)
    script = script_of(words)
    reasons: list[str] = []
    if said_urgent:
        reasons.append(_("本人说很急"))
    if script == "tibetan":
        reasons.append(_("藏文内容，请交给会藏语的同志阅读分类，系统不猜测"))
        return Suggestion(
            (), Tier.URGENT if said_urgent else Tier.ORDINARY, said_urgent, script, tuple(reasons)
        )
    dangers = find_dangers(words)
    scores, why = _scores(words, categories)
    _add_plain_signs(words, scores, why, categories)
    for danger in dangers:
        scores[danger.category] = scores.get(danger.category, 0) + _danger_weight(danger)
        reasons.append(_("可能有%(label)s：“%(words)s”") % {"label": danger.label, "words": danger.words})
    known = {c.code: c for c in categories}
    ranked = sorted((c for c in scores if c in known and scores[c] > 0), key=lambda c: -scores[c])[:TOP]
    reasons += [
        _("提到“%(words)s”，像是%(name)s") % {"words": "”“".join(why[c][:4]), "name": known[c].name}
        for c in ranked
        if why.get(c)
    ]
    if not ranked:
        reasons.append(_("没有认出类别，请人工判断"))
    alike = not dangers and _sounds_urgent(words, ranked, known)
    if alike:
        pairs = shipped_model().telling(words)
        reasons.insert(0, _("措辞像以往的急事（“%(words)s”），请人工看一看") % {"words": "”“".join(pairs)})
    tier = _tier(ranked, known, dangers, said_urgent=said_urgent or alike)
    return Suggestion(
        tuple((c, known[c].name) for c in ranked),
        tier,
        said_urgent or alike or bool(dangers),
        script,
        tuple(reasons),
        dangers,
    )


def _sounds_urgent(text: str, ranked: Sequence[str], known: dict[str, CategoryWords]) -> bool:
    """Tell whether the words sound like an urgent need; what is no wish (spam, greetings) never does."""
    if ranked and not known[ranked[0]].is_wish:
        return False
    return shipped_model().score(text) > THRESHOLD


def tier_for(guess: Suggestion, category_code: str | None, categories: Sequence[CategoryWords]) -> str:
    """Return the tier of a need whose category a person gave: a danger's or "urgent" first, else that category's own."""
    given = next((c for c in categories if c.code == category_code), None)
    return guess.tier if given is None or guess.urgent else given.default_tier


def _danger_weight(danger: Danger) -> float:
    return 9.0 if danger.tier == Tier.SAFETY_HAZARD else 6.0


def _tier(
    ranked: Sequence[str], known: dict[str, CategoryWords], dangers: Sequence[Danger], *, said_urgent: bool
) -> str:
    """Return the tier: a danger's before the category's, and at least urgent where the person says it is."""
    if any(danger.tier == Tier.SAFETY_HAZARD for danger in dangers):
        return Tier.SAFETY_HAZARD.value
    if dangers or said_urgent:
        return Tier.URGENT.value
    usual = known[ranked[0]].default_tier if ranked else Tier.ORDINARY.value
    # Talk about safety (a course, an extinguisher) is not a hazard within 24 hours.
    return Tier.LIVING_SERVICE.value if usual == Tier.SAFETY_HAZARD else usual


def _scores(text: str, categories: Sequence[CategoryWords]) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Score each category by its keywords: longer words say more, and so do words after "想要"."""
    asks = [match.end() for match in _ASK.finditer(text)]
    asked_from = asks[-1] if asks else len(text) + 1
    scores: dict[str, float] = {}
    why: dict[str, list[str]] = {}
    for category in categories:
        for keyword in category.keywords:
            parts, weight = _parsed(keyword)
            places = [text.find(part) for part in parts]
            if not parts or min(places) < 0:
                continue
            asked = any(place >= asked_from - 1 for place in places)
            scores[category.code] = scores.get(category.code, 0) + weight * (_ASKED_FOR if asked else 1)
            why.setdefault(category.code, []).append("…".join(parts))
    return scores, why


@lru_cache(maxsize=4096)
def _parsed(keyword: str) -> tuple[tuple[str, ...], float]:
    words, star, given = keyword.rpartition("*")
    if not star or not given.isdecimal():
        words, given = keyword, ""
    parts = tuple(part.strip() for part in words.split("+") if part.strip())
    length = sum(len(part) for part in parts)
    return parts, float(given) if given else length + (2 if len(parts) > 1 else 0)


def _add_plain_signs(
    text: str, scores: dict[str, float], why: dict[str, list[str]], categories: Sequence[CategoryWords]
) -> None:
    """Add what no keyword can say: links, one letter over and over, greetings, people who offer instead of asking."""
    codes = {c.code for c in categories}

    def add(code: str, weight: float, reason: str) -> None:
        if code in codes:
            scores[code] = scores.get(code, 0) + weight
            why.setdefault(code, []).append(reason)

    if _LINK.search(text):
        add("spam", 8, _("网址链接"))
    letters = {ch for ch in text if ch.isalnum()}
    if len(letters) <= 2 and len(text) > 2:
        add("not_a_wish", 8, _("重复的字"))
    if _GREETING.search(text):
        add("not_a_wish", 6, _("祝福问候"))
    if _OFFER.search(text):
        add("not_a_wish", 12, _("是想帮助别人"))
