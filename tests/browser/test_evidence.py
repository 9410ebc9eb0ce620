"""Adding photos and covering faces in a real browser: by mouse, by finger, by keyboard; what is drawn is what is released."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image, ImageStat

from wishloop.core.actor import SYSTEM

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    root = tmp_path / "media"
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": str(root)}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    return root


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1200, 900), 100).convert("RGB").save(out, "JPEG", quality=92)
    return out.getvalue()


def page_of(browser: Any, base: str, actor: Any, *, javascript: bool = True, **options: Any) -> Any:
    """Return a page signed in as an actor's account."""
    from django.test import Client

    from wishloop.parties.models import User

    client = Client()
    client.force_login(
        User.objects.get(pk=actor.user_id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    context = browser.new_context(java_script_enabled=javascript, locale="zh-CN", **options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return context.new_page()


def prepared(make_world: Any) -> tuple[Any, Any, Any]:
    from wishloop.evidence.operations import store_medium
    from wishloop.parties import operations as parties
    from wishloop.wishes import operations as wishes

    world = make_world()
    person = world.resident()
    parties.record_consents(actor=SYSTEM, party=person, purposes=["publish_photo"], at=world.at)
    wish, _helper = world.claimed(reporter=person)
    steward = world.steward()
    medium = store_medium(actor=steward, upload=photo(), filename="a.jpg", at=world.at)
    wishes.attach_evidence(
        actor=steward, wish_id=wish.pk, medium_id=medium.pk, purpose="handover", at=world.at
    )
    return wish, steward, medium


def released_boxes(medium: Any) -> list[list[float]]:
    from wishloop.evidence.models import Medium

    return list(Medium.objects.get(pk=medium.pk).public_boxes)


def test_drawn_with_the_mouse_and_steered_by_keys(browser: Any, live_server: Any, make_world: Any) -> None:
    wish, steward, medium = prepared(make_world)
    page = page_of(browser, live_server.url, steward, viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(live_server.url + reverse("evidence:blur", args=[wish.case.code, medium.pk]))
    page.wait_for_load_state("networkidle")
    stage = page.locator("[data-stage]").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return stage["x"] + stage["width"] * x / 100, stage["y"] + stage["height"] * y / 100

    page.mouse.move(*at(20, 20))
    page.mouse.down()
    page.mouse.move(*at(30, 30))
    page.mouse.move(*at(40, 50))
    page.mouse.up()
    assert page.locator(".blur-box").count() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.click("[data-add]")
    page.keyboard.press("Delete")
    assert page.locator(".blur-box").count() == 1
    page.keyboard.press("Control+z")
    assert page.locator(".blur-box").count() == 2
    page.keyboard.press("Control+z")
    assert page.locator(".blur-box").count() == 1
    page.click("button[value=preview]")
    page.wait_for_selector(".blur-preview")
    assert page.locator(".blur-box").count() == 1, "still there after the preview"
    page.click("button[value=publish]")
    page.wait_for_url("**/staff/wishes/*/")
    [box] = released_boxes(medium)
    assert [round(value) for value in box] == [21, 20, 20, 31]
    public = page.request.get(live_server.url + reverse("evidence:public", args=[medium.pk]))
    with Image.open(io.BytesIO(public.body())) as image:
        inside = image.convert("L").crop((300, 225, 440, 400))
        outside = image.convert("L").crop((700, 500, 900, 700))
    assert ImageStat.Stat(inside).var[0] < ImageStat.Stat(outside).var[0] / 20
    assert errors == []


def test_drawn_with_a_finger_on_a_phone(browser: Any, live_server: Any, make_world: Any) -> None:
    wish, steward, medium = prepared(make_world)
    page = page_of(
        browser,
        live_server.url,
        steward,
        viewport={"width": 360, "height": 780},
        has_touch=True,
        is_mobile=True,
    )
    page.goto(live_server.url + reverse("evidence:blur", args=[wish.case.code, medium.pk]))
    page.wait_for_load_state("networkidle")
    page.locator("[data-stage]").scroll_into_view_if_needed()
    stage = page.locator("[data-stage]").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [
            {"x": stage["x"] + stage["width"] * x / 100, "y": stage["y"] + stage["height"] * y / 100}
        ]  # fmt: skip
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 10, 10)
    send("touchMove", 30, 20)
    send("touchMove", 60, 40)
    send("touchEnd", 60, 40)
    assert page.locator(".blur-box").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("button[value=publish]")
    page.wait_for_url("**/staff/wishes/*/")
    [box] = released_boxes(medium)
    assert [round(value) for value in box] == [10, 10, 50, 30]


def test_numbers_do_without_javascript(browser: Any, live_server: Any, make_world: Any) -> None:
    wish, steward, medium = prepared(make_world)
    page = page_of(
        browser, live_server.url, steward, javascript=False, viewport={"width": 360, "height": 780}
    )
    page.goto(live_server.url + reverse("evidence:blur", args=[wish.case.code, medium.pk]))
    table = page.locator(".blur-numbers").bounding_box()
    assert table["x"] + table["width"] <= 360, "the open table fits a phone"
    for name, value in (("x", "5"), ("y", "6"), ("w", "70"), ("h", "80.5")):
        page.fill(f"tbody tr:first-child input[name={name}]", value)
    page.click("button[value=publish]")
    assert released_boxes(medium) == [[5, 6, 70, 80.5]]


def test_files_go_up_one_by_one(browser: Any, live_server: Any, make_world: Any, tmp_path: Path) -> None:
    wish, steward, _medium = prepared(make_world)
    (tmp_path / "good.jpg").write_bytes(photo())
    (tmp_path / "bad.jpg").write_bytes(b"MZ" + bytes(500))
    page = page_of(browser, live_server.url, steward, viewport={"width": 360, "height": 780})
    page.goto(live_server.url + reverse("evidence:upload", args=[wish.case.code]))
    page.set_input_files("#id_file", [str(tmp_path / "bad.jpg"), str(tmp_path / "good.jpg")])
    page.click("[data-upload] .form-actions button")
    page.wait_for_selector(".upload-good")
    assert "这是一个程序" in page.locator(".upload-bad").inner_text()
    assert wish.case.evidence.count() == 2


def test_axe_finds_nothing_serious(browser: Any, live_server: Any, make_world: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    wish, steward, medium = prepared(make_world)
    page = page_of(browser, live_server.url, steward, viewport={"width": 360, "height": 780})
    for name, args in (("evidence:blur", [wish.case.code, medium.pk]), ("evidence:upload", [wish.case.code])):
        page.goto(live_server.url + reverse(name, args=args))
        if name == "evidence:blur":
            page.click("[data-add]")
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
