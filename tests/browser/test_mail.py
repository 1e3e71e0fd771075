"""Mails in a real Chromium: nothing sticks out, all is legible in light and dark, nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import NoBrowser, running
from tests.browser.mailshots import SCHEMES, SIZES, mails, page

pytestmark = pytest.mark.browser

#: Contrast of every text with the ground it stands on (WCAG 2.1, 1.4.3); the least of all, and where.
CONTRAST = """() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = rgb(c).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c; } return 'rgb(255,255,255)' };
  let least = [99, ''];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    if (!text || text === '·' || text === '■' || !e.getClientRects().length || text === '\\u00a0') continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, text];
  }
  return least; }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with running() as started:
            yield started
    except NoBrowser as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def mailed() -> dict[str, dict[str, Any]]:
    return mails()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_mails_fit_their_screen_and_are_legible_on_it(
    browser: Browser, mailed: dict[str, dict[str, Any]], size: str, scheme: str
) -> None:
    for name, mail in mailed.items():
        with page(browser, mail, size, scheme) as tab:
            width = tab.evaluate("document.documentElement.scrollWidth")
            assert width <= SIZES[size][0], f"{name} sticks out"
            ratio, text = tab.evaluate(CONTRAST)
            assert ratio >= 4.5, f"{name}: {text!r} has a contrast of {ratio:.1f}"
            ground = tab.evaluate(
                "getComputedStyle(document.querySelector('.card')).backgroundColor"
            )
            assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 31, 39)"}[scheme]


def test_the_chart_is_a_picture_in_the_mail_with_words_for_those_who_do_not_see_it(
    browser: Browser, mailed: dict[str, dict[str, Any]]
) -> None:
    with page(browser, mailed["digest-de"], "desk", "light") as tab:
        assert tab.evaluate("document.images[0].naturalWidth") == 1120
        assert "dafür: 10" in (tab.get_attribute("img", "alt") or "")


@pytest.mark.parametrize("name", ["alert-de", "digest-de"])
def test_without_its_style_sheet_a_mail_reads_the_same(
    browser: Browser, mailed: dict[str, dict[str, Any]], name: str
) -> None:
    with page(browser, mailed[name], "desk", "light") as tab:
        before = tab.evaluate("document.body.getBoundingClientRect().height")
        tab.evaluate("document.querySelector('style').remove()")
        assert tab.evaluate("document.body.getBoundingClientRect().height") == before
        assert tab.evaluate(CONTRAST)[0] >= 4.5


def test_a_mail_is_below_the_size_at_which_clients_cut_it(
    mailed: dict[str, dict[str, Any]],
) -> None:
    assert {
        n: len(m["html"].encode()) for n, m in mailed.items() if len(m["html"].encode()) > 102_000
    } == {}
