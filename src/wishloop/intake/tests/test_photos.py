"""Photos at the doors."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.world import World, jpeg

from wishloop.cases.models import CaseEvidence
from wishloop.evidence.models import Medium
from wishloop.intake.operations import tracking_secret
from wishloop.intake.tests.test_public_form import FORM, filled, send
from wishloop.wishes.models import Wish


@pytest.fixture(autouse=True)
def _easy(settings: Any) -> None:
    settings.PROOF_OF_WORK_MAX_NUMBER = 50


def photo(name: str = "a.jpg", colour: tuple[int, int, int] = (10, 20, 30)) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(colour))


def test_photos_sent_with_the_first_step_arrive_with_the_wish(world: World, client: Client) -> None:
    data = filled(world)
    preview = client.post(FORM, {**data, "action": "preview", "photos": [photo(), photo("b.jpg", (9, 9, 9))]})
    assert "附了 2 张照片" in preview.content.decode()
    kept = dict(preview.context["form"].kept())
    assert Wish.objects.count() == 0
    back = client.post(FORM, {**kept, "action": "edit"}).content.decode()
    assert "已附上 2 张照片" in back
    assert send(client, kept).status_code == 302
    found = CaseEvidence.objects.filter(case_id=Wish.objects.get().pk)
    assert [(item.purpose, item.public) for item in found] == [("need", False)] * 2
    assert all(item.medium.kept_at for item in found)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([SimpleUploadedFile("x.jpg", b"MZ\x90\x00 a program")], "照片"),
        ([SimpleUploadedFile("x.jpg", b"")], ""),
        ([photo(str(n), (n, n, n)) for n in range(4)], "最多三张"),
    ],
)
def test_what_is_no_photo_is_refused_and_the_words_kept(
    world: World, client: Client, files: list[SimpleUploadedFile], said: str
) -> None:
    response = client.post(
        FORM, {**filled(world, text="照片传错了也不丢字"), "action": "preview", "photos": files}
    )
    page = response.content.decode()
    assert response.status_code in ({200, 422} if not said else {413, 415, 422})
    assert said in page
    assert "照片传错了也不丢字" in page


def test_a_made_up_list_of_photos_counts_for_nothing(world: World, client: Client) -> None:
    client.post(FORM, {**filled(world), "action": "preview", "photos": [photo()]})
    medium = Medium.objects.get()
    assert send(client, filled(world, stored=str(medium.pk))).status_code == 302
    assert CaseEvidence.objects.count() == 0


def test_a_resident_adds_a_photo_later(world: World, client: Client) -> None:
    wish = world.wish()
    client.post("/track/", {"code": wish.case.code, "key": tracking_secret(wish.pk)})
    client.post(f"/track/{wish.case.code}/", {"action": "comment", "words": "", "photos": [photo()]})
    assert CaseEvidence.objects.get().case_id == wish.pk
    bad = client.post(
        f"/track/{wish.case.code}/",
        {"action": "comment", "words": "这句还在", "photos": [SimpleUploadedFile("x.jpg", b"no")]},
    )
    assert bad.status_code == 422
    assert "这句还在" in bad.content.decode()


def test_a_grid_worker_adds_a_photo_while_writing(world: World, client: Client) -> None:
    client.force_login(
        world.user("grid_worker"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    from wishloop.intake.tests.test_staff_entry import entry

    assert client.post("/staff/intake/new/", {**entry(world), "photos": [photo()]}).status_code == 302
    found = CaseEvidence.objects.select_related("medium").get()
    assert found.medium.uploaded_by_id is not None
