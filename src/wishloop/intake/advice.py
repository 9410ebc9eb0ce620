"""What somebody in danger should do before any form: shown at once, whatever becomes of the wish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishloop.wishes.suggestions import Danger


@dataclass(frozen=True, slots=True)
class Advice:
    """One kind of danger: whom to call first, and what to do meanwhile."""

    call: str
    who: str | Promise
    do: str | Promise


ADVICE: dict[str, Advice] = {
    "gas": Advice("119", _("火警"), _("马上开窗通风，关掉气阀和炉火，不要开关电灯、不要在屋里打电话，所有人到室外再拨打；有人头晕或昏迷同时拨打 120。")),
    "fire": Advice("119", _("火警"), _("人先离开，随手关门，不要乘电梯，不要回去拿东西。")),
    "electric": Advice("119", _("火警"), _("不要碰漏电或烧焦的地方；能安全够到总闸时先拉闸，拉闸前不要用水泼。")),
    "structure": Advice("119", _("火警和抢险"), _("人先离开，不要站在墙下、树下或坑边，用明显的东西挡住，提醒别人绕行。")),
    "police": Advice("110", _("报警"), _("有人正处在危险中请马上报警；自己先到安全的地方。")),
    "medical": Advice("120", _("急救"), _("病情危急请马上叫救护车，不要等心愿办理；让病人平卧保暖，身边不离人。")),
    "crisis": Advice("12356", _("心理援助热线"), _("您的感受很重要，请现在就和人说说话。情况紧急请拨打 110 或 120，也请告诉身边的人。")),
}  # fmt: skip


def advice_for(dangers: Iterable[Danger]) -> list[Advice]:
    """Return what to do about the dangers found, each once, in their order."""
    return [ADVICE[code] for code in dict.fromkeys(danger.advice for danger in dangers) if code in ADVICE]
