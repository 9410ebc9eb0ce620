"""The public form: F6 by QR and page, and everything that can go wrong while somebody types."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import altcha
import pytest
from django.test import Client
from django.urls import reverse
from tests.world import World

from wishloop.core.identifiers import new_id
from wishloop.intake.models import PlaceCode
from wishloop.intake.operations.place_codes import make_place_code, revoke_place_code
from wishloop.wishes.models import Wish

FORM = "/wish/"


@pytest.fixture(autouse=True)
def _easy(settings: Any) -> None:
    settings.PROOF_OF_WORK_MAX_NUMBER = 50


def proof(client: Client) -> str:
    puzzle = client.get("/captcha/challenge/").json()
    found = altcha.solve_challenge_v1(
        altcha.ChallengeV1(
            "SHA-256", puzzle["challenge"], puzzle["maxNumber"], puzzle["salt"], puzzle["signature"]
        )
    )
    assert found is not None
    body = {key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")} | {
        "number": found.number
    }
    return base64.b64encode(json.dumps(body).encode()).decode()


def filled(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "text": "奶奶想要一辆轮椅", "place": world.place().code, "for_whom": "self", "name": "次仁卓玛",
        "phone": "139 0891 0001", "collect": "on", "publish": "on", **changes,
    }  # fmt: skip


def send(client: Client, data: dict[str, Any], url: str = FORM, **changes: Any) -> Any:
    return client.post(url, {**data, "altcha": proof(client), "action": "send", **changes})


@pytest.mark.fact("F6")
def test_a_resident_writes_sees_sends_and_tracks(world: World, client: Client) -> None:
    page = client.get(FORM)
    assert page.status_code == 200
    wish_id = re.search(r'name="id" value="([0-9a-f-]{36})"', page.content.decode())
    assert wish_id
    data = filled(world, id=wish_id[1], text="我叫次仁卓玛，住3栋401，电话13908910001，想要轮椅")
    preview = client.post(FORM, {**data, "action": "preview"})
    shown = preview.content.decode()
    article = shown[shown.index("<article") : shown.index("</article>")]
    assert "想要轮椅" in article
    for personal in ("次仁卓玛", "3栋401", "13908910001"):
        assert personal not in article
    assert 'class="masked"' in article
    assert Wish.objects.count() == 0
    done = send(client, data)
    assert done.status_code == 302
    wish = Wish.objects.select_related("case").get()
    assert (str(wish.pk), wish.case.channel, wish.case.place_id) == (wish_id[1], "web", world.place().pk)
    result = client.get(done["Location"]).content.decode()
    assert wish.case.code in result
    unlocked = client.post("/track/", {"code": wish.case.code.lower().replace("-", " "), "key": "0001"})
    assert unlocked["Location"] == f"/track/{wish.case.code}/"
    assert "已收到" in client.get(unlocked["Location"]).content.decode()


@pytest.mark.fact("F6")
def test_scanning_a_places_code_fills_the_place_in(world: World, client: Client) -> None:
    code = make_place_code(actor=world.steward(), place_id=world.place().pk, at=world.at, note="社区门口")
    url = reverse("intake:qr", args=[code.token])
    page = client.get(url).content.decode()
    assert f'value="{world.place().code}" selected' in page
    assert send(client, filled(world), url).status_code == 302
    assert Wish.objects.select_related("case").get().case.channel == "qr_code"
    revoke_place_code(actor=world.steward(), token=code.token, at=world.at)
    dead = client.get(url)
    assert dead.status_code == 200
    assert "已经停用" in dead.content.decode()
    assert PlaceCode.objects.get().revoked_at == world.at


def test_without_javascript_a_question_is_answered(world: World, client: Client) -> None:
    data = filled(world)
    preview = client.post(FORM, {**data, "action": "preview"}).content.decode()
    token = re.search(r'name="question" value="([^"]+)"', preview)
    words = re.search(r'<label for="id_answer">([^<]+)<', preview)
    assert token
    assert words
    total = sum("零一二三四五六七八九".index(ch) for ch in words[1] if ch in "零一二三四五六七八九")
    wrong = client.post(FORM, {**data, "question": token[1], "answer": str(total + 1), "action": "send"})
    assert wrong.status_code == 422
    assert "答案不对" in wrong.content.decode()
    assert "奶奶想要一辆轮椅" in wrong.content.decode()
    right = client.post(FORM, {**data, "question": token[1], "answer": str(total), "action": "send"})
    assert right.status_code == 302


def test_without_any_proof_nothing_is_sent(world: World, client: Client) -> None:
    response = client.post(FORM, {**filled(world), "action": "send"})
    assert response.status_code == 422
    assert "小问题" in response.content.decode()
    assert Wish.objects.count() == 0


def test_a_double_click_makes_one_wish_and_the_same_result(world: World, client: Client) -> None:
    data = filled(world)
    first, second = send(client, data), send(client, data)
    assert first["Location"] == second["Location"]
    assert Wish.objects.count() == 1


def test_a_strangers_browser_learns_nothing_from_a_known_id(world: World, client: Client) -> None:
    data = filled(world)
    send(client, data)
    other = send(Client(), data)
    assert other.status_code == 409
    assert Wish.objects.get().case.code not in other.content.decode()
    assert Client().get(f"/wish/done/{data['id']}/").status_code == 404


BAD = [
    ({"text": ""}, "请写下您的心愿"),
    ({"text": "\u200b \x00"}, "请写下您的心愿"),
    ({"text": "字" * 2003}, "超出 3 字"),
    ({"phone": "12345"}, "电话号码不存在"),
    ({"name": "名" * 61}, "超出 1 字"),
    ({"place": "", "place_name": "村" * 105}, "超出 5 字"),
    ({"lat": "95", "lon": "91"}, "纬度"),
    ({"lat": "29.6"}, "同时"),
    ({"place": "000000"}, "000000"),
    ({"collect": ""}, "请勾选"),
    ({"for_whom": "child", "phone": ""}, "监护人"),
    ({"id": "not-a-uuid"}, "UUID"),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
@pytest.mark.parametrize("action", ["preview", "send"])
def test_every_mistake_is_named_and_nothing_typed_is_lost(
    world: World, client: Client, changes: dict[str, str], said: str, action: str
) -> None:
    data = filled(world, helped_name="小格桑", **changes)
    response = client.post(FORM, {**data, "action": action})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert Wish.objects.count() == 0
    assert "小格桑" in page
    if data["text"].isprintable() and data["text"]:
        assert data["text"] in page
    if data["phone"]:
        assert data["phone"] in page


def test_all_mistakes_are_shown_at_once(world: World, client: Client) -> None:
    page = client.post(
        FORM, {**filled(world, text="", phone="1", collect=""), "action": "preview"}
    ).content.decode()
    for said in ("请写下您的心愿", "电话号码不存在", "请勾选"):
        assert said in page


def test_html_is_shown_as_words_never_run(world: World, client: Client) -> None:
    data = filled(world, text="<script>alert(1)</script>想要轮椅")
    page = client.post(FORM, {**data, "action": "preview"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_stale_page_gets_its_form_back(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(FORM, {**filled(world, text="打开了一整天的心愿"), "action": "send"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "打开太久" in page
    assert "打开了一整天的心愿" in page
    assert Wish.objects.count() == 0
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    again = client.post(FORM, {**filled(world), "action": "preview", "csrfmiddlewaretoken": token[1]})
    assert again.status_code == 200


def test_danger_is_answered_with_whom_to_call_first(world: World, client: Client) -> None:
    page = client.post(
        FORM, {**filled(world, text="家里煤气味很重，头晕"), "action": "preview"}
    ).content.decode()
    assert 'href="tel:119"' in page
    assert "开窗" in page


def test_for_a_child_the_guardian_speaks(world: World, client: Client) -> None:
    assert (
        send(client, filled(world, for_whom="child", helped_name="小卓玛", text="想要一套科普书")).status_code
        == 302
    )
    wish = Wish.objects.select_related("beneficiary", "reporter").get()
    assert wish.beneficiary is not None
    assert wish.beneficiary.is_minor
    assert wish.beneficiary.public_name == "一名未成年居民"
    assert {c.guardian_id for c in wish.beneficiary.consents.all()} == {wish.reporter_id}


def test_a_place_name_never_carries_a_door_number_into_public(world: World, client: Client) -> None:
    send(client, filled(world, place="", place_name="幸福新区3栋2单元401"))
    wish = Wish.objects.select_related("case__place").get()
    assert wish.case.place.name == "幸福新区"
    assert wish.case.place.status == "to_be_confirmed"


def test_going_back_to_edit_keeps_everything(world: World, client: Client) -> None:
    page = client.post(FORM, {**filled(world, text="改一改这句话"), "action": "edit"})
    assert page.status_code == 200
    assert "改一改这句话" in page.content.decode()
    assert 'role="alert"' not in page.content.decode()


def test_too_many_previews_keep_the_words(world: World, client: Client) -> None:
    data = {**filled(world, text="第六十一次的心愿"), "action": "preview"}
    for _ in range(60):
        client.post(FORM, data)
    response = client.post(FORM, data)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "第六十一次的心愿" in response.content.decode()


def test_the_form_is_quick(world: World, client: Client, django_assert_max_num_queries: Any) -> None:
    client.get(FORM)
    with django_assert_max_num_queries(3):
        client.get(FORM)
