"""The engine: opens cases and moves them by their kind's table. The only place that assigns ``state``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.cases import jobs
from wishloop.cases.models import Case, CaseEvent
from wishloop.cases.promises import promise, promise_resumed
from wishloop.cases.states import BEFORE, SAME, Clock, Move, MoveTable
from wishloop.core.actor import Actor
from wishloop.core.identifiers import new_code, new_id
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem


@dataclass(frozen=True, slots=True)
class Words:
    """What a move leaves in history: ``note`` for staff, ``public_note`` for all, ``data`` ids and figures only."""

    note: str = ""
    public_note: str = ""
    data: Mapping[str, object] | None = None


def lock_case(*, case_id: UUID, kind: str) -> Case:
    """Return the case with its row locked until the transaction ends.

    Raises:
        Absent: there is no such case of that kind.
    """
    case = Case.objects.select_for_update().filter(pk=case_id, kind=kind).first()
    if case is None:
        raise Absent()
    return case


@transaction.atomic(savepoint=False)
def open_case(
    *,
    actor: Actor,
    table: MoveTable,
    case_id: UUID,
    place_id: UUID,
    place_path: str,
    channel: str,
    tier: str,
    category_code: str,
    happened_at: datetime,
    at: datetime,
    responsible_id: UUID | None,
    words: Words | None = None,
) -> Case:
    """Insert a case in its table's first state with its first line of history, and promise its deadlines.

    ``happened_at`` is when the need was told: the clock starts there. Three statements besides the deadline rules.

    Raises:
        Problem: ``future_moment`` when ``happened_at`` lies after ``at``.
    """
    if happened_at > at:
        raise Problem("future_moment", _("发生时间不能晚于现在，请检查日期和时间。"), "happened_at")
    move = next(m for m in table.moves if m.clock is Clock.START)
    promised = promise(
        kind=table.kind, tier=tier, category_code=category_code, place_path=place_path, start=happened_at
    )
    case = Case(
        id=case_id,
        kind=table.kind,
        code=new_code(table.code_prefix),
        state=table.initial,
        place_id=place_id,
        place_path=place_path,
        channel=channel,
        tier=tier,
        category_code=category_code,
        responsible_id=responsible_id,
        responsible_unit_id=place_id,
        responsible_path=place_path,
        happened_at=happened_at,
        recorded_at=at,
        response_due_at=promised.response_due_at,
        resolution_due_at=promised.resolution_due_at,
        deadline_notes=promised.notes,
        event_count=1,
    )
    case.save(force_insert=True)
    relations = frozenset({actor.kind if actor.kind != "public" else "resident", "anyone"})
    _append(case, move, "", _actor_kind(actor, relations, move), actor, happened_at, at, words or Words())
    return case


def make_move(
    *,
    actor: Actor,
    table: MoveTable,
    case: Case,
    name: str,
    relations: Iterable[str],
    at: datetime,
    happened_at: datetime | None = None,
    words: Words | None = None,
    review_on: date | None = None,
    also_changed: Iterable[str] = (),
) -> CaseEvent:
    """Make one move of a locked case: permission, state table, clock, history; and queue the telling, all at once.

    Args:
        relations: what the actor is to this case (steward, claimant, resident, …), worked out by the kind's permissions.
        happened_at: when it was done in life; ``at`` when left out.
        review_on: the day a stopped case is looked at again.
        also_changed: further case fields the caller has set and that are to be saved with it.

    Raises:
        Forbidden: none of the relations may make this move.
        Conflict: ``wrong_state`` when the case is no longer in a state the move starts from.
        Problem: ``future_moment`` when ``happened_at`` lies after ``at``.
    """
    move = table.move(name)
    held = frozenset(relations)
    if not held & move.who and "anyone" not in move.who:
        raise Forbidden()
    if case.state not in move.origins:
        label = table.state(case.state).label
        raise Conflict(
            "wrong_state",
            _("这条事项现在是“%(state)s”，不能“%(move)s”。请刷新页面查看最新情况。")
            % {"state": label, "move": move.label},
            data={"state": case.state, "move": name},
        )
    when = happened_at or at
    if when > at:
        raise Problem("future_moment", _("发生时间不能晚于现在，请检查日期和时间。"), "happened_at")
    before = case.state
    target = before if move.target == SAME else _state_before(case) if move.target == BEFORE else move.target
    _move(case, target)
    _turn_clock(case, move.clock, when, review_on)
    case.event_count += 1
    case.save(update_fields={*_ENGINE_FIELDS, *also_changed})
    return _append(case, move, before, _actor_kind(actor, held, move), actor, when, at, words or Words())


_ENGINE_FIELDS = (
    "state", "event_count", "response_due_at", "resolution_due_at", "responded_at", "resolved_at", "closed_at",
    "clock_stopped_at", "stopped_seconds", "deadline_notes", "review_on", "reopened_count",
)  # fmt: skip


def _move(case: Case, target: str) -> None:
    case.state = target


def _state_before(case: Case) -> str:
    """Return the state the case was in before it entered its present one; history knows."""
    entered = (
        CaseEvent.objects.filter(case=case, to_state=case.state)
        .exclude(from_state=case.state)
        .order_by("-number")
        .first()
    )
    if entered is None:
        raise Conflict("wrong_state", _("找不到之前的状态，请联系管理员。"))
    return entered.from_state


def promise_again(case: Case, *, start: datetime) -> None:
    """Set both deadlines of ``case`` anew from ``start`` by the rules valid then (not saved)."""
    promised = promise(
        kind=case.kind,
        tier=case.tier,
        category_code=case.category_code,
        place_path=case.place_path,
        start=start,
    )
    case.response_due_at = promised.response_due_at
    case.resolution_due_at = promised.resolution_due_at
    case.deadline_notes = promised.notes


def _turn_clock(case: Case, clock: Clock, when: datetime, review_on: date | None) -> None:
    case.review_on = review_on
    if clock is Clock.RESPOND and case.responded_at is None:
        case.responded_at = when
    elif clock in (Clock.STOP, Clock.HOLD):
        case.clock_stopped_at = when
    elif clock is Clock.RESUME and case.clock_stopped_at is not None:
        _let_run(case, when)
    elif clock is Clock.UNHOLD:
        case.clock_stopped_at = None
    elif clock is Clock.RESOLVE:
        case.responded_at = case.responded_at or when
        case.resolved_at = when
    elif clock is Clock.RESTART:
        case.resolved_at = case.closed_at = case.responded_at = case.clock_stopped_at = None
        case.reopened_count += 1
        promise_again(case, start=when)
    elif clock is Clock.END:
        case.closed_at = when
        case.clock_stopped_at = None


def _let_run(case: Case, when: datetime) -> None:
    """Take both clocks up again with what was left on them; a deadline passed before the stop stays passed."""
    assert case.clock_stopped_at is not None
    stopped_at, notes = case.clock_stopped_at, dict(case.deadline_notes)
    if case.response_due_at and case.responded_at is None:
        case.response_due_at, notes["response"] = promise_resumed(
            note=notes.get("response", {}), due_at=case.response_due_at, place_path=case.place_path,
            stopped_at=stopped_at, resumed_at=when,
        )  # fmt: skip
    if case.resolution_due_at:
        case.resolution_due_at, notes["resolution"] = promise_resumed(
            note=notes.get("resolution", {}), due_at=case.resolution_due_at, place_path=case.place_path,
            stopped_at=stopped_at, resumed_at=when,
        )  # fmt: skip
    case.deadline_notes = notes
    case.stopped_seconds += int(max(when - stopped_at, when - when).total_seconds())
    case.clock_stopped_at = None


def _actor_kind(actor: Actor, relations: frozenset[str], move: Move) -> str:
    """Return in which of their capacities the actor made the move; the first that counts, named for history."""
    for relation in ("claimant", "team", "resident", "grid_worker", "steward", "helper", "system"):
        if relation in relations and (relation in move.who or "anyone" in move.who):
            return relation
    return actor.kind


def _append(
    case: Case,
    move: Move,
    before: str,
    actor_kind: str,
    actor: Actor,
    happened_at: datetime,
    at: datetime,
    words: Words,
) -> CaseEvent:
    event = CaseEvent(
        id=new_id(),
        case=case,
        number=case.event_count,
        move=move.name,
        from_state=before,
        to_state=case.state,
        actor_id=actor.user_id,
        actor_kind=actor_kind,
        happened_at=happened_at,
        recorded_at=at,
        note=words.note,
        public_note=words.public_note,
        data=dict(words.data or {}),
    )
    event.save(force_insert=True)
    jobs.defer_telling(event_id=event.id)
    return event
