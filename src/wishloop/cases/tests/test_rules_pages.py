"""The pages of deadline rules."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from wishloop.cases.models import DeadlineRule
from wishloop.cases.promises import promise
from wishloop.core.clock import SHANGHAI, now

pytestmark = pytest.mark.django_db
NEW = "/staff/rules/new/"


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:800]
    return re.sub(r"\s+", " ", response.content.decode())


def tomorrow() -> date:
    return now().astimezone(SHANGHAI).date() + timedelta(days=1)


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "wish", "measure": "resolution", "tier": "living_service", "category_code": "", "place": "城关区",
        "amount": "36", "unit": "hours", "valid_from": tomorrow().isoformat(), "source": "试行办法", "source_mark": "read",
        **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("administrator", 200, 200),
        ("steward", 200, 403),
        ("supervisor", 200, 403),
        ("leader", 403, 403),
        ("member", 403, 403),
    ],
)
def test_who_reads_and_who_writes(world: Any, client: Client, role: str, reads: int, writes: int) -> None:
    client.force_login(world.user(role, "城关区"))
    assert client.get("/staff/rules/").status_code == reads
    assert client.get(NEW).status_code == writes
    assert client.post(NEW, {**typed(), "do": "write"}).status_code == (302 if writes == 200 else 403)
    assert DeadlineRule.objects.filter(source="试行办法").exists() is (writes == 200)


def test_preview_writes_nothing_and_names_the_cases(world: Any, client: Client) -> None:
    case = world.triaged(tier="living_service").case
    client.force_login(world.user("administrator", "城关区"))
    body = text(client.post(NEW, {**typed(), "do": "preview"}))
    assert case.code in body
    assert "现在有 1 件未办结事项" in body
    assert not DeadlineRule.objects.filter(source="试行办法").exists()
    client.post(NEW, {**typed(), "do": "write"})
    body = text(client.get("/staff/rules/"))
    assert "36 小时" in body
    assert "撤回" in body
    rule = DeadlineRule.objects.get(source="试行办法")
    assert client.post(f"/staff/rules/{rule.pk}/withdraw/").status_code == 302
    assert "36 小时" not in text(client.get("/staff/rules/"))


def test_errors_stay_at_their_field(world: Any, client: Client) -> None:
    client.force_login(world.user("administrator", "城关区"))
    for changed, words in (
        ({"amount": "0"}, "id_amount-error"),
        ({"amount": "999999"}, "id_amount-error"),
        ({"place": "不存在"}, "id_place-error"),
        ({"source": ""}, "id_source-error"),
        ({"valid_from": "2020-01-01"}, "id_valid_from-error"),
        ({"category_code": "修 理"}, "id_category_code-error"),
    ):
        assert words in text(client.post(NEW, {**typed(**changed), "do": "write"}), 422), changed
    assert client.post(NEW, {**typed(place=""), "do": "write"}).status_code == 403


def test_changing_starts_from_what_there_is(world: Any, client: Client) -> None:
    client.force_login(world.user("administrator", "拉萨市"))
    rule = DeadlineRule.objects.get(kind="wish", tier="living_service", measure="resolution")
    body = text(client.get(NEW, {"from": str(rule.pk)}))
    assert 'value="48"' in body
    assert client.get(NEW, {"from": "nonsense"}).status_code == 404
    client.post(NEW, {**typed(place=""), "do": "write"})
    body = text(client.get("/staff/rules/"))
    assert "36 小时" in body
    assert "48 小时" in body


def test_ending_a_rule(world: Any, client: Client) -> None:
    client.force_login(world.user("administrator", "城关区"))
    today = tomorrow() - timedelta(days=1)
    client.post(NEW, {**typed(valid_from=today.isoformat()), "do": "write"})
    rule = DeadlineRule.objects.get(source="试行办法")
    assert client.post(f"/staff/rules/{rule.pk}/end/").status_code == 302
    rule.refresh_from_db()
    assert rule.valid_to == tomorrow()


def test_the_list_costs_the_same_for_more_rules(world: Any, client: Client) -> None:
    client.force_login(world.user("administrator", "城关区"))
    counts = []
    for tier in ("ordinary", "urgent", "living_service"):
        client.post(NEW, {**typed(tier=tier), "do": "write"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/staff/rules/")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_steps_in_words() -> None:
    from tests.world import MORNING

    note = promise(
        kind="wish", tier="ordinary", category_code="", place_path="5401.540102.", start=MORNING
    ).notes["resolution"]
    body = Template("{% load deadlines %}{% deadline_steps note %}").render(Context({"note": note}))
    assert "规则：15 工作日" in body
    assert "跳过" in body
    assert "到期：" in body
    assert "2025年9月28日 18:00" in body
    empty = Template("{% load deadlines %}{% deadline_steps note %}").render(Context({"note": None}))
    assert "没有适用的期限规则" in empty
