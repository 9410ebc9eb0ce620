"""Places and calendars in a real browser on a phone: without scripts, by keyboard, and nothing axe calls serious."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COMMUNITY = "540102005002"


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


def page_of(browser: Any, base: str, user: Any, **options: Any) -> Any:
    """Return a phone-sized page signed in as an account."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 780}, **options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return context.new_page()


def test_a_half_day_is_entered_without_scripts(browser: Any, live_server: Any, make_world: Any) -> None:
    from wishloop.places.queries import working_time_of

    world = make_world()
    page = page_of(
        browser, live_server.url, world.user("administrator", "扎细街道"), java_script_enabled=False
    )
    page.goto(f"{live_server.url}/staff/places/{COMMUNITY}/calendar/?year=2026")
    page.fill("#days_first", "2026-03-04")
    page.check("input[name=kind][value=hours]")
    page.fill("#days_hours", "9点半")
    page.fill("#days_reason", "停电检修")
    page.click("#enter button")
    assert "请写成 09:30-13:00" in page.inner_text("main")
    assert page.input_value("#days_reason") == "停电检修"
    page.fill("#days_hours", "9:30-13:00")
    page.click("#enter button")
    assert "停电检修" in page.inner_text("main")
    path = world.place().path
    working = working_time_of(place_path=path, first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert [f"{a:%H:%M}-{b:%H:%M}" for a, b in working.spans(date(2026, 3, 4))] == ["09:30-13:00"]


def test_a_name_residents_gave_is_merged_by_keyboard(browser: Any, live_server: Any, make_world: Any) -> None:
    from wishloop.cases.models import Case
    from wishloop.places.operations import add_provisional_place

    world = make_world()
    given = add_provisional_place(name="扎细新区社区", parent=world.place("扎细街道"), at=world.at)
    wish = world.wish(place=given)
    page = page_of(browser, live_server.url, world.user("steward", "扎细街道"))
    page.goto(f"{live_server.url}/staff/places/to-confirm/")
    page.get_by_role("link", name="并入已有单位").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/merge/")
    page.get_by_label("单位").focus()
    page.keyboard.type("扎细新村")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/places/{COMMUNITY}/")
    assert "扎细新区社区" in page.inner_text("main")
    assert Case.objects.get(pk=wish.pk).place == world.place()


def test_nothing_serious_and_nothing_wider_than_a_phone(
    browser: Any, live_server: Any, make_world: Any
) -> None:
    from wishloop.places.operations import add_provisional_place

    world = make_world()
    add_provisional_place(name="向阳社区", parent=world.place("扎细街道"), at=world.at)
    page = page_of(browser, live_server.url, world.user("administrator", "城关区"), bypass_csp=True)
    for path in (
        "places/", "places/?q=扎细", "places/540102/", f"places/{COMMUNITY}/edit/", f"places/{COMMUNITY}/add/",
        f"places/{COMMUNITY}/calendar/", f"places/{COMMUNITY}/merge/", "places/to-confirm/", "places/import/",
        "rules/", "rules/new/",
    ):  # fmt: skip
        assert page.goto(f"{live_server.url}/staff/{path}").status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        serious = [
            v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")
        ]
        assert serious == [], path
