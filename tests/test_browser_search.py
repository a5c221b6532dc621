"""The search of everything in a real Chromium: the form, the choice, widths, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from browser_fixtures import NARROW, WIDE, Visit, violations, visiting
from playwright.sync_api import Browser, ViewportSize, expect

pytestmark = pytest.mark.browser

#: A best hit, hits in every section, a correction, nothing, the form.
PAGES = ["?q=Danmark", "?q=social&country=DK&country=LT", "?q=recyling", "?q=Trello+Bybi", ""]


@pytest.fixture
def real(browser: Browser, real_address: str) -> Iterator[Visit]:
    with visiting(browser, real_address) as visitor:
        yield visitor


def test_one_searches_from_any_page_and_narrows_what_is_found(real: Visit) -> None:
    page = real.open("/about")
    page.locator("#site-q").fill("danmark")
    page.locator("#site-q").press("Enter")
    page.wait_for_url("**/search?q=danmark")
    expect(page.get_by_role("heading", name="Denmark", exact=True)).to_be_visible()
    expect(page.locator("#site-q")).to_have_count(0)
    count = page.locator("label", has_text="Calendar").locator(".count").inner_text()
    page.get_by_role("checkbox", name="Calendar").check()
    page.get_by_role("button", name="Show the choice").click()
    page.wait_for_url("**/search?q=danmark&section=events")
    expect(page.locator("#count")).to_contain_text(f"{count} hits")
    page.get_by_role("link", name=f"Calendar: all {count} hits as a list").click()
    page.wait_for_url("**/baltic/events?_search=danmark")
    expect(page.locator("#count")).to_contain_text(f"{count} records")


def test_a_new_search_keeps_the_choice(real: Visit) -> None:
    page = real.open("/search?q=danmark&section=events")
    page.locator("#q").fill("aarhus")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=aarhus&section=events")
    expect(page.get_by_role("checkbox", name="Calendar")).to_be_checked()


def test_on_a_phone_the_hits_come_before_the_choice(browser: Browser, real_address: str) -> None:
    with visiting(browser, real_address, viewport=NARROW) as visit:
        page = visit.open("/search?q=danmark")
        expect(page.get_by_role("heading", name="Denmark", exact=True)).to_be_in_viewport()
        boxes = page.get_by_role("checkbox", name="Social enterprises")
        expect(boxes).to_have_count(0)
        page.locator("summary", has_text="Narrow the choice").click()
        expect(boxes).to_be_in_viewport()
        boxes.check()
        page.get_by_role("button", name="Show the choice").click()
        page.wait_for_url("**/search?q=danmark&section=enterprises")
        page.get_by_role("link", name="Remove: Section: Social enterprises").click()
        page.wait_for_url("**/search?q=danmark")


def test_one_jumps_to_a_group_and_sees_its_heading(real: Visit) -> None:
    page = real.open("/search?q=training")
    page.get_by_role("navigation", name="Found in").get_by_role("link", name="Calendar").click()
    expect(page.get_by_role("heading", name="Calendar", exact=False)).to_be_in_viewport()


def test_without_scripts_it_works_the_same(browser: Browser, real_address: str) -> None:
    with visiting(browser, real_address, java_script_enabled=False) as visit:
        page = visit.open("/search")
        page.locator("#q").fill("danmark")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("checkbox", name="Blog").check()
        page.get_by_role("button", name="Show the choice").click()
        page.wait_for_url("**/search?q=danmark&section=articles")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("query", PAGES)
def test_every_state_is_accessible_and_fits(
    real: Visit, query: str, viewport: ViewportSize, scheme: str
) -> None:
    real.page.set_viewport_size(viewport)
    real.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = real.open(f"/search{query}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "x" * 900, "\u202eabc", "🚲 “"])
def test_what_is_typed_never_runs_and_fits(real: Visit, text: str) -> None:
    real.page.set_viewport_size(NARROW)
    page = real.open(f"/search?q={quote(text)}")
    expect(page.locator("#q")).to_have_value(text)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
