"""The state table of a wish: every state can be reached, every open one left, and the engine obeys nothing else."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wishloop.cases.models import CaseEvent
from wishloop.cases.states import BEFORE, SAME
from wishloop.core.problem import Problem
from wishloop.wishes import operations as wishes
from wishloop.wishes.models import Wish
from wishloop.wishes.states import TABLE


def test_every_state_is_reached() -> None:
    reached, grew = {TABLE.initial}, True
    while grew:
        new = {m.target for s in reached for m in TABLE.moves_from(s) if m.target not in {SAME, BEFORE}}
        grew = not new <= reached
        reached |= new
    assert reached == {state.code for state in TABLE.states}


def test_every_open_state_can_be_left_and_every_case_can_end() -> None:
    ends = {state.code for state in TABLE.states if not state.open}
    for code in TABLE.open_states:
        targets = {m.target for m in TABLE.moves_from(code)} - {SAME, code}
        assert targets, code
        seen, todo = {code}, [code]
        while todo:
            for move in TABLE.moves_from(todo.pop()):
                if move.target not in seen | {SAME, BEFORE}:
                    seen.add(move.target)
                    todo.append(move.target)
        assert seen & ends, code


def test_residents_are_told_of_every_public_step() -> None:
    assert [m.name for m in TABLE.moves if m.public and not m.tells] == []


MOVES: dict[str, Any] = {
    "triage": lambda w, x, a, at: wishes.triage_wish(actor=a, wish_id=x.pk, category_code="repair", tier="urgent", at=at),
    "publish": lambda w, x, a, at: wishes.publish_wish(actor=a, wish_id=x.pk, public_text="想修门锁", at=at),
    "take_down": lambda w, x, a, at: wishes.take_down_wish(actor=a, wish_id=x.pk, reason="误公开", at=at),
    "claim": lambda w, x, a, at: wishes.claim_wish(actor=w.helper, wish_id=x.pk, claimant_id=w.helper.party_id, terms="1", at=at),
    "withdraw_claim": lambda w, x, a, at: wishes.withdraw_claim(actor=a, wish_id=x.pk, reason="出差", at=at),
    "start": lambda w, x, a, at: wishes.start_wish(actor=a, wish_id=x.pk, at=at),
    "progress": lambda w, x, a, at: wishes.record_progress(actor=a, wish_id=x.pk, words="已联系", at=at),
    "grant": lambda w, x, a, at: wishes.grant_wish(actor=a, wish_id=x.pk, result="修好了", at=at),
    "confirm": lambda w, x, a, at: wishes.confirm_wish(actor=a, wish_id=x.pk, solved=True, rating=5, at=at),
    "unhappy": lambda w, x, a, at: wishes.confirm_wish(actor=a, wish_id=x.pk, solved=False, rating=1, words="又坏了", at=at),
    "reopen": lambda w, x, a, at: wishes.reopen_wish(actor=a, wish_id=x.pk, reason="又坏了", at=at),
    "close": lambda w, x, a, at: wishes.close_wish(actor=a, wish_id=x.pk, at=at),
    "decline": lambda w, x, a, at: wishes.decline_wish(actor=a, wish_id=x.pk, reason="不属于", at=at),
    "appeal": lambda w, x, a, at: wishes.appeal_decline(actor=a, wish_id=x.pk, reason="应当办", at=at),
    "suspend": lambda w, x, a, at: wishes.suspend_wish(actor=a, wish_id=x.pk, reason="等材料", review_on=(at + timedelta(days=9)).date(), at=at),
    "resume": lambda w, x, a, at: wishes.resume_wish(actor=a, wish_id=x.pk, at=at),
    "withdraw": lambda w, x, a, at: wishes.withdraw_wish(actor=a, wish_id=x.pk, reason="自己解决了", at=at),
    "comment": lambda w, x, a, at: wishes.comment_on_wish(actor=a, wish_id=x.pk, words="补充", at=at),
}  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(sorted(MOVES)), min_size=3, max_size=14))
def test_any_sequence_keeps_the_case_whole(world: Any, names: list[str]) -> None:
    """Whatever is tried in whatever order: refused moves change nothing; history is numbered without a gap and tells the state."""
    wish = world.wish()
    world.handover(wish)
    world.helper = world.actor("member")
    steward = world.steward()
    for step, name in enumerate(names, 1):
        before = Wish.objects.values("case__state", "case__event_count").get(pk=wish.pk)
        try:
            MOVES[name](world, wish, steward, world.at + timedelta(hours=step))
        except Problem:
            after = Wish.objects.values("case__state", "case__event_count").get(pk=wish.pk)
            assert after == before
    row = Wish.objects.select_related("case").get(pk=wish.pk)
    events = list(CaseEvent.objects.filter(case=row.case).order_by("number"))
    assert [e.number for e in events] == list(range(1, row.case.event_count + 1))
    assert events[-1].to_state == row.case.state
    assert all(b.from_state == a.to_state for a, b in itertools.pairwise(events))
    assert (row.case.closed_at is not None) == (
        not TABLE.state(row.case.state).open and row.case.state != "merged"
    )
    assert row.claims.filter(state="active").count() == (row.case.state in {"claimed", "in_progress"})
    if row.case.state == "published":
        assert row.published_at is not None


@pytest.mark.parametrize("name", sorted(MOVES))
def test_a_stranger_gets_nothing(world: Any, name: str) -> None:
    """Out of the subtree, a case does not exist; and nothing changes."""
    wish = world.wish()
    stranger = world.actor("steward", "纳金村")
    world.helper = world.actor("member", "纳金村")
    with pytest.raises(Problem) as refusal:
        MOVES[name](world, wish, stranger, world.at)
    assert refusal.value.status == 404
    assert Wish.objects.get(pk=wish.pk).case.event_count == 1
