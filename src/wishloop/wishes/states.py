"""The states and moves of a wish. Read by the operations, the case page, the docs' diagram and the tests.

Sources: the loop F17 to F22, F24; reopening and confirmation field notes "Deadlines and dispatch"; safety hazards that skip the
public claim F18.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import BEFORE, SAME, Clock, Move, MoveTable, State

KIND = "wish"

STATES = (
    State("received", _("待分类"), _("已收到，等待心愿管家处理")),
    State("triaged", _("已分类"), _("已核实分类，正在安排")),
    State("published", _("待认领"), _("已公开，等待爱心人士认领")),
    State("claimed", _("已认领"), _("已有人认领")),
    State("in_progress", _("办理中"), _("正在办理")),
    State("granted", _("已圆梦"), _("已圆梦，等您确认")),
    State("confirmed", _("已确认"), _("您已确认")),
    State("closed", _("已办结"), _("已办结"), open=False),
    State("declined", _("不予受理"), _("未能受理，您可以申诉"), open=False),
    State("merged", _("已合并"), _("与另一条相同的心愿合并办理"), open=False),
    State("transferred", _("转办中"), _("已转给其他单位，等待接收")),
    State("suspended", _("已挂账"), _("暂时办不了，到期会重新研究")),
    State("withdrawn", _("已撤回"), _("您已撤回"), open=False),
    State("reopened", _("重新办理"), _("没有解决，正在重新办理")),
)

_OPEN = frozenset(state.code for state in STATES if state.open)
_EARLY = frozenset({"received", "triaged", "reopened"})
_UNCLAIMED = _EARLY | {"published"}
_CARRIED = frozenset({"claimed", "in_progress"})
_ALL = frozenset(state.code for state in STATES)


def _who(*names: str) -> frozenset[str]:
    return frozenset(names)


MOVES = (
    Move("receive", _("收到心愿"), frozenset(), "received", _who("anyone"), clock=Clock.START, public=True,
         tells=_("您的心愿已收到，编号 {code}。我们会在 {response_due} 前联系您。")),
    Move("triage", _("分类核实"), frozenset({"received", "reopened", "triaged"}), "triaged", _who("steward"),
         ("category", "tier"), Clock.RESPOND, _("心愿管家 {responsible} 已核实您的心愿，计划在 {resolution_due} 前办好。"),
         public=True),
    Move("publish", _("公开发布"), frozenset({"triaged"}), "published", _who("steward"), ("public_text", "publish_consent"),
         tells=_("您的心愿已经公开，等待爱心人士认领。姓名、电话和住址不会公开。"), public=True),
    Move("unpublish", _("撤下公开"), frozenset({"published"}), "triaged", _who("steward", "resident", "system"),
         ("reason",), tells=_("您的心愿已从公开页面撤下，我们会继续办理。")),
    Move("take_down", _("撤下公开页面"), _ALL - {"published"}, SAME, _who("steward", "resident", "system"), ("reason",),
         tells=_("您的心愿已从公开页面撤下。")),
    Move("assign", _("直接派办"), frozenset({"triaged", "published", "reopened"}), "in_progress", _who("steward"),
         ("team",), Clock.RESPOND, _("您的心愿已交由 {team} 直接办理。"), public=True),
    Move("claim", _("认领"), frozenset({"published"}), "claimed", _who("helper", "steward"), ("terms", "capacity"), Clock.RESPOND,
         _("您的心愿已由 {claimant} 认领。"), public=True),
    Move("withdraw_claim", _("退出认领"), _CARRIED, "published", _who("claimant", "steward"), ("reason",),
         tells=_("原来的认领人因故退出，您的心愿重新等待认领。"), public=True),
    Move("expire_claim", _("认领到期"), _CARRIED, "published", _who("system", "steward"),
         tells=_("认领人没有按期进展，您的心愿重新等待认领。"), public=True),
    Move("remind_claimant", _("提醒认领人"), _CARRIED, SAME, _who("system", "steward")),
    Move("start", _("开始办理"), frozenset({"claimed"}), "in_progress", _who("claimant", "steward", "grid_worker"),
         tells=_("您的心愿已开始办理。"), public=True),
    Move("progress", _("记录进展"), _CARRIED, SAME, _who("claimant", "team", "steward", "grid_worker"), ("words",),
         tells=_("您的心愿有新的进展。"), public=True),
    Move("grant", _("圆梦交付"), _CARRIED, "granted", _who("claimant", "team", "steward", "grid_worker"),
         ("evidence", "result"), Clock.RESOLVE, _("您的心愿已圆梦。请确认是否满意；如有不满意，我们会重新办理。"), public=True),
    Move("confirm", _("确认满意"), frozenset({"granted"}), "confirmed", _who("resident", "steward", "grid_worker"),
         ("rating",), tells=_("感谢您的评价。"), public=True),
    Move("reopen", _("重新办理"), frozenset({"granted", "confirmed", "closed"}), "reopened",
         _who("resident", "steward", "grid_worker"), ("reason",), Clock.RESTART,
         _("您反映没有解决，我们重新办理，新的期限是 {resolution_due}。"), public=True),
    Move("close", _("办结"), frozenset({"confirmed"}), "closed", _who("steward", "system"), clock=Clock.END,
         tells=_("您的心愿已办结。今后如有反复，可凭编号要求重新办理。"), public=True),
    Move("close_unconfirmed", _("未能回访办结"), frozenset({"granted"}), "closed", _who("steward"),
         ("reason", "attempts"), Clock.END, _("我们多次联系您未成功，先行办结。如未解决，可凭编号要求重新办理。"), public=True),
    Move("decline", _("不予受理"), _UNCLAIMED | {"transferred", "suspended"}, "declined", _who("steward"), ("reason",),
         Clock.END, _("您的心愿未能受理，原因：{reason}。如不同意，可以凭编号申诉。")),
    Move("appeal", _("申诉"), frozenset({"declined"}), "received", _who("resident", "grid_worker", "steward"), ("reason",),
         Clock.RESTART, _("您的申诉已收到，将由上一级重新研究。")),
    Move("merge", _("合并"), _UNCLAIMED, "merged", _who("steward"), ("kept",), Clock.HOLD,
         _("您的心愿与编号 {kept} 的心愿相同，将一并办理。")),
    Move("unmerge", _("取消合并"), frozenset({"merged"}), BEFORE, _who("steward"), (), Clock.UNHOLD,
         _("您的心愿恢复单独办理。")),
    Move("transfer", _("转办"), _UNCLAIMED, "transferred", _who("steward"), ("reason", "place"),
         tells=_("您的心愿已转给 {place} 办理，原单位负责到对方接收为止。")),
    Move("accept_transfer", _("接收转办"), frozenset({"transferred"}), BEFORE, _who("steward"), (),
         tells=_("{place} 已接收您的心愿。")),
    Move("return_transfer", _("退回转办"), frozenset({"transferred"}), BEFORE, _who("steward"), ("reason",)),
    Move("suspend", _("挂账"), _EARLY - {"received"} | {"published"} | _CARRIED, "suspended", _who("steward"),
         ("reason", "review_on"), Clock.STOP, _("您的心愿暂时办不了，原因：{reason}。我们会在 {review_on} 重新研究。"),
         public=True),
    Move("resume", _("恢复办理"), frozenset({"suspended"}), BEFORE, _who("steward", "system"), (), Clock.RESUME,
         _("您的心愿恢复办理，新的期限是 {resolution_due}。"), public=True),
    Move("withdraw", _("撤回心愿"), _OPEN - {"granted", "confirmed"}, "withdrawn", _who("resident", "steward", "grid_worker"),
         ("reason",), Clock.END, _("您的心愿已撤回。")),
    Move("comment", _("补充说明"), _ALL, SAME, _who("resident", "steward", "grid_worker", "claimant", "team"), ("words",)),
    Move("call_back", _("回访记录"), frozenset({"granted"}), SAME, _who("steward", "grid_worker"), ("outcome",)),
    Move("appoint", _("指定负责人"), _OPEN, SAME, _who("steward"), ("responsible",),
         tells=_("您的心愿由 {responsible} 负责。")),
    Move("attach_evidence", _("添加佐证"), _ALL, SAME, _who("claimant", "team", "steward", "grid_worker", "resident"), ("evidence",)),
    Move("publish_photo", _("公开照片"), _ALL, SAME, _who("steward"), ("photo_consent", "boxes")),
    Move("withdraw_photo", _("撤回公开照片"), _ALL, SAME, _who("steward", "resident", "system")),
)  # fmt: skip

TABLE = MoveTable(kind=KIND, code_prefix="XY", initial="received", states=STATES, moves=MOVES)

# What the public may see once published: everything but what was taken back, refused or folded into another wish.
PUBLIC_STATES = frozenset(
    {
        "published",
        "claimed",
        "in_progress",
        "granted",
        "confirmed",
        "closed",
        "suspended",
        "reopened",
        "triaged",
    }
)
HELPER_ROLES = frozenset({"member", "volunteer", "partner"})
MIN_CALL_BACK_ATTEMPTS = 3
DISSATISFIED_BELOW = 3
