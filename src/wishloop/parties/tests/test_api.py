"""The API of people and accounts: the same operations, the same refusals as the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wishloop.core.actor import SYSTEM
from wishloop.parties import operations as parties
from wishloop.parties.models import Consent, Party, PersonalDataView, RoleAssignment, User

NAME, PHONE = "格桑央金", "13989012345"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return client.generic(
        method.upper(),
        f"/api/v1/{path}",
        *([_json(body)] if body is not None else []),
        content_type="application/json",
    )


def _json(body: Any) -> str:
    import json

    return json.dumps(body)


def test_a_person_from_registration_to_oblivion(world: Any) -> None:
    client = _client(world.user("administrator"))
    facts = {"name": NAME, "phone": PHONE, "place": "扎细新村社区"}
    made = _send(client, "post", "parties/people", facts)
    assert made.status_code == 201
    assert (made.json()["public_name"], made.json()["place_name"]) == ("格***", "扎细新村社区")
    key = made.json()["id"]
    again = _send(client, "post", "parties/people", facts)
    assert (again.status_code, again.json()["id"]) == (200, key)
    changed = _send(client, "patch", f"parties/people/{key}", {"address": "纳金路", "capacity": 7})
    assert changed.json()["capacity"] == 7
    seen = _send(client, "post", f"parties/{key}/reveal", {"field": "address", "reason": "上门"})
    assert seen.json() == {"field": "address", "value": "纳金路"}
    assert PersonalDataView.objects.filter(party_id=key).count() == 1
    looks = _send(client, "get", f"data-views?party={key}").json()["items"]
    assert [(row["field"], row["reason"], row["party_name"]) for row in looks] == [
        ("address", "上门", "格***")
    ]
    _send(client, "put", f"parties/{key}/skills", {"skills": ["electrical"]})
    listed = _send(client, "get", "parties?skill=electrical&q=13989012345").json()["items"]
    assert [row["id"] for row in listed] == [key]
    assert _send(client, "post", f"parties/{key}/forget").status_code == 204
    assert Party.objects.get(pk=key).forgotten_at is not None
    assert (
        _send(client, "post", f"parties/{key}/reveal", {"field": "name", "reason": "上门"}).status_code == 404
    )


def test_no_answer_but_reveal_holds_what_identifies(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE, address="纳金路十二号")
    client = _client(world.user("administrator", "城关区"))
    for path in (
        "parties",
        f"parties/{person.pk}",
        f"parties/{person.pk}/consents",
        "accounts",
        "data-views",
    ):
        body = _send(client, "get", path).content.decode("unicode_escape")
        for secret in (NAME, PHONE, "纳金路十二号"):
            assert secret not in body, path


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("post", "parties/people", {"name": "", "place": "扎细新村社区"}, 422, "missing", "name"),
        ("post", "parties/people", {"name": "张伟", "phone": "1", "place": "扎细新村社区"}, 422, "bad_phone", "phone"),
        ("post", "parties/people", {"name": "张伟", "place": "无此地"}, 422, "unknown_place", "place"),
        ("post", "parties/organisations", {"name": "院", "kind": "x", "place": "扎细新村社区"}, 422, "unknown_choice", "kind"),
        ("post", "parties/organisations",
         {"name": "院", "kind": "company", "place": "扎细新村社区", "credit_code": "1"}, 422, "bad_credit_code", "credit_code"),
        ("get", "parties?cursor=zzz", None, 400, "bad_cursor", "cursor"),
        ("get", "parties/01890000-0000-7000-8000-000000000000", None, 404, "absent", None),
        ("post", "me/tokens", {"label": "", "days": 3}, 422, "missing", "label"),
        ("post", "me/tokens", {"label": "x", "days": 900}, 422, "out_of_range", "days"),
    ],
)  # fmt: skip
def test_refusals_name_the_field(
    world: Any, method: str, path: str, body: Any, status: int, code: str, field: str | None
) -> None:
    answer = _send(_client(world.user("steward")), method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    if field:
        assert answer.json()["errors"][0]["field"] == field


def test_consents_and_their_withdrawal(world: Any) -> None:
    wish = world.published()
    client = _client(world.user("steward"))
    path = f"parties/{wish.reporter_id}/consents"
    assert len(_send(client, "get", path).json()) == 2
    assert _send(client, "post", path, {"purposes": ["publish_photo"]}).status_code == 201
    assert (
        _send(client, "post", path, {"purposes": ["everything"]}).json()["errors"][0]["field"] == "purposes"
    )
    consent = Consent.objects.get(party=wish.reporter_id, purpose="publish")
    done = _send(client, "post", f"consents/{consent.pk}/withdraw", {"note": "不愿意"})
    assert done.json() == {"consents": 1, "taken_down": [wish.case.code]}


def test_accounts_and_roles(world: Any) -> None:
    person = world.resident(name=NAME)
    client = _client(world.user("administrator", "扎细街道"))
    opened = _send(
        client, "post", f"parties/{person.pk}/account",
        {"username": "gesang", "display_name": "格桑", "role": "member", "place": "扎细新村社区"},
    )  # fmt: skip
    assert opened.status_code == 201
    key = opened.json()["account"]["id"]
    assert User.objects.get(pk=key).check_password(opened.json()["password"])
    _send(client, "post", f"accounts/{key}/roles", {"role": "volunteer", "place": "扎细新村社区"})
    roles = _send(client, "get", "accounts?q=gesang").json()["items"][0]["roles"]
    assert [row["role"] for row in roles] == ["member", "volunteer"]
    assert _send(client, "post", f"roles/{roles[0]['id']}/end").status_code == 200
    assert RoleAssignment.objects.get(pk=roles[0]["id"]).valid_to is not None
    assert _send(client, "post", f"accounts/{key}/close").json()["active"] is False
    twice = _send(client, "post", f"accounts/{key}/close")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_closed")
    assert _send(client, "post", f"accounts/{key}/reopen").json()["active"] is True


def test_importing_over_the_api(world: Any) -> None:
    client = _client(world.user("administrator", "扎细街道"))
    table = f"姓名,电话,社区\n{NAME},{PHONE},扎细新村社区\n李明,1,扎细新村社区\n"
    for dry_run in ("true", "false"):
        upload = SimpleUploadedFile("人员.csv", table.encode())
        body = client.post(f"/api/v1/parties/import?kind=members&dry_run={dry_run}", {"file": upload}).json()
        assert (body["created"], body["existing"]) == (1, 0)
        assert [(row["row"], row["field"]) for row in body["rejected"]] == [(3, "phone")]
    assert Party.objects.filter(public_name="格***").count() == 1
    for role in ("member", "supervisor", "leader"):
        upload = SimpleUploadedFile("人员.csv", table.encode())
        other = _client(world.user(role))
        assert other.post("/api/v1/parties/import?dry_run=false", {"file": upload}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_any_number(
    world: Any, django_assert_max_num_queries: Any, count: int
) -> None:
    user = world.user("administrator")
    for _ in range(count):
        world.user("volunteer")
    for n in range(count):
        person = world.resident(name=f"张伟{n}")
        parties.set_skills(actor=SYSTEM, party_id=person.pk, skills=["electrical"])
        parties.reveal_field(
            actor=world.steward(), party_id=person.pk, field="name", reason="核对", at=world.at
        )
    client = _client(user)
    for path, most in (("parties", 5), ("accounts", 5), ("data-views", 4)):
        with django_assert_max_num_queries(most):
            assert len(_send(client, "get", path).json()["items"]) >= count
