"""One table of where people can go: label, address name, icon, and who sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor

HELPERS = ("member", "volunteer", "partner")
READERS = ("steward", "grid_worker", "supervisor", "leader", "administrator")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go. ``tab`` puts it in the thumb bar of phones; ``roles`` empty shows it to everybody."""

    label: str | Promise
    name: str
    icon: str
    area: str
    roles: tuple[str, ...] = ()
    tab: bool = False
    group: str | Promise = ""
    short: str | Promise = ""


ENTRIES: tuple[Entry, ...] = (
    Entry(_("首页"), "disclosure:home", "house", "public", tab=True),
    Entry(_("心愿地图"), "disclosure:map", "map", "public", tab=True, short=_("地图")),
    Entry(_("许个心愿"), "intake:submit", "wish", "public", tab=True, short=_("许愿")),
    Entry(_("心愿列表"), "disclosure:list", "list", "public", tab=True, short=_("列表")),
    Entry(_("查询进度"), "intake:track", "search", "public", tab=True, short=_("查询")),
    Entry(_("公开数据"), "disclosure:figures", "chart", "public"),
    Entry(_("爱心榜"), "disclosure:thanks", "star", "public"),
    Entry(_("今日"), "dashboards:today", "clock", "staff", READERS, tab=True, group=_("心愿")),
    Entry(_("附近心愿"), "wishes:near", "map", "staff", HELPERS, tab=True, group=_("认领")),
    Entry(_("我认领的"), "wishes:mine", "wish", "staff", HELPERS, tab=True, group=_("认领"), short=_("我的")),
    Entry(_("我的记录"), "wishes:record", "star", "staff", HELPERS, group=_("认领"), tab=True, short=_("记录")),
    Entry(_("分类台"), "wishes:desk", "filter", "staff", ("steward",), tab=True, group=_("心愿"), short=_("分类")),
    Entry(_("收件箱"), "dashboards:inbox", "list", "staff", READERS, tab=True, group=_("心愿"), short=_("事项")),
    Entry(_("登记心愿"), "intake:new", "plus", "staff", ("steward", "grid_worker"), tab=True, group=_("心愿"), short=_("登记")),
    Entry(_("导入"), "intake:import", "upload", "staff", ("steward", "administrator"), group=_("心愿")),
    Entry(_("数据"), "dashboards:figures", "chart", "staff", READERS, tab=True, group=_("监督")),
    Entry(_("查看记录"), "parties:views", "eye", "staff", ("supervisor", "administrator"), group=_("监督")),
    Entry(_("人员与单位"), "parties:people", "people", "staff", ("steward", "grid_worker", "supervisor", "administrator"), group=_("资料")),
    Entry(_("地区与日历"), "places:tree", "map", "staff", READERS, group=_("资料")),
    Entry(_("类别"), "wishes:categories", "filter", "staff", ("administrator", "steward"), group=_("资料")),
    Entry(_("期限规则"), "cases:rules", "clock", "staff", ("administrator", "steward", "supervisor"), group=_("资料")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as one person sees it on one page."""

    label: str | Promise
    short: str | Promise
    url: str
    icon: str
    tab: bool
    group: str | Promise
    current: bool


@lru_cache(maxsize=128)
def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def entries_for(area: str, *, path: str, actor: Actor | None) -> list[Shown]:
    """Return the entries of an area that exist and that the actor may open, the current one marked."""
    shown: list[Shown] = []
    for entry in ENTRIES:
        url = _address(entry.name)
        allowed = not entry.roles or (actor is not None and actor.holds(*entry.roles))
        if entry.area == area and url and allowed:
            current = path == url or (len(url) > 7 and path.startswith(url))
            shown.append(
                Shown(
                    entry.label, entry.short or entry.label, url, entry.icon, entry.tab, entry.group, current
                )
            )
    return shown
