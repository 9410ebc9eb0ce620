"""One wish from a resident's phone to its confirmed end, in a phone-sized Chromium; and pages that axe finds nothing serious in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wishloop.wishes import operations as wishes
from wishloop.wishes.models import Wish

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"
PHONE, DESK = (360, 780), (1280, 900)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start Chromium once a test."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    flags = [
        "--no-sandbox",
        "--disable-background-networking",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
    ]
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


def _page(browser: Any, size: tuple[int, int] = PHONE, **context: Any) -> Any:
    opened = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", **context
    ).new_page()
    opened.errors = []
    opened.on(
        "console",
        lambda m: opened.errors.append(m.text) if m.type == "error" and "status of 4" not in m.text else None,
    )
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    return opened


def _sign_in(page: Any, base: str, username: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("#sign-in button[type=submit]")
    page.wait_for_url("**/staff/**")


def test_one_wish_on_phones(
    browser: Any, live_server: Any, make_world: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PROOF_OF_WORK_MAX_NUMBER = 500
    world, base = make_world(), live_server.url
    steward, member = world.user("steward"), world.user("member")
    resident = _page(browser)
    resident.goto(f"{base}/wish/")
    resident.fill("#id_text", "想要一辆轮椅，推老伴出去晒太阳")
    resident.select_option("#id_place", label="扎细新村社区")
    resident.fill("#id_name", "次仁")
    resident.fill("#id_phone", "13908910001")
    for name in ("collect", "publish", "publish_photo"):
        resident.check(f"input[name={name}]")
    resident.click("button[value=preview]")
    resident.wait_for_selector("text=这是它公开后的样子")
    resident.click("button[value=send]")
    resident.wait_for_selector("text=您的心愿已收到")
    wish = Wish.objects.select_related("case").get()
    code = wish.case.code
    assert code in resident.content()

    desk = _page(browser, DESK)
    _sign_in(desk, base, steward.username)
    desk.goto(f"{base}/staff/desk/")
    desk.click(f"a[href='/staff/wishes/{code}/']")
    desk.select_option("#id_triage_category_code", "assistive_device")
    desk.click("#do-triage form button")
    desk.wait_for_selector("text=已分类")
    desk.click("#do-publish form button")
    desk.wait_for_selector("text=已公开，等待认领")

    helper = _page(browser)
    _sign_in(helper, base, member.username)
    helper.goto(f"{base}/staff/wishes/near/")
    helper.click(f"a[href='/staff/wishes/{code}/claim/']")
    helper.check("#id_terms")
    helper.click("text=我来认领 >> visible=true")
    helper.wait_for_selector("text=已认领，谢谢您")
    photo = tmp_path / "handover.jpg"
    from tests.world import jpeg

    photo.write_bytes(jpeg(size=(800, 600)))
    grant = helper.locator("#do-grant")
    if not grant.get_attribute("open"):
        grant.locator("summary").click() if grant.get_attribute("open") is None else None
    helper.fill("#id_grant_result", "轮椅送到家，老人出门晒了太阳")
    helper.set_input_files("#id_grant_photos", str(photo))
    grant.locator("form button").click()
    helper.wait_for_selector("text=已登记圆梦")

    resident.goto(f"{base}/track/")
    resident.fill("input[name=code]", code)
    resident.fill("input[name=key]", "0001")
    resident.click("main form button")
    resident.wait_for_selector("text=已圆梦")
    public = _page(browser)
    public.goto(f"{base}/wishes/{code}/")
    assert "轮椅送到家" in public.content()
    assert "次仁" not in public.content()
    assert resident.errors + desk.errors + helper.errors + public.errors == []


def _serious(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in {"serious", "critical"}
    ]


PUBLIC = [
    "/",
    "/wishes/",
    "/map/",
    "/figures/",
    "/thanks/",
    "/wish/",
    "/track/",
    "/how/",
    "/privacy/",
    "/accessibility/",
    "/nothing/",
]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_in_public(
    browser: Any, live_server: Any, make_world: Any, size: tuple[int, int]
) -> None:
    world = make_world()
    wish, _helper = world.granted()
    wishes.confirm_wish(
        actor=world.resident_actor(wish), wish_id=wish.pk, solved=True, rating=5, words="谢谢", at=world.at
    )
    page = _page(browser, size)
    wrong = {}
    for path in [*PUBLIC, f"/wishes/{wish.case.code}/"]:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        if found := _serious(page):
            wrong[path] = found
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], f"{path} scrolls sideways"
    assert wrong == {}
    assert page.errors == []


@pytest.mark.parametrize("look", ["dark", "large", "bo"])
def test_axe_in_other_looks(browser: Any, live_server: Any, make_world: Any, look: str) -> None:
    world = make_world()
    world.published()
    page = _page(browser, color_scheme="dark" if look == "dark" else "light")
    if look == "large":
        page.context.add_cookies([{"name": "type", "value": "large", "url": live_server.url}])
    if look == "bo":
        page.context.add_cookies([{"name": "django_language", "value": "bo", "url": live_server.url}])
    wrong = {}
    for path in ("/", "/wishes/", "/wish/", "/track/"):
        page.goto(live_server.url + path)
        if found := _serious(page):
            wrong[path] = found
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], f"{path} scrolls sideways"
    assert wrong == {}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_for_staff(
    browser: Any, live_server: Any, make_world: Any, size: tuple[int, int]
) -> None:
    world = make_world()
    user = world.user("steward")
    wish, published = world.wish(), world.published()
    page = _page(browser, size)
    _sign_in(page, live_server.url, user.username)
    wrong = {}
    paths = ["/staff/today/", "/staff/inbox/?view=all", "/staff/desk/", f"/staff/wishes/{wish.case.code}/",
             f"/staff/wishes/{published.case.code}/", "/staff/figures/", "/staff/people/", "/staff/places/", "/staff/categories/",
             "/staff/intake/new/"]  # fmt: skip
    for path in paths:
        answer = page.goto(live_server.url + path)
        assert answer.status == 200, path
        page.wait_for_load_state("networkidle")
        if found := _serious(page):
            wrong[path] = found
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], f"{path} scrolls sideways"
    assert wrong == {}
    assert page.errors == []


def test_the_map_draws_without_a_tile_server(browser: Any, live_server: Any, make_world: Any) -> None:
    from wishloop.places.operations import place_approximately

    world = make_world()
    place_approximately(district=world.place("城关区"), centre=(29.6536, 91.1406))
    for _ in range(3):
        world.published()
    page = _page(browser, DESK)
    page.goto(f"{live_server.url}/map/")
    page.wait_for_selector("[data-map][data-drawn]", timeout=20_000)
    page.wait_for_selector(".map-count", timeout=20_000)
    assert page.inner_text(".map-count") == "3"
    assert page.errors == []
