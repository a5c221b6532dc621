"""The explorer's map in a real Chromium: what its markers say, and what one does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_fixtures import Visit, serving, visiting
from playwright.sync_api import Browser, Locator, Page, Route, expect
from portal_fixtures import publish

from portal.language import ngettext, speaking

pytestmark = pytest.mark.browser

COPENHAGEN, MALMO, GOTLAND = (55.67594, 12.56553), (55.60587, 13.00073), (57.5, 18.55)
NASTY = '<img src=x onerror="window.caught=1">"\''


def record(key: str, name: str, spot: tuple[float, float], **other: Any) -> dict[str, Any]:
    latitude, longitude = spot
    return {
        "id": key,
        "name": name,
        "country": key[:2].upper(),
        "sector": "arts-and-culture",
        "source_url": "https://example.org",
        "latitude": latitude,
        "longitude": longitude,
        "precision": "place",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    } | other


#: 60 at one spot, two in the town across the water, a region's middle.
RECORDS = [
    *(record(f"dk-{n}", f"Dansk {n:02}", COPENHAGEN, city="København") for n in range(59)),
    record("dk-nasty", NASTY, COPENHAGEN, city="København", sector="retail-and-trade"),
    record("se-one", "En", MALMO, city="Malmö", sector="health-and-care"),
    record("se-gotland", "Gotlands", GOTLAND, precision="region", sector="retail-and-trade"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(publish(tmp_path_factory.mktemp("mapped"), {"enterprises": RECORDS})) as base:
        yield base


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with visiting(browser, address, reduced_motion="reduce") as visitor:
        yield visitor


def mapped(visit: Visit, query: str = "", language: str = "") -> Page:
    """The list of enterprises with the markers of their map."""
    page = visit.open(f"{language}/baltic/enterprises?{query}")
    page.locator(".map-marker button").first.wait_for()
    return page


def marker(page: Page, name: str) -> Locator:
    return page.locator("#map").get_by_role("button", name=re.compile(name))


def views(visit: Visit) -> list[str]:
    return [url for url in visit.requests if ".map?" in url]


def view(part: str) -> re.Pattern[str]:
    """The address of a map's view with such a parameter."""
    return re.compile(rf"\.map\?(.*&)?{part}(&|$)")


def test_many_records_are_one_marker_that_says_what_it_holds(visit: Visit):
    page = mapped(visit)
    crowd = marker(page, "^61 records around København, most of them: Arts and culture$")
    expect(crowd).to_have_text("61")
    expect(crowd).to_have_class(re.compile("cluster"))


def test_a_place_known_to_a_region_only_is_drawn_otherwise(visit: Visit):
    page = mapped(visit)
    expect(marker(page, "^Gotlands")).to_have_class(re.compile("approximate"))
    marker(page, "^Gotlands").click()
    expect(page.locator(".map-popup")).to_contain_text("known to a region or island only")


def test_a_click_on_a_cluster_goes_nearer_until_its_records_can_be_read_one_by_one(visit: Visit):
    page = mapped(visit)
    marker(page, "^61 records around").click()
    marker(page, "^60 records in København").click()
    popup = page.get_by_role("dialog", name="60 records in København")
    expect(popup.get_by_role("link")).to_have_count(51)
    last = popup.get_by_role("link").last
    expect(last).to_have_text("All 60 in the list")
    href = last.get_attribute("href")
    assert href
    listed = page.request.get(visit.address + href.replace("enterprises?", "enterprises.json?"))
    assert listed.json()["filtered_table_rows_count"] == 60


def test_a_pop_up_names_place_and_sector_and_leads_to_the_record(visit: Visit):
    page = mapped(visit, "sector=health-and-care")
    marker(page, "^En, Malmö$").click()
    popup = page.get_by_role("dialog")
    expect(popup).to_contain_text("Malmö · Health and care")
    expect(popup.get_by_role("link")).to_have_attribute("href", "/baltic/enterprises/se-one")


def test_a_nasty_name_is_only_a_name(visit: Visit):
    page = mapped(visit, "sector=retail-and-trade&country=DK")
    marker(page, "img").click()
    expect(page.get_by_role("dialog").get_by_role("link")).to_have_text(NASTY)
    assert page.evaluate("window.caught") is None


def test_the_map_is_used_by_keyboard(visit: Visit):
    page = mapped(visit, "_bbox=11.5,55,13.6,56.4")
    page.locator(".pages a").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    expect(page.locator(".map-keys")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    with page.expect_response(view("_zoom=8")):
        page.keyboard.press("-")
    # København is nearer to the middle now, and comes first.
    expect(page.locator(".map-marker button").first).to_have_text("60")
    page.keyboard.press("Tab")
    crowd = marker(page, "^60 records in København")
    expect(crowd).to_be_focused()
    page.keyboard.press("Enter")
    first = page.get_by_role("dialog").get_by_role("link").first
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(crowd).to_be_focused()
    before = crowd.bounding_box()
    assert before
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.activeElement.getBoundingClientRect().x < before - 70", arg=before["x"]
    )
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator(".dictionary > summary:focus").count():
            return
    pytest.fail("Tab does not leave the map")


