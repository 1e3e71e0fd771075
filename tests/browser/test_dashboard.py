"""The dashboard in a real Chromium: every page and filter, what strangers wrote, access, phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium, hostile
from tests.integration.watched import COVERAGE, TOKEN, Watched, dashboard, watched

pytestmark = pytest.mark.browser

#: Every kind of page; {alert} stands for one that exists.
PATHS = (
    "/",
    "/?stance=committed&region=west",
    "/actor/FR",
    "/measure/troops",
    "/alerts",
    "/alert/{alert}",
    "/alert/{alert}/story",
    "/map",
    "/trends",
    "/search?q=soldiers",
    "/sources",
    "/suppressed",
    "/system",
    "/login",
    "/api",
    "/nowhere",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("browser"), web=", per_minute: 100000") as found:
        found.take(COVERAGE)
        found.take(hostile.coverage())
        yield found


@pytest.fixture(scope="module")
def address(desk: Watched) -> Iterator[str]:
    with dashboard(desk.app) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium.running() as found:
            yield found
    except chromium.NoBrowser as problem:
        pytest.skip(str(problem))


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    found = browser.new_context(base_url=address, locale="en-GB", timezone_id="UTC")
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def alert_of(desk: Watched, actor: str) -> str:
    return next(a.id for a in desk.app.alerts(limit=500, actor=actor))


def paths(desk: Watched) -> list[str]:
    """Every page, the one of an alert also for each hostile alert."""
    plain = [path.format(alert=alert_of(desk, "FR")) for path in PATHS]
    evil = [a.id for a in desk.app.alerts(limit=500, actor="NO")][:3]
    return [*plain, *(f"/alert/{i}" for i in evil), "/actor/NO", "/search?q=norway+promises"]


def test_no_page_runs_what_strangers_wrote_or_reaches_for_another_host(context, desk, address):
    page = context.new_page()
    foreign: list[str] = []
    problems: list[str] = []
    page.on("dialog", lambda dialog: (problems.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((address, "data:", "blob:")) or foreign.append(request.url)
        ),
    )
    queries = [f"/search?q={q}" for q in ("<script>window.hit=1</script>", '"><svg onload=hit=1>')]
    for path in [
        *paths(desk),
        *queries,
        "/suppressed?reason=part_of_alert",
        "/login?next=javascript:hit=1",
    ]:
        page.goto(path)
        page.mouse.move(300, 300)
        assert page.evaluate("window.hit") is None, path
        assert page.url.startswith(address), path
    assert (foreign, problems) == ([], [])


def test_what_strangers_wrote_is_shown_as_the_text_it_is(page, desk):
    page.goto("/search?q=norway+promises")
    shown = page.locator("main").inner_text()
    for evil in ("<script>window.hit=1</script>", "<img src=x onerror=window.hit=1>"):
        assert evil in shown


def test_a_script_in_a_page_would_not_run_for_the_policy_forbids_it(page):
    page.goto("/")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        "document.body.append(s);"
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 1\">')"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize(
    ("scheme", "options"),
    [("light", {}), ("dark", {"runOnly": {"type": "rule", "values": ["color-contrast"]}})],
)
def test_no_page_has_a_serious_barrier(browser, address, desk, scheme, options):
    context = browser.new_context(base_url=address, locale="en-GB", color_scheme=scheme)
    page, found = context.new_page(), []
    for path in paths(desk):
        page.goto(path)
        passed, serious = barriers(page, options)
        assert passed, path
        found += [(path, *what) for what in serious]
    context.close()
    assert found == []


def barriers(page: Page, options: dict) -> tuple[int, list[tuple[str, list]]]:
    """How many rules of axe-core a page keeps, and which it breaks seriously, where."""
    told = Axe().run(page, options=options).response
    broken = [v for v in told["violations"] if v["impact"] in ("serious", "critical")]
    return len(told["passes"]), [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in broken]


def test_a_barrier_would_be_found(page):
    page.goto("/")
    page.evaluate("document.querySelector('.brand').textContent = ''")
    assert [name for name, _ in barriers(page, {})[1]] == ["link-name"]


def test_pages_of_who_has_signed_in_have_no_serious_barrier_either(context, desk):
    page = sign_in(context)
    page.goto(f"/alert/{alert_of(desk, 'FR')}")
    for summary in page.locator("summary").all():
        summary.click()
    assert barriers(page, {})[1] == []


@pytest.mark.parametrize("width", [360, 390, 768, 1400])
def test_no_page_is_wider_than_the_screen(browser, address, desk, width):
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = context.new_page()
    wide = []
    for path in paths(desk):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    context.close()
    assert wide == []


def cells(page: Page) -> int:
    return page.locator(".matrix td a").count()


@pytest.mark.parametrize(
    ("name", "value"),
    [("region", "north"), ("measure", "air"), ("stance", "ruled_out")],
)
def test_a_filter_of_the_matrix_works_without_a_button(page, name, value):
    page.goto("/")
    whole = cells(page)
    page.select_option(f"select[name={name}]", value)
    page.wait_for_url(re.compile(f"{name}={value}"))
    assert 0 < cells(page) < whole
    page.click(".reset")
    assert cells(page) == whole


def test_the_filter_by_date_leaves_what_has_changed_since(page):
    page.goto("/")
    page.fill("input[name=since]", "2026-02-05")
    page.wait_for_url(re.compile("since=2026-02-05"))
    expect(page.locator('.matrix a[href="/actor/FR"]')).to_be_visible()
    expect(page.locator('.matrix a[href="/actor/PL"]')).to_have_count(0)


def test_the_slider_shows_the_matrix_of_another_day(page):
    page.goto("/")
    expect(page.locator('td a[href="/actor/BE#air"]')).to_have_class("s-ruled_out")
    slider = page.get_by_role("slider", name="True on")
    slider.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("as_of=2026-02-03"))
    expect(page.locator('td a[href="/actor/BE#air"]')).to_have_class("s-committed")
    expect(page.get_by_role("status")).to_contain_text("3 Feb 2026")


def test_the_slider_of_knowledge_shows_what_was_not_known_yet(page):
    page.goto("/")
    page.fill("input[name=known_at]", "2026-02-01")
    page.wait_for_url(re.compile("known_at=2026-02-01"))
    expect(page.locator('td a[href="/actor/NL#troops"]')).not_to_have_class("s-committed")


def test_the_arrows_walk_over_the_matrix_and_a_slash_goes_to_the_search(page):
    page.goto("/")
    page.locator(".matrix tbody a").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.closest('td').cellIndex") == 1
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('td').cellIndex") == 1
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") > 1
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page):
    page.goto("/alerts")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_screen_reader_hears_each_cell_in_words(page):
    page.goto("/")
    name = "committed, up to 1,200 soldiers, if: a ceasefire, 7 d"
    expect(page.get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Netherlands")).to_be_visible()
    expect(page.get_by_role("columnheader", name="troops")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("actor", "BE"),
        ("region", "north"),
        ("measure", "air"),
        ("kind", "withdrawn"),
        ("severity", "critical"),
        ("confirmation", "unconfirmed"),
    ],
)
def test_a_filter_of_the_stream_leaves_less_and_only_what_fits(page, name, value):
    page.goto("/alerts")
    whole = page.locator("article.change").count()
    page.select_option(f"select[name={name}]", value)
    page.wait_for_url(re.compile(f"{name}={value}"))
    assert 0 < page.locator("article.change").count() < whole


def test_the_sources_are_sorted_by_a_click_on_a_heading(page):
    page.goto("/sources")
    heading = page.get_by_role("columnheader", name="Entries")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"


def test_the_map_leads_to_the_state_that_is_clicked(page):
    page.goto("/map?measure=troops")
    page.get_by_role("link", name=re.compile("^France: committed")).first.click()
    page.wait_for_url(re.compile("/actor/FR#troops"))


def test_the_map_follows_the_measure_that_is_chosen(page):
    page.goto("/map?measure=troops")
    page.select_option("select[name=measure]", "air")
    page.wait_for_url(re.compile("measure=air"))
    expect(page.locator(".mapbox figcaption")).to_contain_text("air policing")


def test_the_language_and_the_theme_are_kept(page):
    page.goto("/")
    page.get_by_role("link", name="Deutsch").click()
    page.goto("/alerts")
    expect(page.locator("h1")).to_have_text("Änderungen")
    page.get_by_role("link", name="Hell").click()
    page.get_by_role("link", name="Dunkel").click()
    page.goto("/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(20, 23, 27)"


def sign_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=name]", "Ana")
    page.fill("input[name=token]", TOKEN)
    page.click("main button")
    page.wait_for_url(re.compile("/$"))
    return page


def test_who_signs_in_can_say_what_is_right_and_silence_the_rest(context, desk):
    page = sign_in(context)
    path = f"/alert/{alert_of(desk, 'NL')}"
    page.goto(path)
    page.fill("form[action$=confirm] input[name=remark]", "checked against the transcript")
    page.get_by_role("button", name="It is right").click()
    expect(page.locator("aside")).to_contain_text("checked against the transcript")
    page.locator("summary", has_text="Silence").click()
    page.fill("input[name=reason]", "told by telephone")
    page.get_by_role("button", name="Silence …").click()
    page.wait_for_url(re.compile("/system"))
    expect(page.locator("main")).to_contain_text("told by telephone")
    page.get_by_role("button", name="end now").click()
    expect(page.locator("main")).not_to_contain_text("told by telephone")
    page.get_by_role("button", name="Sign out Ana").click()
    page.goto(path)
    expect(page.get_by_role("button", name="It is right")).to_have_count(0)


def test_a_page_prints_without_its_menu_and_with_its_colours(page, desk):
    page.goto(f"/alert/{alert_of(desk, 'FR')}")
    page.emulate_media(media="print")
    assert not page.locator(".top nav").is_visible()
    assert page.pdf()[:4] == b"%PDF"


def test_every_page_works_without_scripts(browser, address, desk):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/")
    page.select_option("select[name=measure]", "air")
    page.click("#filters button")
    assert "measure=air" in page.url
    expect(page.locator('.matrix a[href="/actor/BE"]')).to_be_visible()
    context.close()


def test_the_pages_of_a_day_say_so(page):
    page.goto(f"/?as_of={date(2026, 2, 3)}")
    expect(page.get_by_role("status")).to_be_visible()
