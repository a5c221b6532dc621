"""Finding support and partners in a real Chromium: forms, map, both widths, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_fixtures import NARROW, WIDE, serving, violations, visiting
from playwright.sync_api import Browser, expect
from portal_fixtures import publish
from test_partners import RECORDS
from test_support import ORGANISATIONS, PROGRAMMES

pytestmark = pytest.mark.browser

#: Pages by the language of the browser, so that none is offered another.
PAGES = {
    "en-GB": [
        "/support",
        "/support?country=LT&stage=start&need=money&need=advice",
        "/support?need=space&country=DE",
        "/partners",
        "/baltic/enterprises/dk-bybi",
        "/baltic/enterprises/lv-silent",
    ],
    "lt": ["/lt/support", "/lt/support?country=PL", "/lt/partners?code=trade&country=DK"],
}


@pytest.fixture(scope="module")
def supported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal over the records with which support and partners are tested."""
    records = {
        "enterprises": RECORDS["enterprises"],
        "organisations": ORGANISATIONS + RECORDS["organisations"],
        "programmes": PROGRAMMES,
    }
    with serving(publish(tmp_path_factory.mktemp("supported"), records)) as base:
        yield base


@pytest.mark.parametrize("locale", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_and_fits(
    browser: Browser, supported: str, size: dict[str, int], scheme: str, locale: str
):
    options = {"viewport": size, "color_scheme": scheme, "locale": locale}
    with visiting(browser, supported, **options) as visit:
        for path in PAGES[locale]:
            page = visit.open(path)
            assert violations(page) == [], path
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= size["width"], path


def test_from_a_choice_to_an_organisation(browser: Browser, supported: str):
    with visiting(browser, supported) as visit:
        page = visit.open("/support")
        page.get_by_label("Lithuania").check()
        page.get_by_label("Advice").check()
        page.get_by_role("button", name="Find support").click()
        assert page.url == f"{supported}/support?country=LT&need=advice#results"
        expect(page.locator("#results")).to_be_in_viewport()
        expect(page.get_by_label("Lithuania")).to_be_checked()
        expect(page.locator("#map .map-marker button")).to_have_count(1)
        page.get_by_role("link", name="lt adviser").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("lt adviser")


def test_closed_programmes_unfold(browser: Browser, supported: str):
    with visiting(browser, supported) as visit:
        page = visit.open("/support?country=LT")
        closed = page.get_by_role("link", name="lt closed")
        expect(closed).to_be_hidden()
        page.get_by_text("2 programmes closed or over").click()
        expect(closed).to_be_visible()


def test_it_works_by_keyboard_and_without_scripts(browser: Browser, supported: str):
    with visiting(browser, supported, java_script_enabled=False) as visit:
        page = visit.open("/support")
        page.get_by_label("Money").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator("#count")).to_be_visible()
        assert page.url == f"{supported}/support?need=money#results"


def test_the_choice_of_partners_leads_to_a_list(browser: Browser, supported: str):
    with visiting(browser, supported) as visit:
        page = visit.open("/partners")
        page.get_by_label("What is it about?").select_option("trade")
        page.get_by_label("Who?").select_option("offers")
        page.get_by_role("button", name="Find partners").click()
        page.get_by_role("link", name="All 3 in the list").click()
        expect(page.locator(".card")).to_have_count(3)


def test_a_match_leads_to_its_own_page_that_matches_back(browser: Browser, supported: str):
    with visiting(browser, supported) as visit:
        page = visit.open("/baltic/enterprises/dk-bybi")
        page.locator(".partners").get_by_role("link", name="PL-BOTH").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("PL-BOTH")
        expect(page.locator(".partners").get_by_role("link", name="DK-BYBI")).to_be_visible()


def test_the_real_records_fit(browser: Browser, real_address: str):
    with visiting(browser, real_address, viewport=NARROW, locale="pl") as visit:
        for path in ("/pl/support", "/pl/support?need=money", "/pl/support?country=PL&stage=start"):
            page = visit.open(path)
            assert violations(page) == []
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