def test_a_row_and_its_marker_point_at_each_other(visit: Visit):
    page = mapped(visit, "_size=100")
    row = page.locator("[data-id=se-gotland]")
    row.hover()
    expect(marker(page, "^Gotlands")).to_have_class(re.compile("is-pointed"))
    expect(page.locator(".map-pin")).to_be_visible()
    page.locator("[data-id=se-one] a").focus()
    expect(marker(page, "^61 records around")).to_have_class(re.compile("is-pointed"))
    expect(marker(page, "^Gotlands")).not_to_have_class(re.compile("is-pointed"))
    marker(page, "^Gotlands").hover()
    expect(row).to_have_class(re.compile("is-pointed"))
    page.locator("h1").hover()
    expect(row).not_to_have_class(re.compile("is-pointed"))


def drag(page: Page, right: float, down: float) -> None:
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_the_reader_searches_where_the_map_was_moved_to(visit: Visit):
    page = mapped(visit)
    search = page.get_by_role("button", name="Search this area")
    expect(search).to_be_hidden()
    drag(page, 120, 60)
    expect(search).to_be_visible()
    place = marker(page, "^61 records around").bounding_box()
    with page.expect_response(view("_bbox=[^&]*")):
        search.click()
    expect(search).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("^Remove: "))).to_have_count(1)
    (box,) = parse_qs(urlsplit(page.url).query)["_bbox"]
    west, south, east, north = map(float, box.split(","))
    assert west < east and south < north
    assert all(float(edge) == round(float(edge), 4) for edge in box.split(","))
    page.wait_for_timeout(500)
    assert marker(page, "^61 records around").bounding_box() == place


def test_a_new_choice_shows_its_records_and_moves_the_map_there(visit: Visit):
    page = mapped(visit)
    page.get_by_role("checkbox", name="Sweden").check()
    expect(page.locator("#count")).to_have_text("2 records")
    page.get_by_role("checkbox", name="Health and care").check()
    expect(page.locator(".map-marker button")).to_have_count(1)
    expect(marker(page, "^En, Malmö")).to_be_visible()
    assert "_zoom=8" in views(visit)[-1]  # a single place is shown with what is around it


def test_panning_a_little_asks_for_nothing(visit: Visit):
    page = mapped(visit)
    page.wait_for_timeout(300)
    asked = len(views(visit))
    drag(page, 20, 10)
    page.wait_for_timeout(500)
    assert len(views(visit)) == asked == 1


def test_nearness_is_asked_for_only_then_and_to_a_kilometre(browser: Browser, address: str):
    gdansk = {"latitude": 54.352055, "longitude": 18.646377}
    with visiting(browser, address, geolocation=gdansk, permissions=["geolocation"]) as visitor:
        page = mapped(visitor)
        page.wait_for_timeout(300)
        assert "_near" not in "".join(visitor.requests)
        page.get_by_role("button", name="Near me").click()
        page.wait_for_url("**_near=54.35%2C18.65%2C50")


def test_a_reader_who_does_not_say_where_is_told_so(visit: Visit):
    page = mapped(visit)
    page.get_by_role("button", name="Near me").click()
    expect(page.locator(".map-status")).to_have_text(
        "Your browser was not allowed to say where you are."
    )


def test_the_legend_lists_the_sectors_on_the_map(visit: Visit):
    page = mapped(visit)
    page.get_by_text("Legend").click()
    entries = page.locator(".map-key ul").first.locator("li")
    expect(entries).to_have_text([re.compile("C.*Arts and culture.*59"),
        re.compile("Retail and trade.*2"), re.compile("Health and care.*1")])  # fmt: skip


def beginning(words: str, count: int) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(words % {'count': count, 'place': 'København'})}")


@pytest.mark.parametrize("code", ["pl", "lt", "lv"])
def test_counts_are_told_in_the_readers_language(visit: Visit, code: str):
    """Polish has a form of its own for 60, Lithuanian for 61."""
    with speaking(code):
        around = ngettext(
            "%(count)s record around %(place)s", "%(count)s records around %(place)s", 61
        )
        there = ngettext("%(count)s record in %(place)s", "%(count)s records in %(place)s", 60)
    page = mapped(visit, language=f"/{code}")
    crowd = page.locator(".map-marker button.cluster")
    expect(crowd).to_have_attribute("title", beginning(around, 61))
    crowd.click()
    expect(crowd).to_have_attribute("title", beginning(there, 60))


def test_the_nearest_zoom_offers_a_street_map(visit: Visit):
    page = mapped(visit, "_bbox=12.5,55.6,12.6,55.7")
    streets = page.get_by_role("link", name="Street map of this place")
    expect(streets).to_be_hidden()
    page.get_by_role("button", name="Zoom in").click()
    expect(streets).to_have_attribute("href", re.compile("^https://www.openstreetmap.org/"))


def test_a_hidden_map_starts_when_it_is_shown(visit: Visit):
    def hide(route: Route) -> None:
        page = route.fetch().text()
        assert 'id="map" ' in page
        route.fulfill(body=page.replace('id="map" ', 'id="map" hidden '), content_type="text/html")

    visit.page.route("**/baltic/enterprises", hide)
    page = visit.open("/baltic/enterprises")
    page.wait_for_timeout(500)
    assert not any("leaflet-v" in url and url.endswith(".js") for url in visit.requests)
    page.evaluate("document.getElementById('map').hidden = false")
    expect(marker(page, "^61 records around")).to_be_visible()
