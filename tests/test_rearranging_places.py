"""Units move or merge: every row that belongs to them goes along, and nobody gains or loses sight by accident."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from wishloop.cases.models import Case, CaseEvent
from wishloop.core.actor import SYSTEM
from wishloop.journeys.rearrange_places import merge_place, move_place
from wishloop.parties.models import Party, RoleAssignment
from wishloop.places import operations as places

pytestmark = pytest.mark.django_db

# Whoever adds a table that holds a place or its path decides here whether it follows.
FOLLOW = {
    "cases.Case.place", "cases.Case.place_path", "cases.Case.responsible_unit", "cases.Case.responsible_path",
    "parties.Party.place", "parties.Party.place_path", "parties.RoleAssignment.place", "parties.RoleAssignment.place_path",
    "intake.Meeting.place", "intake.Meeting.place_path", "intake.PlaceCode.place", "intake.ImportRun.place",
}  # fmt: skip
STAY = {
    "cases.DeadlineRule.place": "the unit that takes over has its own rules",
    "evidence.Medium.place": "a photo keeps where it was taken",
    "parties.PersonalDataView.place_path": "append-only log",
}


def test_every_column_that_holds_a_place_is_decided_on() -> None:
    found = set()
    for model in apps.get_models():
        if model._meta.app_label == "places":
            continue
        for column in model._meta.concrete_fields:
            related = getattr(column.related_model, "__name__", "")
            if related == "Place" or column.name.endswith("_path"):
                found.add(f"{model._meta.label}.{column.name}")
    assert found == FOLLOW | set(STAY)


def test_moving_takes_cases_people_and_roles_along(world: Any) -> None:
    wish = world.triaged()
    steward = world.steward()
    history = list(CaseEvent.objects.filter(case=wish.case).values_list("number", "move", "note"))
    done = move_place(actor=SYSTEM, place=world.place(), parent=world.place("功德林街道"), at=world.at)
    case = Case.objects.get(pk=wish.pk)
    path = "5401.540102.540102006.540102005002."
    assert (case.place_path, case.responsible_path, world.place().path) == (path, path, path)
    assert Party.objects.get(pk=wish.reporter_id).place_path == path
    assert RoleAssignment.objects.get(user=steward.user_id).place_path == path
    assert done.cases == 1
    assert done.others >= 3
    assert list(CaseEvent.objects.filter(case=wish.case).values_list("number", "move", "note")) == history
    leader = world.actor("leader", "功德林街道")
    assert Case.objects.visible_to(leader).filter(pk=case.pk).exists()


def test_merging_points_everything_at_the_unit_that_took_over(world: Any) -> None:
    given = places.add_provisional_place(name="向阳社区", parent=world.place("扎细街道"), at=world.at)
    wish = world.wish(place=given)
    due = Case.objects.get(pk=wish.pk).resolution_due_at
    user = world.user("grid_worker", "扎细新村社区")
    RoleAssignment.objects.create(
        user=user, role="grid_worker", place=given, place_path=given.path, valid_from=date(2024, 1, 1)
    )
    RoleAssignment.objects.create(
        user=user, role="member", place=given, place_path=given.path, valid_from=date(2024, 1, 1)
    )
    merge_place(actor=SYSTEM, place=given, into=world.place(), at=world.at)
    case = Case.objects.get(pk=wish.pk)
    assert (case.place, case.place_path, case.responsible_unit) == (
        world.place(),
        world.place().path,
        world.place(),
    )
    assert case.resolution_due_at == due
    open_roles = RoleAssignment.objects.filter(user=user, valid_to__isnull=True)
    assert sorted(open_roles.values_list("role", "place_path")) == [
        ("grid_worker", world.place().path),
        ("member", world.place().path),
    ]


def test_the_page_of_a_steward(world: Any, client: Client) -> None:
    given = places.add_provisional_place(name="向阳社区", parent=world.place("扎细街道"), at=world.at)
    wish = world.wish(place=given)
    client.force_login(world.user("steward", "扎细街道"))
    url = f"/staff/places/{given.code}/merge/"
    page = client.get(url)
    assert page.status_code == 200
    assert "1 件会跟着变更" in page.content.decode()
    assert client.post(url, {"target": "不存在"}).status_code == 422
    assert client.post(url, {"target": "雪社区"}).status_code == 422
    assert client.post(url, {"target": given.code}).status_code == 422
    assert client.post(url, {"target": "扎细新村"}).status_code == 302
    assert Case.objects.get(pk=wish.pk).place == world.place()
    assert (
        client.post(f"/staff/places/{world.place().code}/merge/", {"target": "扎细社区"}).status_code == 403
    )
