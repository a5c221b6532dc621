"""The explorer in a real Chromium: what a visitor, a researcher and a journalist do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser_fixtures import NARROW, WIDE, Visit, violations, visiting
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def real_visit(browser: Browser, real_address: str) -> Iterator[Visit]:
    with visiting(browser, real_address) as visitor:
        yield visitor


def count(page: Page, words: str) -> None:
    expect(page.locator("#count")).to_have_text(re.compile(rf"^{words}\b"))


def test_choosing_narrows_list_map_and_address_at_once(visit: Visit):
    page = visit.open("/baltic/enterprises")
    expect(page.locator("#map .map-marker button")).to_have_count(3)
    page.get_by_role("checkbox", name="Denmark").check()
    count(page, "4 records")
    assert page.url.endswith("/baltic/enterprises?country=DK")
    expect(page).to_have_title(re.compile("^Social enterprises: Denmark – "))
    expect(page.locator("#map .map-marker button")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Denmark")).to_be_focused()
    page.get_by_role("checkbox", name="Poland").check()
    count(page, "6 records")
    assert page.url.endswith("?country=DK&country=PL")
    page.go_back()
    count(page, "4 records")
    expect(page.get_by_role("checkbox", name="Poland")).not_to_be_checked()
    page.go_forward()
    count(page, "6 records")
    expect(page.get_by_role("checkbox", name="Poland")).to_be_checked()
    documents = [url for url in visit.requests if "/assets/" in url and url.endswith(".js")]
    assert len(documents) == len(set(documents)), "nothing is loaded again"


def test_chips_and_the_clear_link_widen_again(visit: Visit):
    page = visit.open("/baltic/enterprises?country=DK&country=PL&_search=k")
    page.get_by_role("link", name="Remove: Country: Denmark").click()
    expect(page.get_by_role("link", name="Remove: Country: Denmark")).to_have_count(0)
    page.get_by_role("link", name="Clear all").click()
    count(page, "12 records")
    expect(page.get_by_label("Search in this list")).to_have_value("")


def test_the_number_of_results_is_a_status_that_stays(visit: Visit):
    page = visit.open("/baltic/enterprises")
    status = page.locator("#count").element_handle()
    page.get_by_role("checkbox", name="Denmark").check()
    count(page, "4 records")
    assert status.evaluate("node => node.isConnected && node.getAttribute('role')") == "status"


def test_the_order_changes_without_reloading(visit: Visit):
    page = visit.open("/baltic/enterprises")
    page.get_by_label("Order").select_option("Youngest first")
    expect(page.locator(".card h2").first).to_have_text("Straße på Öland")
    assert page.url.endswith("?_sort_desc=founded")


def test_all_is_done_by_keyboard(visit: Visit):
    """Search, narrow, follow a record; never the mouse."""
    page = visit.open("/baltic/enterprises")
    page.keyboard.press("Tab")
    expect(page.locator(".skip[href='#main']")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("kobenhavn")
    page.keyboard.press("Enter")
    count(page, "4 records")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.locator("#facets input:focus").count():
            break
    expect(page.locator("#facets input[name=country]:focus")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.locator(".chips li")).to_have_count(3)
    expect(page.locator("#facets input[name=country]:focus")).to_have_count(1)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(".card h2 a:focus").count():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("København")


def test_the_part_of_the_map_one_looks_at_becomes_the_choice(visit: Visit):
    page = visit.open("/baltic/enterprises?country=DK&country=PL")
    expect(page.locator("#map .map-marker button")).to_have_count(2)
    expect(page.get_by_role("button", name="Search this area")).to_be_hidden()
    for _ in range(2):
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_timeout(400)
    page.get_by_role("button", name="Search this area").click()
    chip = page.get_by_role("link", name="Remove: Between")
    expect(chip).to_be_visible()
    assert "_bbox=" in page.url
    chip.click()
    count(page, "6 records")


def test_near_me_asks_only_when_told_and_rounds_what_it_hears(browser: Browser, address: str):
    place = {"latitude": 55.676094, "longitude": 12.568337}
    with visiting(browser, address, geolocation=place, permissions=["geolocation"]) as visitor:
        page = visitor.open("/baltic/enterprises")
        page.get_by_role("button", name="Near me").click()
        page.wait_for_url("**_near=55.68%2C12.57%2C50")
        count(page, "2 records")
        expect(page.locator(".card .facts").first).to_contain_text("km")
        expect(page.get_by_label("Order")).to_have_value("")


def test_a_row_and_its_marker_point_at_each_other(visit: Visit):
    page = visit.open("/baltic/enterprises")
    expect(page.locator("#map .map-marker button")).to_have_count(3)
    page.locator(".card", has_text="Łódzka").hover()
    expect(page.locator(".map-marker .is-pointed")).to_have_count(1)
    page.locator(".map-marker button", has=page.locator("xpath=self::*[@title]")).nth(0).hover()


def test_taking_it_along(visit: Visit, browser: Browser):
    page = visit.open("/baltic/enterprises?country=DK")
    page.get_by_text("Embed", exact=True).click()
    frame = page.frame_locator(".embed-preview iframe")
    expect(frame.locator(".map-marker button")).to_have_count(1)
    page.get_by_label("Height in pixels").fill("600")
    expect(page.locator("#embed-code")).to_have_value(re.compile('height="600"'))
    page.keyboard.press("Escape")
    expect(page.locator("#embed")).not_to_have_attribute("open", "")
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as csv:
        page.get_by_role("link", name="CSV").click()
    assert csv.value.suggested_filename == "enterprises.csv"
    with page.expect_download() as xlsx:
        page.get_by_role("link", name="XLSX").click()
    assert xlsx.value.suggested_filename == "enterprises.xlsx"


def test_the_focus_is_never_lost(visit: Visit):
    page = visit.open("/baltic/enterprises?_size=5")
    page.get_by_role("link", name="Next page").focus()
    page.keyboard.press("Enter")
    count(page, "12 records. Page 2")
    expect(page.locator("#count")).to_be_focused()
    visit.open("/baltic/enterprises?country=DK")
    page.get_by_role("link", name="Remove: Country: Denmark").focus()
    page.keyboard.press("Enter")
    count(page, "12 records")
    expect(page.locator("#count")).to_be_focused()


def test_the_map_stays_in_sight_while_the_list_is_read(real_visit: Visit):
    page = real_visit.open("/baltic/enterprises")
    page.locator("#map .map-marker button").first.wait_for()
    page.evaluate("scrollTo(0, 1500)")
    page.wait_for_timeout(300)
    box = page.locator("#map").bounding_box()
    assert box
    assert 0 <= box["y"] < 100
    assert box["y"] + box["height"] <= 850


def test_the_wheel_is_the_page_s_until_one_turns_to_the_map(visit: Visit):
    page = visit.open("/baltic/enterprises")
    page.locator("#map .map-marker button").first.wait_for()
    page.locator("#map").hover(position={"x": 250, "y": 60})
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => scrollY > 100")
    page.evaluate("scrollTo(0, 0)")
    page.locator("#map").click(position={"x": 250, "y": 60})
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == 0


def test_a_lost_connection_is_told_and_nothing_else_lost(browser: Browser, address: str):
    with visiting(browser, address) as visitor:
        page = visitor.open("/baltic/enterprises")
        page.context.set_offline(True)
        page.get_by_role("checkbox", name="Denmark").check()
        expect(page.locator("#count")).to_have_text("This could not be loaded. Please try again.")
        expect(page.locator(".card").first).to_be_visible()
        visitor.complaints.clear()


def test_print_has_the_map_the_list_and_how_to_cite_it(real_visit: Visit):
    page = real_visit.open("/baltic/enterprises?country=LT")
    page.locator("#map .map-marker button").first.wait_for()
    page.emulate_media(media="print")
    expect(page.locator("img.drawn-map")).to_be_visible()
    expect(page.locator(".print-only")).to_contain_text("Social enterprises: Lithuania")
    expect(page.locator(".card").first).to_be_visible()
    for hidden in (".map-frame", "#choice", "#take-away", ".search-row", ".languages"):
        expect(page.locator(hidden)).to_be_hidden()


def test_on_a_phone_the_list_comes_first_and_the_map_on_demand(browser: Browser, address: str):
    with visiting(browser, address, viewport=NARROW) as visitor:
        page = visitor.open("/baltic/enterprises")
        expect(page.locator(".card").first).to_be_visible()
        expect(page.locator("#map")).to_be_hidden()
        assert not any("leaflet-v" in url and url.endswith(".js") for url in visitor.requests)
        expect(page.get_by_role("checkbox", name="Denmark")).to_be_hidden()
        page.locator("#narrow > summary").click()
        page.get_by_role("checkbox", name="Denmark").check()
        page.get_by_role("button", name="Show 4 records").click()
        expect(page.get_by_role("checkbox", name="Denmark")).to_be_hidden()
        count(page, "4 records")
        page.get_by_role("link", name="Show on the map").click()
        expect(page.locator("#map .map-marker button")).to_have_count(1)
        assert "_view=map" in page.url
        expect(page.locator(".card").first).to_be_hidden()
        page.get_by_role("link", name="Show as a list").click()
        expect(page.locator(".card").first).to_be_visible()


def test_without_scripts_it_is_a_form_and_links(browser: Browser, address: str):
    with visiting(browser, address, java_script_enabled=False) as visitor:
        page = visitor.open("/baltic/enterprises")
        expect(page.locator("img.drawn-map")).to_be_visible()
        page.get_by_role("checkbox", name="Denmark").check()
        page.get_by_role("checkbox", name="Poland").check()
        page.get_by_role("button", name=re.compile("^Show .* records")).click()
        count(page, "6 records")
        page.get_by_label("Search in this list").fill("lodz")
        page.locator("#explorer").get_by_role("button", name="Search").click()
        expect(page.locator(".card h2").first).to_have_text("Łódzka Spółdzielnia „Pomocna Dłoń”")
        page.get_by_role("link", name="Remove: “lodz”").click()
        page.get_by_label("Order").select_option("Oldest first")
        page.get_by_role("button", name="Sort").click()
        assert "_sort=founded" in page.url
        page = visitor.open("/baltic/enterprises?_size=5")
        page.get_by_role("link", name="Next page").click()
        expect(page.locator(".pages [aria-current]")).to_have_text("Page 2")
        page.get_by_text("Cite", exact=True).click()
        expect(page.locator("#citation")).to_be_visible()


def test_the_first_view_is_small_and_the_next_smaller(real_visit: Visit):
    """At most 220 kB and 30 requests at first, 60 kB then, basemap included, and nothing jumps."""
    page = real_visit.page
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) =>"
        "{ if (!e.hadRecentInput) window.moved += e.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    real_visit.open("/baltic/enterprises")
    page.locator("#map .map-marker button").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 220_000
    assert len(real_visit.requests) <= 30
    assert page.evaluate("window.moved") <= 0.05
    sizes.clear()
    real_visit.open("/baltic/enterprises?country=DK")
    page.locator("#map .map-marker button").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 60_000
    assert page.evaluate("window.moved") <= 0.05


EVERY_KIND = [
    "/", "/baltic/enterprises", "/baltic/enterprises?country=DK&country=PL&_search=o&_page=1",
    "/baltic/enterprises?country=LV&_search=kobenhavn", "/baltic/enterprises?_view=table",
    "/baltic/enterprises?nope=1", "/baltic/events", "/baltic/articles", "/baltic/library",
    "/baltic/organisations", "/baltic/programmes", "/baltic/sources", "/baltic/countries/DK",
    "/baltic/enterprises/dk-script", "/baltic/events/summit", "/baltic", "/baltic?sql=select+1",
    "/embed/map", "/about", "/about/privacy", "/about/accessibility", "/nope",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_axe_finds_nothing_on_any_kind_of_page(
    browser: Browser, address: str, size: dict[str, int], scheme: str
):
    with visiting(browser, address, viewport=size, color_scheme=scheme) as visitor:
        found = {}
        for path in EVERY_KIND:
            page = visitor.open(path)
            page.wait_for_load_state("networkidle")
            if problems := violations(page):
                found[path] = problems
        assert found == {}


def test_axe_finds_nothing_where_things_are_open(browser: Browser, address: str):
    for scheme in ("light", "dark"):
        with visiting(browser, address, color_scheme=scheme) as visitor:
            page = visitor.open("/baltic/enterprises?country=DK")
            page.locator(".facet").evaluate_all("facets => facets.forEach(f => (f.open = true))")
            for panel in ("Download", "Share", "Embed", "Cite"):
                page.locator("#take-away summary", has_text=panel).click()
                page.wait_for_timeout(300)
                assert violations(page) == [], panel
            page.locator(".languages summary").click()
            assert violations(page, ".languages") == []
            page.locator(".map-marker button").first.click()
            page.locator(".map-popup a").first.wait_for()
            page.wait_for_timeout(400)  # it fades in
            assert violations(page, ".leaflet-popup") == []


@pytest.mark.parametrize("code", ["da", "pl", "lt", "lv", "et"])
def test_longer_words_break_nothing(browser: Browser, address: str, code: str):
    """Nothing scrolls sideways at 320 pixels, in any language."""
    with visiting(browser, address, viewport={"width": 320, "height": 700}) as visitor:
        for path in ("", "/baltic/enterprises?country=DK", "/baltic/enterprises/dk-script",
                     "/baltic/organisations", "/about"):  # fmt: skip
            page = visitor.open(f"/{code}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_reader_s_language_is_offered_and_not_forced(browser: Browser, address: str):
    with visiting(browser, address, locale="lv-LV") as visitor:
        page = visitor.open("/baltic/enterprises?country=DK")
        offer = page.locator("#language-offer")
        expect(offer).to_be_visible()
        offer.get_by_role("link").click()
        assert page.url.endswith("/lv/baltic/enterprises?country=DK")
        expect(page.locator("#language-offer")).to_be_hidden()
