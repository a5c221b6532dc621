"""All kinds of pages of the platform over the network's own records, and the calendar by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_fixtures import NARROW, WIDE, violations, visiting

EVERY_KIND = [
    "/", "/search", "/search?q=impact", "/search?q=qwertyuiop",
    "/search?q=lodz&section=enterprises",
    "/baltic/events", "/baltic/events?_month=2024-05", "/baltic/events/2024-impact-day",
    "/baltic/articles", "/baltic/articles/how-to-use-the-data",
    "/baltic/articles/in-partnership-with-12-countries",
    "/baltic/library", "/baltic/library/the-third-way-mooc",
    "/support", "/support?country=LT&stage=start&need=money", "/partners",
    "/baltic/organisations/dk-sociale-entreprenorer-i-danmark",
    "/baltic/programmes/by-social-weekend-contest",
    "/countries", "/countries/lv", "/countries/compare?country=DK&country=LT&country=PL",
]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [(WIDE, "light", ""), (NARROW, "dark", ""), (WIDE, "dark", "/pl"), (NARROW, "light", "/lt")],
    ids=["1280-light-en", "390-dark-en", "1280-dark-pl", "390-light-lt"],
)
def test_axe_finds_nothing_on_any_page_of_the_platform(
    browser: Browser, real_address: str, size: dict[str, int], scheme: str, language: str
) -> None:
    with visiting(browser, real_address, viewport=size, color_scheme=scheme) as visitor:
        found = {}
        for path in EVERY_KIND:
            page = visitor.open(language + path)
            page.wait_for_load_state("networkidle")
            problems = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                problems.append("it scrolls sideways")
            if problems:
                found[path] = problems
        assert found == {}


def month_of(page: Page) -> str:
    return page.locator("#month-name").inner_text()


def test_a_reader_goes_through_the_months_and_back_to_the_list(
    browser: Browser, real_address: str
) -> None:
    with visiting(browser, real_address) as visitor:
        page = visitor.open("/baltic/events")
        page.get_by_role("link", name="Show by month").click()
        expect(page.locator(".month")).to_be_visible()
        page = visitor.open("/baltic/events?_month=2024-05")
        page.get_by_role("link", name="Next month").press("Enter")
        expect(page.locator("#month-name")).to_have_text("June 2024")
        page.get_by_role("checkbox", name="Denmark").check()
        expect(page.locator(".chips")).to_contain_text("Denmark")
        assert month_of(page) == "June 2024"
        page.go_back()
        page.go_back()
        expect(page.locator("#month-name")).to_have_text("May 2024")
        page.get_by_role("link", name="Show as a list").click()
        expect(page.locator(".card").first).to_be_visible()
        expect(page.locator("#map .map-marker button").first).to_be_visible()


def test_coming_and_past_are_chosen_with_and_without_scripts(
    browser: Browser, real_address: str
) -> None:
    for scripts in (True, False):
        with visiting(browser, real_address, java_script_enabled=scripts) as visitor:
            page = visitor.open("/baltic/events")
            page.get_by_role("radio", name="Past", exact=False).last.check()
            if not scripts:
                page.get_by_role("button", name="Show").click()
            expect(page.locator(".chips")).to_contain_text("Past")
            assert "_when=past" in page.url
            page.get_by_role("link", name="Remove: Past").click()
            expect(page.locator(".chips")).to_have_count(0)


def test_on_a_phone_a_month_is_a_list_of_days(browser: Browser, real_address: str) -> None:
    with visiting(browser, real_address, viewport=NARROW) as visitor:
        page = visitor.open("/baltic/events?_month=2024-05")
        expect(page.get_by_text("Tuesday 28 May 2024", exact=True)).to_be_visible()
        expect(page.get_by_text("Wednesday 1 May 2024", exact=True)).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
