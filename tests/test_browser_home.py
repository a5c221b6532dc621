"""A visitor's journey in a real Chromium: from the map of the home page to a record's map."""

from __future__ import annotations

import pytest
from browser_fixtures import Visit, visiting
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


def test_from_the_map_to_a_record_and_its_map(visit: Visit):
    page = visit.open("/")
    expect(page.locator("#map .map-marker button")).to_have_count(3)
    expect(page.locator("#map .map-marker .approximate")).to_have_count(1)
    expect(page.locator("#map canvas").first).to_be_visible()
    page.get_by_role("button", name="2 records in København").click()
    popup = page.locator(".map-popup")
    expect(popup.get_by_role("link", name="Cykelværkstedet København")).to_be_visible()
    expect(popup.get_by_role("link", name="<script>alert(1)</script> & Sønner")).to_be_visible()
    popup.get_by_role("link", name="Cykelværkstedet København").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cykelværkstedet København")
    expect(page.locator(".record-map canvas").first).to_be_visible()
    expect(page.locator(".record-map img.leaflet-marker-icon")).to_be_visible()
    expect(page.get_by_text("Natural Earth, GeoNames")).to_be_visible()
    assert any("basemap/detail/" in url for url in visit.requests)


def test_the_map_begins_with_the_whole_baltic_sea(visit: Visit):
    page = visit.open("/")
    expect(page.locator("#map .map-marker button")).to_have_count(3)
    map_box = page.locator("#map").bounding_box()
    assert map_box
    for marker in page.locator("#map .map-marker button").all():  # Copenhagen, Łódź, Öland
        box = marker.bounding_box()
        assert box
        assert 0.2 < (box["x"] - map_box["x"]) / map_box["width"] < 0.8
        assert 0.5 < (box["y"] - map_box["y"]) / map_box["height"] < 1.05


def test_the_map_is_used_by_keyboard(visit: Visit):
    page = visit.open("/")
    expect(page.locator("#map .map-marker button")).to_have_count(3)
    page.locator(".ways a").last.focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip the map")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(".map-marker :focus").count():
            break
    page.keyboard.press("Enter")
    expect(page.locator(".map-popup a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".map-marker :focus")).to_have_count(1)


def test_the_basemap_is_drawn(visit: Visit):
    page = visit.open("/")
    page.locator("#map canvas").first.wait_for()
    page.wait_for_function(
        """() => [...document.querySelectorAll("#map canvas")].some((canvas) => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size > 2; // sea, land and coast
        })"""
    )


def test_maps_of_datasette_leaflet_geojson_stay_at_home(visit: Visit):
    page = visit.open("/baltic/enterprises?_view=table&country=PL")
    page.locator("td.col-geometry .leaflet-container").first.scroll_into_view_if_needed()
    expect(page.locator("td.col-geometry canvas").first).to_be_visible()


def test_the_sql_page_complains_of_nothing(visit: Visit):
    page = visit.open("/baltic?sql=select+id,+geometry+from+enterprises+limit+2")
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(2)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize(
    "path",
    ["/", "/baltic", "/baltic/enterprises", "/baltic/enterprises?_view=table", "/baltic/sources",
     "/baltic/enterprises/dk-script", "/baltic/countries/DK",
     "/baltic?sql=select+*+from+enterprises"],
)  # fmt: skip
def test_nothing_scrolls_sideways(visit: Visit, path: str, width: int):
    visit.page.set_viewport_size({"width": width, "height": 700})
    page = visit.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_can_be_reached_without_scripts(browser: Browser, address: str):
    with visiting(browser, address, java_script_enabled=False) as visitor:
        page = visitor.open("/")
        expect(page.locator("img.drawn-map")).to_be_visible()
        page.get_by_label("Search everything").fill("lodzka")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Łódzka Spółdzielnia").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Łódzka")
        expect(page.get_by_text("51.7706")).to_be_visible()
        page.get_by_role("link", name="Poland", exact=True).first.click()
        page.locator(".tiles a", has_text="Social enterprises").click()
        expect(page.get_by_role("status")).to_have_text("2 records")
        page.get_by_role("link", name="Country: Poland").click()
        expect(page.get_by_role("status")).to_contain_text("12 records")
