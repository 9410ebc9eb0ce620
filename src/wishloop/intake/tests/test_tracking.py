"""The resident's own page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.world import World

from wishloop.intake.operations import tracking_secret
from wishloop.wishes import operations as wishes
from wishloop.wishes.models import Wish


def unlock(client: Client, wish: Wish, key: str) -> Any:
    return client.post("/track/", {"code": wish.case.code, "key": key})


def opened(client: Client, wish: Wish) -> str:
    assert unlock(client, wish, tracking_secret(wish.pk)).status_code == 302
    return f"/track/{wish.case.code}/"


def test_code_and_last_four_digits_open_it(world: World, client: Client) -> None:
    wish = world.wish(reporter=world.resident(phone="13908917788"))
    assert unlock(client, wish, "7788")["Location"] == f"/track/{wish.case.code}/"
    page = client.get(f"/track/{wish.case.code}/").content.decode()
    assert "已收到，等待心愿管家处理" in page
    assert wish.text in page


@pytest.mark.parametrize("key", ["7789", "778", "17788", "77 8", "", "ABCDEF", "７７８９"])
def test_a_wrong_key_says_the_same_as_a_wrong_code(world: World, client: Client, key: str) -> None:
    wish = world.wish(reporter=world.resident(phone="13908917788"))
    wrong = unlock(client, wish, key)
    assert wrong.status_code == 422
    nobody = client.post("/track/", {"code": "XY-AAAA-AAAA", "key": key})
    assert nobody.status_code == 422

    def errors(response: Any) -> list[str]:
        return [str(e) for e in response.context["form"].errors.values()]

    assert errors(wrong) == errors(nobody)
    assert client.get(f"/track/{wish.case.code}/").context["form"] is not None


def test_without_a_phone_the_slips_letters_open_it(world: World, client: Client) -> None:
    wish = world.wish()
    assert unlock(client, wish, tracking_secret(wish.pk).lower()).status_code == 302


def test_guessing_is_stopped_by_code_and_a_known_browser_stays_in(world: World, client: Client) -> None:
    wish = world.wish(reporter=world.resident(phone="13908917788"))
    url = opened(client, wish)
    for number in range(5):
        unlock(Client(REMOTE_ADDR=f"203.0.113.{number}"), wish, f"000{number}")
    stopped = unlock(Client(REMOTE_ADDR="203.0.113.99"), wish, "7788")
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 0
    assert client.get(url).status_code == 200


def test_a_stranger_with_the_link_is_asked_for_the_proof(world: World, client: Client) -> None:
    wish = world.wish(reporter=world.resident(phone="13908917788"))
    page = client.get(f"/track/{wish.case.code}/").content.decode()
    assert wish.text not in page
    assert wish.case.code in page
    answer = client.post(f"/track/{wish.case.code}/", {"action": "withdraw", "words": "x"})
    assert answer.status_code == 200
    wish.case.refresh_from_db()
    assert wish.case.state == "received"


def test_staff_notes_are_never_shown(world: World, client: Client) -> None:
    wish = world.wish()
    wishes.triage_wish(
        actor=world.steward(),
        wish_id=wish.pk,
        category_code="repair",
        tier="ordinary",
        at=world.at,
        note="家里情况复杂",
    )
    wishes.comment_on_wish(actor=world.steward(), wish_id=wish.pk, words="电话没人接", at=world.at)
    page = client.get(opened(client, wish)).content.decode()
    assert "分类核实" in page
    assert "家里情况复杂" not in page
    assert "电话没人接" not in page


def test_confirm_with_stars(world: World, client: Client) -> None:
    wish, _helper = world.granted()
    url = opened(client, wish)
    assert "解决了吗" in client.get(url).content.decode()
    client.post(url, {"action": "confirm", "solved": "yes", "rating": "5", "words": "谢谢大家"})
    wish.refresh_from_db()
    wish.case.refresh_from_db()
    assert (wish.case.state, wish.rating, wish.rating_words) == ("confirmed", 5, "谢谢大家")
    assert wish.case.events.order_by("-number").first().actor_kind == "resident"


def test_not_solved_begins_again_and_asks_why(world: World, client: Client) -> None:
    wish, _helper = world.granted()
    url = opened(client, wish)
    silent = client.post(url, {"action": "confirm", "solved": "no", "rating": "2", "words": ""})
    assert silent.status_code == 422
    assert "哪里没有解决" in silent.content.decode()
    client.post(url, {"action": "confirm", "solved": "no", "rating": "2", "words": "轮子是坏的"})
    wish.case.refresh_from_db()
    assert wish.case.state == "reopened"


def test_a_rating_is_needed_and_words_are_kept(world: World, client: Client) -> None:
    wish, _helper = world.granted()
    answer = client.post(
        opened(client, wish), {"action": "confirm", "solved": "yes", "rating": "9", "words": "写好的话"}
    )
    assert answer.status_code == 422
    assert "写好的话" in answer.content.decode()


def test_appeal_after_a_refusal(world: World, client: Client) -> None:
    wish = world.wish()
    wishes.decline_wish(actor=world.steward(), wish_id=wish.pk, reason="不在服务范围", at=world.at)
    url = opened(client, wish)
    assert "不在服务范围" in client.get(url).content.decode()
    client.post(url, {"action": "appeal", "words": "邻居家同样的事办了"})
    wish.case.refresh_from_db()
    assert wish.case.state == "received"


def test_add_words_and_withdraw(world: World, client: Client) -> None:
    wish = world.wish()
    url = opened(client, wish)
    client.post(url, {"action": "comment", "words": "下午在家"})
    assert "下午在家" in client.get(url).content.decode()
    client.post(url, {"action": "withdraw", "words": "儿子买了"})
    wish.case.refresh_from_db()
    assert wish.case.state == "withdrawn"


def test_withdrawing_consent_takes_the_public_page_down_and_the_wish_goes_on(
    world: World, client: Client
) -> None:
    from wishloop.parties.queries import has_consent

    published = world.published()
    wish = Wish.objects.select_related("case").get(pk=published.pk)
    # The consent of this wish, as the form records it.
    from wishloop.core.actor import SYSTEM
    from wishloop.parties.models import Consent
    from wishloop.parties.operations import record_consents

    Consent.objects.all().delete()
    record_consents(
        actor=SYSTEM, party=wish.reporter, purposes=["collect", "publish"], at=world.at, case_id=wish.pk
    )
    client.post(opened(client, wish), {"action": "unpublish"})
    wish.refresh_from_db()
    wish.case.refresh_from_db()
    assert wish.published_at is None
    assert wish.case.state == "triaged"
    assert not has_consent(party_id=wish.reporter_id, purpose="publish", case_id=wish.pk)


def test_actions_not_offered_are_refused_kindly(world: World, client: Client) -> None:
    wish = world.wish()
    url = opened(client, wish)
    for action, status in (("reopen", 409), ("delete", 422), ("", 422)):
        assert client.post(url, {"action": action, "words": "x"}).status_code == status


def test_query_count(world: World, client: Client, django_assert_max_num_queries: Any) -> None:
    wish, _helper = world.granted()
    url = opened(client, wish)
    with django_assert_max_num_queries(14):
        client.get(url)
