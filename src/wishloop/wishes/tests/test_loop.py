"""The loop of one wish, its clock, its refusals."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from wishloop.cases.models import Case, CaseEvent
from wishloop.core.problem import Conflict, Forbidden, Problem
from wishloop.wishes import operations as wishes
from wishloop.wishes.models import Claim, Wish


def test_whole_way(world: Any) -> None:
    wish, helper = world.granted()
    wishes.confirm_wish(
        actor=world.resident_actor(wish),
        wish_id=wish.pk,
        solved=True,
        rating=5,
        words="谢谢",
        at=world.later(days=1),
    )
    wishes.close_wish(actor=world.steward(), wish_id=wish.pk, at=world.later(days=3))
    case = Case.objects.get(pk=wish.pk)
    assert case.state == "closed"
    moves = list(CaseEvent.objects.filter(case=case).order_by("number").values_list("move", "actor_kind"))
    assert moves == [
        ("receive", "system"), ("triage", "steward"), ("publish", "steward"), ("claim", "helper"), ("grant", "claimant"),
        ("confirm", "resident"), ("close", "steward"),
    ]  # fmt: skip
    assert Claim.objects.get(wish=wish).state == "fulfilled"
    assert Claim.objects.get(wish=wish).claimant_id == helper.party_id


def test_deadlines_follow_the_tier_from_when_it_was_told(world: Any) -> None:
    """Sorting late cannot buy time: the promise counts from the telling (F18: 24 hours)."""
    wish = world.wish(category_code="repair")
    wishes.triage_wish(
        actor=world.steward(),
        wish_id=wish.pk,
        category_code="safety_hazard",
        tier="safety_hazard",
        at=world.later(hours=5),
    )
    case = Case.objects.get(pk=wish.pk)
    assert case.resolution_due_at == world.at + timedelta(hours=24)
    assert "24 小时" in case.deadline_notes["resolution"]["source"]


def test_hazard_is_not_offered_for_claiming(world: Any) -> None:
    wish = world.triaged(category_code="safety_hazard", tier="safety_hazard")
    with pytest.raises(Conflict, match="hazard_goes_to_team"):
        wishes.publish_wish(actor=world.steward(), wish_id=wish.pk, public_text="插座漏电", at=world.at)
    team = world.actor("volunteer")
    wishes.assign_team(actor=world.steward(), wish_id=wish.pk, team_id=team.party_id, at=world.at)
    assert Case.objects.get(pk=wish.pk).state == "in_progress"


def test_publishing_needs_consent_and_masked_words(world: Any) -> None:
    from wishloop.parties import operations as parties

    wish = world.triaged()
    with pytest.raises(Problem, match="personal_data"):
        wishes.publish_wish(
            actor=world.steward(), wish_id=wish.pk, public_text="找我13912345678", at=world.at
        )
    parties.withdraw_consent(actor=world.steward(), party_id=wish.reporter_id, purpose="publish", at=world.at)
    with pytest.raises(Problem, match="no_consent"):
        wishes.publish_wish(actor=world.steward(), wish_id=wish.pk, public_text="想要轮椅", at=world.at)


def test_granting_needs_evidence(world: Any) -> None:
    wish, helper = world.claimed()
    with pytest.raises(Problem, match="no_evidence"):
        wishes.grant_wish(actor=helper, wish_id=wish.pk, result="送到了", at=world.at)
    assert Case.objects.get(pk=wish.pk).state == "claimed"


def test_dissatisfied_begins_again_with_a_new_deadline(world: Any) -> None:
    wish, _helper = world.granted()
    later = world.later(days=20)
    wishes.confirm_wish(
        actor=world.resident_actor(wish), wish_id=wish.pk, solved=False, rating=1, words="坏的", at=later
    )
    case = Case.objects.get(pk=wish.pk)
    assert (case.state, case.reopened_count, case.resolved_at) == ("reopened", 1, None)
    assert case.resolution_due_at is not None
    assert case.resolution_due_at > later
    assert Wish.objects.get(pk=wish.pk).rating == 1


def test_suspending_moves_the_deadline_by_the_time_it_stood(world: Any) -> None:
    wish = world.triaged(tier="living_service")
    before = Case.objects.get(pk=wish.pk).resolution_due_at
    wishes.suspend_wish(
        actor=world.steward(),
        wish_id=wish.pk,
        reason="等材料",
        review_on=world.later(days=9).date(),
        at=world.later(hours=1),
    )
    wishes.resume_wish(actor=world.steward(), wish_id=wish.pk, at=world.later(days=3, hours=1))
    after = Case.objects.get(pk=wish.pk)
    assert after.state == "triaged"
    assert after.resolution_due_at == before + timedelta(days=3)


def test_merge_and_unmerge_keep_both(world: Any) -> None:
    kept, duplicate = world.triaged(), world.triaged(text="推老伴晒太阳要轮椅")
    before = Case.objects.get(pk=duplicate.pk)
    wishes.merge_wishes(actor=world.steward(), duplicate_id=duplicate.pk, kept_id=kept.pk, at=world.at)
    merged = Wish.objects.get(pk=duplicate.pk)
    assert (merged.case.state, merged.merged_into_id, merged.text) == (
        "merged",
        kept.pk,
        "推老伴晒太阳要轮椅",
    )
    wishes.unmerge_wish(actor=world.steward(), wish_id=duplicate.pk, at=world.later(days=2))
    after = Wish.objects.get(pk=duplicate.pk)
    assert after.case.state == before.state
    assert after.case.resolution_due_at == before.resolution_due_at
    assert after.reporter_id == duplicate.reporter_id


def test_transfer_keeps_the_sender_responsible_until_accepted(world: Any) -> None:
    wish = world.triaged()
    receiver = world.steward("纳金村")
    wishes.transfer_wish(
        actor=world.steward(), wish_id=wish.pk, place=world.place("纳金村"), reason="属于纳金", at=world.at
    )
    case = Case.objects.get(pk=wish.pk)
    assert case.place == world.place()
    with pytest.raises(Forbidden):
        wishes.accept_transfer(actor=world.steward(), wish_id=wish.pk, at=world.at)
    wishes.accept_transfer(actor=receiver, wish_id=wish.pk, at=world.at)
    case.refresh_from_db()
    assert (case.state, case.place, case.responsible_id) == (
        "triaged",
        world.place("纳金村"),
        receiver.user_id,
    )


def test_registering_twice_gives_one_wish(world: Any) -> None:
    first = world.wish(source_key="row-1")
    again = wishes.register_wish(
        actor=world.steward(), text="别的话", place=world.place(), channel="web", happened_at=world.at, at=world.at,
        wish_id=first.pk,
    )  # fmt: skip
    assert not again.created
    assert again.wish.text == first.text
    assert not wishes.register_wish(
        actor=world.steward(), text="别的话", place=world.place(), channel="web", happened_at=world.at, at=world.at,
        source_key="row-1",
    ).created  # fmt: skip


def test_silent_claims_are_reminded_then_returned(world: Any) -> None:
    wish, _helper = world.claimed()
    assert wishes.expire_silent_claims(at=world.later(days=2)) == (0, 0)
    assert wishes.expire_silent_claims(at=world.later(days=12)) == (1, 0)
    assert wishes.expire_silent_claims(at=world.later(days=12)) == (0, 0)
    assert wishes.expire_silent_claims(at=world.later(days=15)) == (0, 1)
    assert Case.objects.get(pk=wish.pk).state == "published"


@pytest.mark.parametrize("sql", ["update cases_caseevent set note = 'x'", "delete from cases_caseevent"])
def test_history_refuses_change_in_sql(world: Any, sql: str) -> None:
    world.wish()
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_fifty_people_claim_one_wish(make_world: Any) -> None:
    """Exactly one wins, forty-nine are told that somebody was first (F10)."""
    world = make_world()
    wish = world.published()
    helpers = [world.actor("member") for _ in range(50)]
    results: list[str] = []
    barrier = threading.Barrier(50)

    def claim(helper: Any) -> None:
        try:
            barrier.wait(30)
            wishes.claim_wish(
                actor=helper, wish_id=wish.pk, claimant_id=helper.party_id, terms="1", at=world.at
            )
            results.append("won")
        except Conflict as refusal:
            results.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(helper,)) for helper in helpers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["already_claimed"] * 49 + ["won"]
    assert Claim.objects.filter(wish=wish, state="active").count() == 1


def test_capacity_holds(world: Any) -> None:
    helper = world.actor("member", capacity=1)
    world.claimed(helper=helper)
    second = world.published()
    with pytest.raises(Conflict, match="at_capacity"):
        wishes.claim_wish(
            actor=helper, wish_id=second.pk, claimant_id=helper.party_id, terms="1", at=world.at
        )


def test_telling_is_written_once(world: Any) -> None:
    from wishloop.cases.models import Notice
    from wishloop.cases.operations.notices import write_notices

    wish = world.triaged()
    event = CaseEvent.objects.get(case_id=wish.pk, move="triage")
    assert write_notices(event_id=event.pk) == write_notices(event_id=event.pk) == 1
    assert Notice.objects.get(event=event).audience == "resident"
