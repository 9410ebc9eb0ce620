"""Importing by page: look first, commit in the background, get the bad rows back."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.world import World

from wishloop.core.clock import now
from wishloop.intake.models import ImportRun
from wishloop.intake.operations.import_runs import carry_out_import, clear_old_files
from wishloop.wishes.models import Wish

URL = "/staff/intake/import/"


@pytest.fixture
def desk(world: World, client: Client, settings: Any, tmp_path: Any) -> Client:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    client.force_login(
        world.user("steward", "城关区"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def upload(client: Client, data: bytes, name: str = "心愿.csv", place: str = "540102") -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, data), "place": place})


DATA = (
    "心愿,社区,电话,多余\n想要轮椅,扎细新村社区,,x\n=HYPERLINK(1),,123,x\n想要棉被,,13908910001,x\n".encode()
)


def test_look_commit_and_get_the_bad_rows_back(world: World, desk: Client) -> None:
    sent = upload(desk, DATA)
    run = ImportRun.objects.get()
    assert sent["Location"] == f"{URL}{run.pk}/"
    page = desk.get(sent["Location"]).content.decode()
    assert (run.state, run.created_count, run.total_rows) == ("previewed", 2, 3)
    assert "电话号码不存在" in page
    assert "多余" in page
    assert Wish.objects.count() == 0
    book = load_workbook(io.BytesIO(desk.get(f"{URL}{run.pk}/rejected.xlsx").content))
    cells = [cell.value for cell in book.active[2]]
    assert "'=HYPERLINK(1)" in cells
    assert 3 in cells
    assert desk.post(f"{URL}{run.pk}/commit/", {"action": "commit"}).status_code == 302
    busy = desk.get(sent["Location"])
    assert "<progress" in busy.content.decode()
    assert busy["Refresh"] == "3"
    carry_out_import(run_id=run.pk, at=now())
    run.refresh_from_db()
    assert (run.state, run.created_count, run.existing_count, run.done_rows, len(run.rejected)) == (
        "done",
        2,
        0,
        3,
        1,
    )
    assert Wish.objects.count() == 2
    carry_out_import(run_id=run.pk, at=now())
    assert Wish.objects.count() == 2
    assert desk.post(f"{URL}{run.pk}/commit/", {"action": "commit"}).status_code == 409


def test_cancelling_drops_the_file(world: World, desk: Client) -> None:
    upload(desk, DATA)
    run = ImportRun.objects.get()
    desk.post(f"{URL}{run.pk}/commit/", {"action": "cancel"})
    run.refresh_from_db()
    assert (run.state, run.file_key) == ("cancelled", "")
    assert Wish.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"PK\x03\x04x", "打不开"),
        ("姓名\n张\n".encode(), "心愿"),
        (b"\x7fELF" + bytes(300), "不是表格"),
    ],
)
def test_files_that_are_none_are_named(world: World, desk: Client, data: bytes, said: str) -> None:
    response = upload(desk, data)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_file_too_large_is_refused(world: World, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wishloop.intake.operations.import_runs.MAX_FILE_BYTES", 100)
    response = upload(desk, b"x" * 101)
    assert response.status_code == 413
    assert "最大" in response.content.decode()


def test_a_run_is_its_uploaders_own(world: World, desk: Client) -> None:
    upload(desk, DATA)
    run = ImportRun.objects.get()
    other = Client()
    other.force_login(
        world.user("steward", "城关区"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert other.get(f"{URL}{run.pk}/").status_code == 404
    assert other.get(f"{URL}{UUID(int=1)}/").status_code == 404


def test_the_templates_are_read_back(world: World, desk: Client) -> None:
    for kind in ("xlsx", "csv"):
        data = desk.get(f"{URL}template.{kind}").content
        assert upload(desk, data, f"t.{kind}").status_code == 302
    assert [run.rejected for run in ImportRun.objects.all()] == [[], []]
    sheet = load_workbook(io.BytesIO(desk.get(f"{URL}template.xlsx").content)).active
    assert len(sheet.data_validations.dataValidation) == 6


def test_old_files_are_cleared_and_counts_stay(world: World, desk: Client) -> None:
    from datetime import timedelta

    upload(desk, DATA)
    assert clear_old_files(at=now()) == 0
    assert clear_old_files(at=now() + timedelta(days=8)) == 1
    run = ImportRun.objects.get()
    assert (run.file_key, run.created_count) == ("", 2)
    assert desk.get(f"{URL}{run.pk}/rejected.xlsx").status_code == 410
