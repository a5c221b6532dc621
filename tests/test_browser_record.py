"""A record's page in a real Chromium: by eye, by keyboard, by screen reader, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_fixtures import serving, violations, visiting
from playwright.sync_api import Browser, Page, expect
from portal_fixtures import publish
from test_portal_record import ENTERPRISES, MORE, REMOVALS

pytestmark = pytest.mark.browser

HOSTILE = {
    "id": "ee-hostile",
    "name": "\u202eתרבות </script><script>alert(1)</script> 🚲 " + "W" * 200,
    "name_alt": '<img src=x onerror="alert(1)">',
    "country": "EE",
    "city": "Tartu",
    "sector": "recycling-and-reuse",
    "website": "javascript:alert(1)",
    "address": "x" * 300,
    "summary": "y" * 2000,
    "source_url": "https://www.example.org/" + "z" * 500,
    "latitude": 58.38,
    "longitude": 26.72,
    "precision": "region",
    "geometry": {"type": "Point", "coordinates": [26.72, 58.38]},
}
PAGES = [
    "/baltic/enterprises/ee-full",
    "/baltic/enterprises/ee-nowhere",
    "/baltic/enterprises/ee-hostile",
    "/baltic/organisations/ee-hub",
    "/baltic/programmes/ee-grant",
    "/baltic/events/2021-day",
    "/baltic/library/kursus",
    "/baltic/articles/tekst",
    "/baltic/enterprises/ee-gone",
    "/baltic/enterprises/ee-nobody",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = {"enterprises": [*ENTERPRISES, HOSTILE], "removals": REMOVALS, **MORE}
    with serving(publish(tmp_path_factory.mktemp("browser-records"), records)) as base:
        yield base


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address, base_url=address) as visitor:
        yield visitor.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_in_anyone_s_way(page: Page, path: str, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path)
    if page.locator(".record-map").count():
        page.locator(".record-map canvas").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways(page: Page, path: str, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_map_of_a_record_is_drawn_on_our_own_basemap(page: Page):
    page.goto("/baltic/enterprises/ee-full")
    expect(page.locator(".record-map canvas").first).to_be_visible()
    expect(page.locator(".record-map img.leaflet-marker-icon")).to_be_visible()
    expect(page.locator(".record-map")).to_contain_text("Natural Earth")


def test_a_reader_goes_from_neighbour_to_neighbour_and_list_by_keyboard(page: Page):
    page.goto("/baltic/enterprises/ee-full")
    page.locator(".record-map canvas").first.wait_for()
    seen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        seen.append(focused)
        if focused == "Elva 0":
            break
    assert "Suggest a correction" in seen
    assert "Recycling and reuse" in seen
    assert seen.index("Recycling and reuse") < seen.index("See it on OpenStreetMap")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Elva 0")
    everywhere = page.get_by_role("link", name="All of this field within 100 km")
    everywhere.focus()
    expect(everywhere).to_be_focused()


def test_a_record_is_whole_without_scripts(browser: Browser, address: str):
    with visiting(browser, address, java_script_enabled=False) as visitor:
        page = visitor.open("/baltic/enterprises/ee-full")
        expect(page.get_by_role("heading", level=1)).to_have_text("Full")
        expect(page.locator(".record-map")).to_be_hidden()
        picture = page.get_by_role("img", name="A map with the place")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.naturalWidth") == 1200
        expect(page.get_by_text("58.3800° N")).to_be_visible()
        page.get_by_text("Cite this record").click()
        expect(page.locator("#citation")).to_contain_text("/baltic/enterprises/ee-full")
        page.get_by_role("link", name="Tartu 0").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tartu 0")


def test_a_merged_record_s_link_ends_at_its_successor(page: Page):
    page.goto("/da/baltic/enterprises/ee-merged-before")
    expect(page).to_have_url("/da/baltic/enterprises/ee-full")


def test_a_missing_record_is_searched_for(page: Page):
    page.goto("/baltic/enterprises/ee-tartu-1-coop")
    search = page.locator("main").get_by_role("searchbox")
    expect(search).to_have_value("tartu 1 coop")
    search.fill("tartu")
    search.press("Enter")
    expect(page).to_have_url("/baltic/enterprises?_search=tartu")
