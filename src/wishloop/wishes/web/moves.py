"""From a filled-in form to the operation: one small function a move. No rules here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import normalise_code
from wishloop.core.masking import mask_text
from wishloop.core.problem import Problem
from wishloop.places.queries import place_by_code
from wishloop.wishes import operations
from wishloop.wishes.queries import Seen, wish_seen_by
from wishloop.wishes.suggestions import category_words, suggest
from wishloop.wishes.web import forms

Values = dict[str, Any]
Act = Callable[[Actor, Seen, Values, datetime], object]


@dataclass(frozen=True, slots=True)
class Doing:
    """How one move is offered on the case page: its form, what it calls, what the person reads afterwards."""

    form: type[forms.MoveForm]
    act: Act
    done: Any
    danger: bool = False


def _place(code: str) -> Any:
    place = place_by_code(code)
    if place is None:
        raise Problem("unknown_place", _("没有这个地区，请从列表中选择。"), "place_code")
    return place


def _triage(actor: Actor, seen: Seen, values: Values, at: datetime) -> object:
    needs = [
        need for need in values["needs"].replace(",", "、").replace("，", "、").split("、") if need.strip()
    ]
    return operations.triage_wish(
        actor=actor, wish_id=seen.wish.pk, category_code=values["category_code"], tier=values["tier"], at=at, needs=needs,
        beneficiary_count=values["beneficiary_count"], place=_place(values["place_code"]), note=values["note"],
    )  # fmt: skip


def _merge(actor: Actor, seen: Seen, values: Values, at: datetime) -> object:
    try:
        kept = wish_seen_by(actor, code=normalise_code(values["kept"]))
    except Problem as error:
        raise Problem("unknown_code", _("没有找到这个编号的心愿，请核对。"), "kept") from error
    return operations.merge_wishes(
        actor=actor, duplicate_id=seen.wish.pk, kept_id=kept.wish.pk, at=at, reason=values["reason"]
    )


def _confirm(actor: Actor, seen: Seen, values: Values, at: datetime) -> object:
    if values["reached"] == "no":
        return operations.record_call_back(
            actor=actor, wish_id=seen.wish.pk, reached=False, words=values["words"], at=at
        )
    if values["solved"] not in {"yes", "no"}:
        raise Problem("missing", _("请选择是否解决。"), "solved")
    return operations.confirm_wish(
        actor=actor, wish_id=seen.wish.pk, solved=values["solved"] == "yes", rating=values["rating"] or 0,
        words=values["words"], at=at,
    )  # fmt: skip


def _id(value: str, field: str) -> UUID:
    if not value:
        raise Problem("missing", _("请选择一项。"), field)
    return UUID(value)


def _with_reason(operation: Callable[..., object]) -> Act:
    return lambda actor, seen, v, at: operation(actor=actor, wish_id=seen.wish.pk, reason=v["reason"], at=at)


def _plain(operation: Callable[..., object]) -> Act:
    return lambda actor, seen, _v, at: operation(actor=actor, wish_id=seen.wish.pk, at=at)


DOINGS: dict[str, Doing] = {
    "triage": Doing(forms.TriageForm, _triage, _("已分类，期限已按级别确定。")),
    "publish": Doing(
        forms.PublishForm,
        lambda a, s, v, at: operations.publish_wish(
            actor=a, wish_id=s.wish.pk, public_text=v["public_text"], at=at
        ),
        _("已公开，等待认领。"),
    ),
    "assign": Doing(
        forms.AssignForm,
        lambda a, s, v, at: operations.assign_team(
            actor=a, wish_id=s.wish.pk, team_id=_id(v["team"], "team"), at=at, public_note=v["public_note"]
        ),
        _("已派给负责队伍。"),
    ),
    "start": Doing(forms.PlainForm, _plain(operations.start_wish), _("已开始办理。")),
    "progress": Doing(
        forms.ProgressForm,
        lambda a, s, v, at: operations.record_progress(
            actor=a, wish_id=s.wish.pk, words=v["words"], public=v["public"], at=at
        ),
        _("已记录进展。"),
    ),
    "grant": Doing(
        forms.GrantForm,
        lambda a, s, v, at: operations.grant_wish(actor=a, wish_id=s.wish.pk, result=v["result"], at=at),
        _("已登记圆梦，等居民确认。"),
    ),
    "confirm": Doing(forms.ConfirmForm, _confirm, _("已记录回访。")),
    "close": Doing(forms.PlainForm, _plain(operations.close_wish), _("已办结。")),
    "close_unconfirmed": Doing(
        forms.ReasonForm, _with_reason(operations.close_unconfirmed), _("已先行办结。")
    ),
    "reopen": Doing(
        forms.ReasonForm, _with_reason(operations.reopen_wish), _("已重新办理，期限从现在算起。")
    ),
    "withdraw_claim": Doing(
        forms.ReasonForm, _with_reason(operations.withdraw_claim), _("已退出认领。"), danger=True
    ),
    "suspend": Doing(
        forms.SuspendForm,
        lambda a, s, v, at: operations.suspend_wish(
            actor=a, wish_id=s.wish.pk, reason=v["reason"], review_on=v["review_on"], at=at
        ),
        _("已挂账，到期会提醒复查。"),
    ),
    "resume": Doing(forms.PlainForm, _plain(operations.resume_wish), _("已恢复办理。")),
    "transfer": Doing(
        forms.TransferForm,
        lambda a, s, v, at: operations.transfer_wish(
            actor=a, wish_id=s.wish.pk, place=_place(v["place_code"]), reason=v["reason"], at=at
        ),
        _("已转办，对方接收前仍由您负责。"),
    ),
    "accept_transfer": Doing(forms.PlainForm, _plain(operations.accept_transfer), _("已接收。")),
    "return_transfer": Doing(forms.ReasonForm, _with_reason(operations.return_transfer), _("已退回。")),
    "appoint": Doing(
        forms.AppointForm,
        lambda a, s, v, at: operations.appoint_responsible(
            actor=a, wish_id=s.wish.pk, user_id=_id(v["responsible"], "responsible"), at=at
        ),
        _("已指定负责人。"),
    ),
    "merge": Doing(forms.MergeForm, _merge, _("已合并；需要时可以取消合并。")),
    "unmerge": Doing(forms.PlainForm, _plain(operations.unmerge_wish), _("已取消合并，恢复单独办理。")),
    "comment": Doing(
        forms.WordsForm,
        lambda a, s, v, at: operations.comment_on_wish(actor=a, wish_id=s.wish.pk, words=v["words"], at=at),
        _("已补充。"),
    ),
    "unpublish": Doing(
        forms.ReasonForm, _with_reason(operations.take_down_wish), _("已撤下公开页面。"), danger=True
    ),
    "take_down": Doing(
        forms.ReasonForm, _with_reason(operations.take_down_wish), _("已撤下公开页面。"), danger=True
    ),
    "decline": Doing(
        forms.ReasonForm, _with_reason(operations.decline_wish), _("已告知居民，可以申诉。"), danger=True
    ),
    "appeal": Doing(forms.ReasonForm, _with_reason(operations.appeal_decline), _("申诉已登记。")),
    "withdraw": Doing(forms.ReasonForm, _with_reason(operations.withdraw_wish), _("已撤回。"), danger=True),
}
# The moves offered first in each state; the others are under "more".
PRIMARY = (
    "triage",
    "publish",
    "assign",
    "accept_transfer",
    "start",
    "progress",
    "grant",
    "confirm",
    "close",
    "resume",
    "unmerge",
    "appeal",
)


def initial_for(name: str, seen: Seen) -> Values:
    """Return what a move's form starts with: suggestions for triage, the masked text for publishing."""
    wish, case = seen.wish, seen.case
    if name == "triage":
        guess = suggest(wish.text, category_words(), said_urgent=wish.said_urgent)
        decided = bool(case.responded_at)
        return {
            "category_code": case.category_code or guess.category_code or "",
            "tier": case.tier if decided else guess.tier,
            "needs": "、".join(wish.needs),
            "beneficiary_count": wish.beneficiary_count,
            "place_code": case.place.code,
        }
    if name == "publish":
        return {"public_text": wish.public_text or mask_text(wish.text).text}
    return {}
