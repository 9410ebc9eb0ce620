"""Pages of people, accounts, consents, import and the log, as somebody uses them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.parties import operations as parties
from wishloop.parties.models import ApiToken, Consent, Party, PersonalDataView, RoleAssignment, User

NAME, PHONE = "格桑央金", "13989012345"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _text(answer: Any) -> str:
    return answer.content.decode()


def test_the_list_is_masked_and_found_by_phone(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE)
    world.resident(name="欧阳娜娜")
    client = _client(world.user("steward"))
    shown = _text(client.get("/staff/people/"))
    assert "格***" in shown
    assert "欧阳**" in shown
    assert NAME not in shown
    found = _text(client.get("/staff/people/", {"q": "139-8901-2345"}))
    assert f"/staff/people/{person.pk}/" in found
    assert "欧阳**" not in found
    assert "格***" in _text(client.get("/staff/people/", {"q": NAME}))
    assert "没有符合条件" in _text(client.get("/staff/people/", {"q": "13900009999"}))


def test_a_number_searched_for_stands_in_no_address(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE)
    client = _client(world.user("steward"))
    found = client.post("/staff/people/find/", {"q": "139 8901 2345", "kind": ""})
    assert found.status_code == 200
    assert f"/staff/people/{person.pk}/" in _text(found)
    assert "no-store" in found["Cache-Control"]
    named = client.post("/staff/people/find/", {"q": "格", "role": "steward", "kind": ""})
    assert named["Location"] == "/staff/people/?q=%E6%A0%BC&role=steward"


def test_the_list_ends_at_the_subtree(world: Any) -> None:
    person = world.resident(name=NAME)
    client = _client(world.user("steward", "娘热街道"))
    assert "格***" not in _text(client.get("/staff/people/"))
    assert client.get(f"/staff/people/{person.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(
    world: Any, django_assert_max_num_queries: Any, count: int
) -> None:
    user = world.user("steward")
    for n in range(count):
        person = world.resident(name=f"张伟{n}")
        parties.set_skills(actor=SYSTEM, party_id=person.pk, skills=["electrical"])
    client = _client(user)
    with django_assert_max_num_queries(7):
        assert client.get("/staff/people/").status_code == 200


def test_looking_at_a_field_from_the_page(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE)
    user = world.user("steward")
    client = _client(user)
    assert NAME not in _text(client.get(f"/staff/people/{person.pk}/"))
    refused = client.post(f"/staff/people/{person.pk}/reveal/", {"field": "name", "reason": ""})
    assert refused.status_code == 422
    assert NAME not in _text(refused)
    assert "请写明查看原因" in _text(refused)
    shown = client.post(f"/staff/people/{person.pk}/reveal/", {"field": "name", "reason": "约上门时间"})
    assert NAME in _text(shown)
    assert PHONE not in _text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert 'http-equiv="refresh" content="60' in _text(shown)
    [look] = PersonalDataView.objects.filter(party=person)
    assert (look.viewer_id, look.field, look.reason) == (user.pk, "name", "约上门时间")
    log = _text(_client(world.user("supervisor", "扎细街道")).get("/staff/views/"))
    assert "约上门时间" in log
    assert user.display_name in log
    assert NAME not in log
    elsewhere = _text(_client(world.user("supervisor", "娘热街道")).get("/staff/views/"))
    assert "约上门时间" not in elsewhere


def test_the_log_narrows(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE)
    for field in ("name", "phone"):
        parties.reveal_field(
            actor=world.steward(), party_id=person.pk, field=field, reason=f"看{field}", at=world.at
        )
    client = _client(world.user("supervisor"))
    only = _text(client.get("/staff/views/", {"field": "phone"}))
    assert "看phone" in only
    assert "看name" not in only
    assert "看phone" in _text(client.get("/staff/views/", {"first": "2025-09-08", "last": "2025-09-08"}))
    assert "看phone" not in _text(client.get("/staff/views/", {"first": "2025-09-09"}))
    assert "看phone" not in _text(client.get("/staff/views/", {"who": "没有这个人"}))


def test_registering_and_editing_a_person(world: Any) -> None:
    client = _client(world.user("steward"))
    bad = client.post(
        "/staff/people/new/", {"name": NAME, "phone": "12", "place": "扎细新村社区", "capacity": 3}
    )
    assert bad.status_code == 422
    assert "电话号码不存在" in _text(bad)
    assert NAME in _text(bad)  # nothing typed is lost
    done = client.post(
        "/staff/people/new/",
        {"name": NAME, "phone": PHONE, "place": "扎细新村社区", "capacity": 3, "skills": ["electrical"]},
    )
    party = Party.objects.get(public_name="格***")
    assert done["Location"] == f"/staff/people/{party.pk}/"
    form = _text(client.get(f"/staff/people/{party.pk}/edit/"))
    assert PHONE not in form
    changed = client.post(
        f"/staff/people/{party.pk}/edit/",
        {"name": "", "phone": "13989019999", "place": "扎细新村社区", "capacity": 4},
    )
    assert changed.status_code == 302
    after = Party.objects.get(pk=party.pk)
    assert (after.capacity, after.public_name) == (4, "格***")
    assert parties.phone_ends_with(party_id=party.pk, digits="9999")


def test_organisations_come_and_change(world: Any) -> None:
    client = _client(world.user("steward"))
    facts = {
        "name": "藏医院",
        "kind": "partner_unit",
        "place": "扎细新村社区",
        "credit_code": "",
        "capacity": 20,
    }
    assert client.post("/staff/organisations/new/", facts).status_code == 302
    party = Party.objects.get(public_name="藏医院")
    wrong = client.post(f"/staff/people/{party.pk}/edit/", {**facts, "credit_code": "123"})
    assert "统一社会信用代码不正确" in _text(wrong)
    client.post(f"/staff/people/{party.pk}/edit/", {**facts, "name": "藏医药大学附属医院"})
    assert Party.objects.get(pk=party.pk).public_name == "藏医药大学附属医院"


@pytest.mark.parametrize("role", ["supervisor", "leader", "member", "volunteer", "partner"])
def test_who_only_reads_changes_nothing(world: Any, role: str) -> None:
    person = world.resident(name=NAME)
    client = _client(world.user(role))
    for address in (
        "/staff/people/new/", f"/staff/people/{person.pk}/edit/", f"/staff/people/{person.pk}/forget/",
        f"/staff/people/{person.pk}/consent/", "/staff/people/import/", f"/staff/people/{person.pk}/account/",
    ):  # fmt: skip
        assert client.post(address, {"sure": "yes"}).status_code == 403, address
    assert Party.objects.get(pk=person.pk).forgotten_at is None


def test_an_account_from_its_opening_to_its_end(world: Any) -> None:
    person = world.resident(name=NAME)
    admin = _client(world.user("administrator", "扎细街道"))
    opened = admin.post(
        f"/staff/people/{person.pk}/account/",
        {"username": "gesang", "display_name": "格桑", "role": "grid_worker", "place": "扎细新村社区"},
    )
    password = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", _text(opened)).group()  # type: ignore[union-attr]
    user = User.objects.get(username="gesang")
    own = Client()
    first = own.post("/accounts/login/", {"login": "gesang", "password": password})
    assert first["Location"] == "/staff/"
    assert own.get("/staff/people/")["Location"] == "/accounts/password/change/"
    own.post(
        "/accounts/password/change/",
        {"oldpassword": password, "password1": "purple yak sings", "password2": "purple yak sings"},
    )
    assert not User.objects.get(pk=user.pk).must_change_password
    assert own.get("/staff/people/").status_code == 200  # a grid worker needs no second factor
    admin.post(f"/staff/accounts/{user.pk}/grant/", {"role": "volunteer", "place": "扎细新村社区"})
    outside = admin.post(f"/staff/accounts/{user.pk}/grant/", {"role": "steward", "place": "娘热街道"})
    assert outside.status_code == 403
    roles = RoleAssignment.objects.filter(user=user).order_by("id")
    assert [row.role for row in roles] == ["grid_worker", "volunteer"]
    admin.post(f"/staff/roles/{roles[0].pk}/end/")
    assert RoleAssignment.objects.get(pk=roles[0].pk).valid_to is not None
    admin.post(f"/staff/accounts/{user.pk}/close/")
    assert own.get("/staff/account/").status_code == 302
    assert not User.objects.get(pk=user.pk).is_active


def test_a_community_administrator_cannot_take_over_the_district(world: Any) -> None:
    chief = world.user("administrator", "城关区")
    Party.objects.filter(pk=chief.party_id).update(place_path=world.place().path)  # lives in the community
    admin = _client(world.user("administrator", "扎细新村社区"))
    before = chief.password
    assert admin.post(f"/staff/accounts/{chief.pk}/reset/").status_code == 404
    assert admin.post(f"/staff/accounts/{chief.pk}/close/").status_code == 404
    after = User.objects.get(pk=chief.pk)
    assert (after.is_active, after.password) == (True, before)


def test_a_partner_account_speaks_for_an_organisation(world: Any) -> None:
    unit = parties.register_organisation(
        actor=SYSTEM, name="藏医院", kind="partner_unit", place=world.place(), at=world.at
    )
    person = world.resident(name=NAME)
    admin = _client(world.user("administrator"))
    facts = {"username": "hospital", "display_name": "藏医院", "role": "partner", "place": "扎细新村社区"}
    refused = admin.post(f"/staff/people/{person.pk}/account/", facts)
    assert "要选它代表哪个单位" in _text(refused)
    assert not User.objects.filter(username="hospital").exists()
    admin.post(f"/staff/people/{person.pk}/account/", {**facts, "organisation": str(unit.pk)})
    assert User.objects.get(username="hospital").acts_for_id == unit.pk


def test_consent_is_recorded_and_printed(world: Any) -> None:
    person = world.resident(name="小明", is_minor=False)
    child = parties.register_person(name="小红", is_minor=True, place=world.place(), at=world.at)
    guardian = world.resident(name="张伟", phone="13900005555")
    client = _client(world.user("grid_worker"))
    assert (
        client.post(f"/staff/people/{person.pk}/consent/", {"purposes": ["publish_photo"]}).status_code == 302
    )
    refused = client.post(f"/staff/people/{child.pk}/consent/", {"purposes": ["collect"]})
    assert "未成年人要由监护人同意" in _text(refused)
    client.post(
        f"/staff/people/{child.pk}/consent/", {"purposes": ["collect"], "guardian_phone": "13900005555"}
    )
    assert Consent.objects.get(party=child).guardian_id == guardian.pk
    sheet = _text(client.get(f"/staff/people/{child.pk}/consent-sheet/"))
    assert "监护人" in sheet
    assert "小红" not in sheet


def test_importing_shows_first_and_writes_after(world: Any) -> None:
    client = _client(world.user("administrator", "扎细街道"))
    table = f"姓名,电话,社区,用户名\n{NAME},{PHONE},扎细新村社区,gesang\n李明,1,扎细新村社区,\n"
    upload = SimpleUploadedFile("人员.csv", table.encode("gb18030"))
    seen = client.post("/staff/people/import/", {"kind": "members", "file": upload})
    assert "还没有写入" in _text(seen)
    assert not User.objects.filter(username="gesang").exists()
    key = re.search(r'name="key" value="([^"]+)"', _text(seen)).group(1)  # type: ignore[union-attr]
    stranger = _client(world.user("administrator", "扎细街道"))
    assert stranger.post("/staff/people/import/commit/", {"key": key}).status_code == 404
    done = _text(client.post("/staff/people/import/commit/", {"key": key}))
    assert "导入完成" in done
    assert "gesang" in done
    assert User.objects.filter(username="gesang").exists()
    assert client.post("/staff/people/import/commit/", {"key": key}).status_code == 404
    for kind in ("members", "organisations"):
        for suffix in ("csv", "xlsx"):
            assert client.get(f"/staff/people/import/{kind}-template.{suffix}").status_code == 200


def test_the_template_is_itself_a_good_file(world: Any) -> None:
    client = _client(world.user("administrator", "城关区"))
    for kind in ("members", "organisations"):
        for suffix in ("csv", "xlsx"):
            body = client.get(f"/staff/people/import/{kind}-template.{suffix}").content
            result = parties.import_parties(
                actor=SYSTEM, file=body, filename=f"t.{suffix}", kind=kind, dry_run=True, at=world.at
            )
            assert (result.created, result.rejected) == (1, []), (kind, suffix)


def test_forgetting_asks_once_more(world: Any) -> None:
    person = world.resident(name=NAME)
    client = _client(world.user("administrator"))
    assert "请先勾选" in _text(client.post(f"/staff/people/{person.pk}/forget/"))
    client.post(f"/staff/people/{person.pk}/forget/", {"sure": "yes"})
    assert Party.objects.get(pk=person.pk).forgotten_at is not None
    assert "已经删除" in _text(client.get(f"/staff/people/{person.pk}/"))


def test_my_account_language_skills_tokens(world: Any) -> None:
    user = world.user("volunteer")
    client = _client(user)
    assert client.get("/staff/account/").status_code == 200
    client.post("/staff/account/skills/", {"skills": ["electrical"]})
    assert [s.code for s in Party.objects.get(pk=user.party_id).skills.all()] == ["electrical"]
    client.post("/staff/account/language/", {"language": "bo"})
    assert User.objects.get(pk=user.pk).language == "bo"
    assert client.cookies["django_language"].value == "bo"
    client.post("/staff/account/language/", {"language": "zh-hans"})
    made = _text(client.post("/staff/account/tokens/", {"label": "台账同步", "days": 30}))
    token = re.search(r"wl_[\w-]{40,}", made).group()  # type: ignore[union-attr]
    row = ApiToken.objects.get(user=user)
    assert token not in repr(row)
    assert token.encode() not in bytes(row.digest)
    assert token not in _text(client.get("/staff/account/"))
    client.post(f"/staff/account/tokens/{row.pk}/revoke/")
    assert ApiToken.objects.get(pk=row.pk).revoked_at is not None
    other = _client(world.user("volunteer"))
    assert other.post(f"/staff/account/tokens/{row.pk}/revoke/").status_code == 404


def test_nothing_personal_in_the_logs(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    caplog.set_level(logging.DEBUG)
    client = _client(world.user("administrator", "扎细街道"))
    secrets = (NAME, PHONE, "13989012346", "八廓北路十二号", "肝癌")
    facts = {
        "name": NAME,
        "place": "扎细新村社区",
        "capacity": 3,
        "address": "八廓北路十二号",
        "health": "肝癌",
    }
    client.post("/staff/people/new/", {**facts, "phone": f"{PHONE}678"})
    client.post("/staff/people/new/", {**facts, "phone": PHONE})
    client.post("/api/v1/parties/people", {**facts, "phone": "1"}, content_type="application/json")
    person = Party.objects.get(public_name="格***")
    other = parties.register_person(name=NAME, phone="13989012346", place=world.place(), at=world.at)
    client.post(
        f"/staff/people/{other.pk}/edit/", {"phone": PHONE, "place": "扎细新村社区", "capacity": 3}
    )  # somebody else has it
    client.post(f"/staff/people/{person.pk}/reveal/", {"field": "health", "reason": "核实心愿"})
    client.get("/staff/people/", {"q": PHONE})
    table = f"姓名,电话,社区\n{NAME},{PHONE}1,扎细新村社区\n"
    client.post(
        "/staff/people/import/", {"kind": "members", "file": SimpleUploadedFile("a.csv", table.encode())}
    )
    assert caplog.records  # something was logged: the refusals
    for record in caplog.records:
        words = f"{record.getMessage()} {record.args} {record.exc_text or ''}"
        for secret in secrets:
            assert secret not in words, record.name
