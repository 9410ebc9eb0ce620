"""Signing in: guessing is counted, second factors are asked for, nothing typed is lost."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db import connection
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.parties import operations as parties
from wishloop.parties.models import Party, User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nobody_guessed_before(db: None) -> None:
    cache.clear()


def _account(world: Any, role: str = "steward", *, demo: bool = False) -> User:
    user = world.user(role)
    User.objects.filter(pk=user.pk).update(is_demo=demo)
    user.refresh_from_db()
    return user


def _sign_in(client: Client, user: User, password: str = PASSWORD, **extra: str) -> Any:
    return client.post("/accounts/login/", {"login": user.username, "password": password, **extra})


def _code(secret: str) -> str:
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def test_the_right_password_opens(world: Any, client: Client) -> None:
    user = _account(world, "grid_worker")
    answer = _sign_in(client, user, next="/staff/people/")
    assert answer["Location"] == "/staff/people/"
    assert client.get("/staff/people/").status_code == 200


def test_a_redirect_never_leaves_the_site(world: Any, client: Client) -> None:
    user = _account(world, "grid_worker")
    assert _sign_in(client, user, next="https://evil.example/")["Location"] == "/staff/"


def test_five_wrong_passwords_lock_the_name_and_say_how_long(world: Any) -> None:
    user = _account(world, "grid_worker")
    for n in range(5):
        wrong = _sign_in(Client(REMOTE_ADDR=f"10.0.0.{n}"), user, "wrong")
        assert "用户名或密码不对" in wrong.content.decode()
    locked = _sign_in(Client(REMOTE_ADDR="10.0.0.99"), user)  # the right one, from elsewhere
    assert locked.status_code == 200
    assert "请在 5 分钟后再试" in locked.content.decode()
    other = _account(world, "grid_worker")
    assert _sign_in(Client(REMOTE_ADDR="10.0.0.99"), other).status_code == 302


def test_twenty_wrong_passwords_lock_the_address(world: Any) -> None:
    client = Client(REMOTE_ADDR="10.1.1.1")
    for n in range(20):
        client.post("/accounts/login/", {"login": f"nobody{n}", "password": "wrong"})
    user = _account(world, "grid_worker")
    assert "暂时锁住" in _sign_in(client, user).content.decode()
    assert _sign_in(Client(REMOTE_ADDR="10.1.1.2"), user).status_code == 302


def test_the_count_is_shared_by_every_server_process(world: Any) -> None:
    user = _account(world, "grid_worker")
    _sign_in(Client(), user, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from wishloop_shared_cache")
        assert cursor.fetchone()[0] >= 2  # the name and the address
        cursor.execute("select relpersistence from pg_class where relname = 'wishloop_shared_cache'")
        assert cursor.fetchone()[0] == "u"


def test_unknown_names_and_wrong_passwords_answer_alike(world: Any) -> None:
    user = _account(world, "grid_worker")
    one = _sign_in(Client(), user, "wrong").content.decode()
    two = Client().post("/accounts/login/", {"login": "nobody", "password": "wrong"}).content.decode()
    assert "用户名或密码不对" in one
    assert "用户名或密码不对" in two


@pytest.mark.parametrize("role", ["steward", "supervisor", "leader", "administrator"])
def test_roles_that_see_people_need_a_second_factor(world: Any, client: Client, role: str) -> None:
    client.force_login(_account(world, role))
    answer = client.get("/staff/views/" if role == "supervisor" else "/staff/people/")
    assert answer["Location"] == "/staff/account/second-factor/"
    assert client.get("/staff/account/second-factor/").status_code == 200
    assert client.get("/staff/account/").status_code == 200
    api = client.get("/api/v1/parties")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_owed")


@pytest.mark.parametrize("role", ["member", "volunteer", "grid_worker"])
def test_other_roles_need_none(world: Any, client: Client, role: str) -> None:
    client.force_login(_account(world, role))
    assert "second-factor" not in client.get("/staff/people/").headers.get("Location", "")


def test_demo_accounts_and_policy_are_exempt(world: Any, client: Client, settings: Any) -> None:
    demo = _account(world, "steward", demo=True)
    client.force_login(demo)
    assert client.get("/staff/people/").status_code == 200
    settings.SECOND_FACTOR_ROLES = frozenset()
    client.force_login(_account(world, "steward"))
    assert client.get("/staff/people/").status_code == 200


def test_the_authenticator_app_from_setting_it_up_to_signing_in_with_it(world: Any, client: Client) -> None:
    user = _account(world, "steward")
    _sign_in(client, user)
    page = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert "设置手机验证器" in page.content.decode()
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": _code(secret)})
    stored = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret
    assert client.get("/staff/people/").status_code == 200
    again = Client()
    asked = _sign_in(again, user)
    assert asked["Location"] == "/accounts/2fa/authenticate/"
    assert again.get("/staff/people/")["Location"].startswith("/accounts/login/")
    assert "验证码不对" in again.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    cache.clear()  # the code just used cannot be used twice; the test cannot wait for the next
    opened = again.post("/accounts/2fa/authenticate/", {"code": _code(secret)})
    assert opened["Location"] == "/staff/"
    codes = again.get("/accounts/2fa/recovery-codes/", follow=True)
    assert codes.status_code == 200


def test_resetting_a_password_lets_in_who_lost_the_phone(world: Any, client: Client) -> None:
    user = _account(world, "steward")
    TOTP.activate(user, "A" * 32)
    admin = world.actor("administrator")
    password = parties.reset_password(actor=admin, user_id=user.pk, at=world.at)
    assert not Authenticator.objects.filter(user=user).exists()
    _sign_in(client, user, password)
    assert client.get("/staff/people/")["Location"] == "/accounts/password/change/"
    weak = client.post(
        "/accounts/password/change/",
        {"oldpassword": password, "password1": "12345678", "password2": "12345678"},
    )
    assert weak.status_code == 200
    assert User.objects.get(pk=user.pk).must_change_password


def test_nobody_signs_up(client: Client, world: Any) -> None:
    before = User.objects.count()
    facts = {"username": "stranger", "password1": PASSWORD, "password2": PASSWORD}
    assert "由管理员开通" in client.post("/accounts/signup/", facts).content.decode()
    assert User.objects.count() == before
    assert client.get("/accounts/password/reset/").status_code == 404


def test_a_closed_account_stays_out(world: Any, client: Client) -> None:
    user = _account(world, "volunteer")
    parties.close_account(actor=SYSTEM, user_id=user.pk, at=world.at)
    _sign_in(client, user)
    assert client.get("/staff/account/").status_code == 302


def test_demo_accounts_are_shown_in_the_demonstration_only(world: Any, client: Client, settings: Any) -> None:
    user = _account(world, "steward", demo=True)
    assert user.username not in client.get("/accounts/login/").content.decode()
    settings.DEMO = True
    shown = client.get("/accounts/login/").content.decode()
    assert user.username in shown
    assert "心愿管家" in shown


def test_what_was_typed_when_the_session_ended_comes_back(world: Any) -> None:
    user = _account(world, "grid_worker")
    client = Client(enforce_csrf_checks=True)
    token = "a" * 32
    client.cookies["csrftoken"] = token
    typed = {"name": "格桑央金", "phone": "13989012345", "place": "扎细新村社区", "capacity": "3"}
    sent = client.post("/staff/people/new/", {**typed, "csrfmiddlewaretoken": token})
    assert sent["Location"] == "/accounts/login/?next=%2Fstaff%2Faccount%2Fkept%2F"
    assert "格桑央金" not in str(dict(client.session))  # sealed, not merely signed
    login = {"login": user.username, "password": PASSWORD, "next": "/staff/account/kept/"}
    signed = client.post("/accounts/login/", {**login, "csrfmiddlewaretoken": token})
    assert signed["Location"] == "/staff/account/kept/"
    page = client.get("/staff/account/kept/")
    shown = page.content.decode()
    assert 'action="/staff/people/new/"' in shown
    for value in typed.values():
        assert f'value="{value}"' in shown
    fresh = client.cookies["csrftoken"].value
    again = client.post("/staff/people/new/", {**typed, "csrfmiddlewaretoken": fresh})
    assert again["Location"].startswith("/staff/people/")
    assert Party.objects.filter(public_name="格***").exists()


def test_a_forged_form_is_not_kept(world: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/staff/people/new/", {"name": "x"})
    assert answer.status_code == 403
    assert "kept_input" not in client.session


def test_a_part_of_a_page_is_sent_to_sign_in_too(client: Client, world: Any) -> None:
    answer = client.get("/staff/people/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")


def test_a_token_acts_as_its_account_until_revoked(world: Any, client: Client) -> None:
    world.resident(name="格桑央金")
    user = _account(world, "steward")
    from wishloop.core.clock import now
    from wishloop.parties.queries import actor_of

    actor = actor_of(user, on=world.at.date())
    row, token = parties.create_token(actor=actor, label="台账", days=1, at=now())
    bearer = {"Authorization": f"Bearer {token}"}
    found = client.get("/api/v1/parties", headers=bearer)
    assert found.status_code == 200
    assert "格***" in [row["public_name"] for row in found.json()["items"]]
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert time.time() - row.last_used_at.timestamp() < 60
    for bad in ("Bearer wl_nothing", "Bearer ", f"Bearer {token[:-1]}"):
        refused = client.get("/api/v1/parties", headers={"Authorization": bad})
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_first"), bad
    assert client.get("/staff/people/", headers=bearer).status_code == 302  # a token opens no pages
    parties.revoke_token(actor=actor, token_id=row.pk, at=now())
    assert client.get("/api/v1/parties", headers=bearer).status_code == 401


def test_a_session_writes_over_the_api_only_with_a_csrf_token(world: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(_account(world, "steward", demo=True))
    body = {"name": "格桑央金", "phone": "13989012345", "place": "扎细新村社区"}
    forged = client.post("/api/v1/parties/people", body, content_type="application/json")
    assert (forged.status_code, forged.json()["code"]) == (403, "stale_form")
    client.cookies["csrftoken"] = "b" * 32
    sent = client.post(
        "/api/v1/parties/people", body, content_type="application/json", headers={"X-CSRFToken": "b" * 32}
    )
    assert sent.status_code == 201


def test_no_token_gets_around_a_second_factor_that_is_owed(world: Any, client: Client) -> None:
    user = _account(world, "steward")
    client.force_login(user)
    refused = client.post("/staff/account/tokens/", {"label": "x", "days": 1})
    assert refused["Location"] == "/staff/account/second-factor/"
    api = client.post("/api/v1/me/tokens", {"label": "x", "days": 1}, content_type="application/json")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_owed")
    assert not user.tokens.exists()


def test_pages_go_on_in_the_language_of_the_account(world: Any) -> None:
    user = _account(world, "volunteer")
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    _sign_in(client, user)
    assert client.cookies["django_language"].value == "en"
    chosen = Client()
    chosen.cookies["django_language"] = "bo"
    _sign_in(chosen, user)
    assert chosen.cookies["django_language"].value == "bo"


def test_signing_out_everywhere_else(world: Any) -> None:
    user = _account(world, "volunteer")
    here, lost = Client(), Client()
    for client in (here, lost):
        _sign_in(client, user)
        assert client.get("/staff/account/").status_code == 200
    here.post("/staff/account/sign-out-elsewhere/")
    assert here.get("/staff/account/").status_code == 200
    assert lost.get("/staff/account/").status_code == 302


@pytest.mark.parametrize("how", ["reset", "close", "forget"])
def test_what_an_administrator_does_ends_sessions_at_once(world: Any, client: Client, how: str) -> None:
    user = _account(world, "volunteer")
    _sign_in(client, user)
    assert client.get("/staff/account/").status_code == 200
    if how == "reset":
        parties.reset_password(actor=SYSTEM, user_id=user.pk, at=world.at)
    elif how == "close":
        parties.close_account(actor=SYSTEM, user_id=user.pk, at=world.at)
    else:
        parties.forget_person(actor=SYSTEM, party_id=user.party_id, at=world.at)
    assert client.get("/staff/account/").status_code == 302
