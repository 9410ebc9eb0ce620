"""A steward's morning, a member's evening, through the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from wishloop.cases.models import Case, CaseEvent
from wishloop.parties.models import PersonalDataView, User
from wishloop.wishes.models import Wish


def login(client: Client, world: Any, role: str, place: str = "扎细新村社区") -> User:
    user: User = world.user(role, place)
    client.force_login(user)
    return user


@pytest.mark.fact("F17")
def test_classify_track_feed_back_and_evaluate(world: Any, client: Client) -> None:
    """One wish from the desk to its end, each step by the form on the case page."""
    login(client, world, "steward")
    wish = world.wish(category_code=None)
    page = f"/staff/wishes/{wish.case.code}/"
    assert wish.case.code in client.get("/staff/desk/").content.decode()
    form = {"category_code": "assistive_device", "tier": "ordinary", "needs": "轮椅", "beneficiary_count": 2,
            "place_code": wish.case.place.code, "note": ""}  # fmt: skip
    assert client.post(f"{page}do/triage/", form).status_code == 302
    assert client.post(f"{page}do/publish/", {"public_text": "想要一辆轮椅"}).status_code == 302
    member = Client()
    user = login(member, world, "member")
    assert wish.case.code in member.get("/staff/wishes/near/").content.decode()
    assert member.post(f"{page}claim/", {"claimant": str(user.party_id), "terms": "on"}).status_code == 302
    contact = member.post(f"{page}contact/")
    assert "1390000" in contact.content.decode()
    assert PersonalDataView.objects.filter(viewer=user, case_id=wish.pk).count() == 3
    assert member.post(f"{page}do/start/").status_code == 302
    world.handover(wish)
    assert member.post(f"{page}do/grant/", {"result": "轮椅送到家"}).status_code == 302
    assert member.post(f"{page}contact/").status_code == 403  # masked again afterwards
    answer = {"reached": "yes", "solved": "yes", "rating": "5", "words": "谢谢"}
    assert client.post(f"{page}do/confirm/", answer).status_code == 302
    assert client.post(f"{page}do/close/").status_code == 302
    assert Case.objects.get(pk=wish.pk).state == "closed"
    assert Wish.objects.get(pk=wish.pk).rating == 5


def test_a_refusal_keeps_what_was_typed(world: Any, client: Client) -> None:
    login(client, world, "steward")
    wish = world.triaged()
    answer = client.post(
        f"/staff/wishes/{wish.case.code}/do/publish/", {"public_text": "想要轮椅，电话13912345678"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "想要轮椅，电话13912345678" in body
    assert "遮盖后再发布" in body
    assert Wish.objects.get(pk=wish.pk).published_at is None


def test_a_lost_race_is_told(world: Any, client: Client) -> None:
    wish = world.published()
    user = login(client, world, "member")
    world_helper = world.actor("member")
    from wishloop.wishes import operations as wishes

    wishes.claim_wish(
        actor=world_helper, wish_id=wish.pk, claimant_id=world_helper.party_id, terms="1", at=world.at
    )
    answer = client.post(
        f"/staff/wishes/{wish.case.code}/claim/", {"claimant": str(user.party_id), "terms": "on"}
    )
    assert answer.status_code == 409
    assert "刚刚被别人认领" in answer.content.decode()


def test_bulk_does_what_it_can_and_says_the_rest(world: Any, client: Client) -> None:
    login(client, world, "steward")
    confirmed, _helper = world.granted()
    from wishloop.wishes import operations as wishes

    wishes.confirm_wish(
        actor=world.resident_actor(confirmed), wish_id=confirmed.pk, solved=True, rating=5, at=world.at
    )
    other = world.wish()
    answer = client.post(
        "/staff/inbox/bulk/", {"wish": [confirmed.pk, other.pk, "x"], "action": "close"}, follow=True
    )
    body = answer.content.decode()
    assert "已处理 1 条" in body
    assert body.count("条没有办成") == 2
    assert Case.objects.get(pk=confirmed.pk).state == "closed"


def test_supervisor_sees_and_cannot_change(world: Any, client: Client) -> None:
    login(client, world, "supervisor")
    wish = world.triaged()
    page = f"/staff/wishes/{wish.case.code}/"
    assert client.get(page).status_code == 200
    before = CaseEvent.objects.filter(case_id=wish.pk).count()
    assert client.post(f"{page}do/publish/", {"public_text": "想要轮椅"}).status_code == 403
    assert CaseEvent.objects.filter(case_id=wish.pk).count() == before


def test_the_list_behind_a_number_is_the_number(world: Any, client: Client) -> None:
    login(client, world, "steward")
    from wishloop.wishes import operations as wishes

    for rating in (5, 4, 3):
        wish, _helper = world.granted()
        wishes.confirm_wish(
            actor=world.resident_actor(wish), wish_id=wish.pk, solved=True, rating=rating, at=world.at
        )
    body = client.get(
        "/staff/inbox/?view=all&figure=satisfied&from=2025-01-01&to=2025-12-31"
    ).content.decode()
    assert body.count("<tr data-row>") == 2
    body = client.get(
        "/staff/inbox/?view=all&figure=dissatisfied&from=2025-01-01&to=2025-12-31"
    ).content.decode()
    assert body.count("<tr data-row>") == 1


def test_register_is_a_workbook_without_personal_data(world: Any, client: Client) -> None:
    import io

    from openpyxl import load_workbook

    login(client, world, "steward")
    world.published(text="=HYPERLINK(1) 张三的电话13912345678")
    answer = client.get("/staff/inbox/register.xlsx?view=all")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(load_workbook(io.BytesIO(data)).active.values)
    assert len(rows) == 2
    assert "13912345678" not in str(rows)


@pytest.mark.parametrize(
    "query",
    ["view=x", "place=9", "tier=x", "state=x", "channel=x", "figure=x", "figure=valid&from=x", "cursor=zz"],
)
def test_bad_filters_are_answered(world: Any, client: Client, query: str) -> None:
    login(client, world, "steward")
    assert client.get(f"/staff/inbox/?{query}").status_code in {400, 422}
