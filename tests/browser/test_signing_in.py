"""Signing in with a real browser: passkeys under the strict content policy, and pages that axe finds nothing serious in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a page of a phone-sized Chromium that fails the test on any script or policy error."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        found = browser.new_page(viewport={"width": 360, "height": 780}, locale="zh-CN")
        errors: list[str] = []
        found.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        found.on("pageerror", lambda error: errors.append(str(error)))
        yield found
        browser.close()
        assert errors == []


def _sign_in(page: Any, base: str, username: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("#sign-in button[type=submit]")


def test_a_passkey_from_adding_it_to_signing_in_without_a_password(
    page: Any, live_server: Any, make_world: Any
) -> None:
    user = make_world().user("volunteer")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    base = live_server.url
    _sign_in(page, base, user.username)
    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.fill("#id_name", "我的手机")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    page.goto(f"{base}/accounts/2fa/webauthn/")
    assert "我的手机" in page.inner_text("main")
    page.goto(f"{base}/accounts/logout/")
    page.click("main button[type=submit]")
    page.goto(f"{base}/accounts/login/?next=/staff/account/")
    page.click("#passkey_login")
    page.wait_for_url(f"{base}/staff/account/")
    assert user.display_name in page.inner_text("main")


def test_nothing_serious_on_the_pages_of_people(page: Any, live_server: Any, make_world: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    world = make_world()
    person = world.resident(name="格桑央金")
    user = world.user("administrator", "扎细街道")
    base = live_server.url
    _sign_in(page, base, user.username)
    addresses = [
        "/staff/people/", "/staff/people/new/", f"/staff/people/{person.pk}/", f"/staff/people/{person.pk}/consent/",
        f"/staff/people/{person.pk}/account/", "/staff/people/import/", "/staff/accounts/",
        f"/staff/accounts/{user.pk}/", "/staff/views/", "/staff/account/", "/accounts/2fa/", "/accounts/logout/",
    ]  # fmt: skip
    for address in addresses:
        page.goto(base + address)
        found = Axe().run(page).response["violations"]
        serious = [
            (row["id"], row["nodes"][0]["html"]) for row in found if row["impact"] in ("serious", "critical")
        ]
        assert serious == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
