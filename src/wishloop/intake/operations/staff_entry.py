"""Needs written down by staff: at a door, on the telephone, from a wish box, and whole meetings at once (F1 to F5, F7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases.states import Channel
from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_id
from wishloop.core.problem import Forbidden, Problem
from wishloop.core.text import optional_text, required_text
from wishloop.intake.models import Meeting, MeetingWish
from wishloop.intake.operations.submitting import (
    Consents,
    PersonSaid,
    PlaceSaid,
    Submitted,
    home_place,
    settle_place,
    submit_wish,
)

NOTHING_AGREED = Consents()
WRITERS = ("steward", "grid_worker", "administrator")
MEETING_CHANNELS = (Channel.RESIDENTS_COUNCIL, Channel.COURTYARD_MEETING, Channel.SECRETARY_TEA)
STAFF_CHANNELS = (
    Channel.DOOR_VISIT,
    Channel.PHONE,
    Channel.WISH_BOX,
    Channel.V_STATION,
    Channel.WECHAT_GROUP,
    Channel.WECHAT,
    *MEETING_CHANNELS,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One need as staff wrote it down. ``wish_id`` is made with the empty form, so that sending twice makes one."""

    text: str
    reporter: PersonSaid
    wish_id: UUID | None = None
    beneficiary: PersonSaid | None = None
    beneficiary_count: int = 1
    consents: Consents = NOTHING_AGREED
    urgent: bool = False
    category_code: str | None = None
    note: str = ""
    photos: tuple[UUID, ...] = ()


def enter_wish(
    *, actor: Actor, told: Told, place: PlaceSaid, channel: str, happened_at: datetime, at: datetime
) -> Submitted:
    """Take one need down in the resident's name; anybody who writes needs may, for any place (首接负责制).

    Raises:
        Forbidden: no such role. Problem: ``unknown_choice`` at ``channel``, ``no_consent`` at ``collect`` when a person is named
            who has not agreed, ``bad_count`` at ``beneficiary_count``, and what ``submit_wish`` raises.
    """
    if actor.kind != "system" and not actor.holds(*WRITERS):
        raise Forbidden(_("登记心愿要由网格员、心愿管家或管理员来做。"))
    if channel not in {c.value for c in STAFF_CHANNELS}:
        raise Problem("unknown_choice", _("请选择这条心愿是从哪里来的。"), "channel")
    named = told.reporter.given or (told.beneficiary is not None and told.beneficiary.given)
    if named and not told.consents.collect:
        raise Problem("no_consent", _("记下姓名或电话，要先征得本人同意并勾选。"), "collect")
    return submit_wish(
        actor=actor,
        wish_id=told.wish_id,
        text=told.text,
        place=place,
        channel=channel,
        happened_at=happened_at,
        at=at,
        reporter=told.reporter,
        beneficiary=told.beneficiary,
        beneficiary_count=told.beneficiary_count,
        consents=told.consents,
        said_urgent=told.urgent,
        category_code=told.category_code,
        note=told.note,
        photos=told.photos,
    )


class MeetingRowProblem(Problem):
    """A problem in one row of a meeting's list. ``row`` counts from 0."""

    def __init__(self, row: int, problem: Problem) -> None:
        super().__init__(
            problem.code, problem.message, problem.field, status=problem.status, data=problem.data
        )
        self.row = row


@transaction.atomic
def record_meeting(
    *,
    actor: Actor,
    title: str,
    channel: str,
    place: PlaceSaid,
    held_at: datetime,
    wishes: Sequence[Told],
    at: datetime,
    meeting_id: UUID | None = None,
    attendees: int | None = None,
    minutes: str = "",
) -> tuple[Meeting, list[Submitted]]:
    """Record a meeting and every wish told at it, all or nothing, so that the list is complete the same day (F5).

    The same ``meeting_id`` again returns the meeting there is and adds nothing.

    Raises:
        Forbidden. Problem: ``missing`` at ``title`` or ``wishes``, ``unknown_choice`` at ``channel``, ``future_moment`` at
        ``held_at``. MeetingRowProblem: what is wrong with one of the wishes.
    """
    if not actor.holds(*WRITERS):
        raise Forbidden(_("登记会议要由网格员、心愿管家或管理员来做。"))
    identifier = meeting_id or new_id()
    known = Meeting.objects.filter(pk=identifier).first()
    if known is not None:
        return known, []
    name = required_text(
        title, field="title", max_chars=100, missing=_("请写会议名称，例如“九月居民议事会”。"), one_line=True
    )
    if channel not in {c.value for c in MEETING_CHANNELS}:
        raise Problem("unknown_choice", _("请选择会议的种类。"), "channel")
    if held_at > at:
        raise Problem("future_moment", _("会议时间不能晚于现在，请检查日期和时间。"), "held_at")
    if not wishes:
        raise Problem("missing", _("请至少写下一条会上提出的心愿。"), "wishes")
    where, _said = settle_place(place, at=at, home=home_place())
    meeting = Meeting.objects.create(
        id=identifier, title=name, channel=channel, place=where, place_path=where.path, held_at=held_at, attendees=attendees,
        minutes=optional_text(minutes, field="minutes", max_chars=20_000), recorded_by_id=actor.account(), recorded_at=at,
    )  # fmt: skip
    taken = []
    for number, told in enumerate(wishes):
        try:
            one = enter_wish(
                actor=actor,
                told=told,
                place=PlaceSaid(unit=where),
                channel=channel,
                happened_at=held_at,
                at=at,
            )
        except Problem as problem:
            raise MeetingRowProblem(number, problem) from problem
        MeetingWish.objects.get_or_create(wish=one.wish, defaults={"meeting": meeting, "number": number + 1})
        taken.append(one)
    return meeting, taken
