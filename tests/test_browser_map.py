"""The map's script in a real Chromium, on a page that holds a map, a list and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    expect,
    sync_playwright,
)
from portal_fixtures import publish

from portal.catalogue import Catalogue
from portal.language import speaking
from portal.map_words import map_config

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "microsoft-edge")  # fmt: skip
LEAFLET = "/-/static-plugins/datasette-leaflet/leaflet-v1.7.1"
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
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("mapped"), {"enterprises": RECORDS})


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "portal", "--port", "0", "--database", str(database)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    words = process.stdout.readline()
    assert "http://" in words, "the portal did not start"
    yield next(word for word in words.split() if word.startswith("http://")).rstrip("/")
    process.terminate()
    assert process.wait(10) in (0, -signal.SIGTERM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    options = ["--disable-background-networking", "--disable-component-update"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()


def host(database: Path, language: str, **config: Any) -> str:
    """A page with a list of records and their map."""
    table = Catalogue.read(database.resolve()).tables["enterprises"]
    with speaking(language):
        words = map_config(table)
    given = {
        "data": "/baltic/enterprises.map",
        "json": "/baltic/enterprises.json",
        "list": "/baltic/enterprises",
        "records": "/baltic/enterprises/",
        "query": "",
        "bounds": None,
        "home": [5, 52, 32, 66],
    }
    rows = "".join(
        f'<li data-id="{one["id"]}" data-lat="{one["latitude"]}" data-lon="{one["longitude"]}">'
        f"<a href='#{one['id']}'>{escape(one['name'])}</a></li>"
        for one in RECORDS[-3:]
    )
    data = json.dumps(words | given | config).replace("<", "\\u003c")
    return f"""<!DOCTYPE html><html lang="{language}"><head><title>Host</title>
        <link rel="stylesheet" href="/assets/0/portal.css">
        <link rel="stylesheet" href="{LEAFLET}.css"></head>
        <body><main><h1>Host</h1><a id="before" href="#">Before</a>
        <div id="map" class="map" data-leaflet="{LEAFLET}.js" data-config="given"></div>
        <a id="after" href="#">After</a><ol id="list">{rows}</ol></main>
        <script type="application/json" id="given">{data}</script>
        <script type="module">
            import {{ attach }} from "/assets/0/explorer-map.js";
            window.asked = [];
            for (const name of ["explorer:area", "explorer:near"])
                document.addEventListener(name, ({{detail}}) => window.asked.push([name, detail]));
            window.handle = attach(document.getElementById("map"));
        </script></body></html>"""


class Desk:
    """A reader before the host page: what was asked for, and what went wrong."""

    def __init__(self, context: BrowserContext, address: str, database: Path) -> None:
        self.context, self.address, self.database = context, address, database
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def open(self, language: str = "en", **config: Any) -> Page:
        html = host(self.database, language, **config)

        def answer(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        self.page.route("**/host", answer)
        self.page.goto(f"{self.address}/host")
        self.page.locator(".map-marker button").first.wait_for()
        return self.page

    @property
    def views(self) -> list[str]:
        return [url for url in self.asked if ".map?" in url]


@pytest.fixture
def desk(browser: Browser, address: str, database: Path) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, reduced_motion="reduce")
    desk = Desk(context, address, database)
    yield desk
    strangers = [url for url in desk.asked if not url.startswith((f"{address}/", "data:"))]
    assert strangers == []
    assert desk.complaints == []
    context.close()


def marker(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name))


def test_many_records_are_one_marker_that_says_what_it_holds(desk: Desk):
    page = desk.open()
    crowd = marker(page, "^61 records around København, most of them: Arts and culture$")
    expect(crowd).to_have_text("61")
    expect(crowd).to_have_class(re.compile("cluster"))


def test_a_place_known_to_a_region_only_is_drawn_otherwise(desk: Desk):
    page = desk.open()
    expect(marker(page, "^Gotlands")).to_have_class(re.compile("approximate"))
    marker(page, "^Gotlands").click()
    expect(page.locator(".map-popup")).to_contain_text("known to a region or island only")


def test_a_click_on_a_cluster_goes_nearer_until_its_records_can_be_read_one_by_one(desk: Desk):
    page = desk.open()
    marker(page, "^61 records around").click()
    marker(page, "^60 records in København").click()
    popup = page.get_by_role("dialog", name="60 records in København")
    expect(popup.get_by_role("link")).to_have_count(51)
    last = popup.get_by_role("link").last
    expect(last).to_have_text("All 60 in the list")
    href = last.get_attribute("href")
    listed = page.request.get(desk.address + href.replace("enterprises?", "enterprises.json?"))
    assert listed.json()["filtered_table_rows_count"] == 60


def test_a_pop_up_names_place_and_sector_and_leads_to_the_record(desk: Desk):
    page = desk.open(query="sector=health-and-care")
    marker(page, "^En, Malmö$").click()
    popup = page.get_by_role("dialog")
    expect(popup).to_contain_text("Malmö · Health and care")
    expect(popup.get_by_role("link")).to_have_attribute("href", "/baltic/enterprises/se-one")


def test_a_nasty_name_is_only_a_name(desk: Desk):
    page = desk.open(query="sector=retail-and-trade&country=DK")
    marker(page, "img").click()
    expect(page.get_by_role("dialog").get_by_role("link")).to_have_text(NASTY)
    assert page.evaluate("window.caught") is None


def test_the_map_is_used_by_keyboard(desk: Desk):
    page = desk.open(query="name__notblank=1", bounds=[11.5, 55, 13.6, 56.4])
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    expect(page.locator(".map-keys")).to_be_visible()
    page.keyboard.press("Tab")
    crowd = marker(page, "^60 records in København")
    expect(crowd).to_be_focused()  # the nearer one to the middle
    page.keyboard.press("Enter")
    first = page.get_by_role("dialog").get_by_role("link").first
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(crowd).to_be_focused()
    before = crowd.bounding_box()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.activeElement.getBoundingClientRect().x < before - 70", arg=before["x"]
    )
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "after":
            return
    pytest.fail("Tab does not leave the map")


def test_a_row_and_its_marker_point_at_each_other(desk: Desk):
    page = desk.open()
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


def test_the_reader_searches_where_the_map_was_moved_to(desk: Desk):
    page = desk.open()
    search = page.get_by_role("button", name="Search this area")
    expect(search).to_be_hidden()
    drag(page, 120, 60)
    expect(search).to_be_visible()
    search.click()
    expect(search).to_be_hidden()
    ((name, detail),) = page.evaluate("asked")
    assert name == "explorer:area"
    west, south, east, north = detail["bbox"]
    assert west < east and south < north
    assert detail["bbox"] == [round(edge, 4) for edge in detail["bbox"]]
    place = marker(page, "^61 records around").bounding_box()
    query = "_bbox=" + ",".join(map(str, detail["bbox"]))
    page.evaluate("query => handle.update({query, bounds: [12.5, 55.6, 13, 55.7]})", query)
    page.wait_for_timeout(500)
    assert marker(page, "^61 records around").bounding_box() == place
    assert query.split(",")[0] in desk.views[-1].replace("%2C", ",")


def test_a_new_choice_shows_its_records_and_moves_the_map_there(desk: Desk):
    page = desk.open()
    page.evaluate("""handle.update({query: "country=SE&sector=health-and-care",
        bounds: [13.00073, 55.60587, 13.00073, 55.60587]})""")
    expect(page.locator(".map-marker button")).to_have_count(1)
    expect(marker(page, "^En, Malmö")).to_be_visible()
    assert "_zoom=8" in desk.views[-1]  # a single place is shown with what is around it


def test_panning_a_little_asks_for_nothing(desk: Desk):
    page = desk.open()
    page.wait_for_timeout(300)
    asked = len(desk.views)
    drag(page, 20, 10)
    page.wait_for_timeout(500)
    assert len(desk.views) == asked == 1


def test_nearness_is_asked_for_only_then_and_to_a_kilometre(desk: Desk):
    desk.context.grant_permissions(["geolocation"], origin=desk.address)
    desk.context.set_geolocation({"latitude": 54.352055, "longitude": 18.646377})
    page = desk.open()
    assert page.evaluate("asked") == []
    page.get_by_role("button", name="Near me").click()
    page.wait_for_function("asked.length")
    assert page.evaluate("asked") == [["explorer:near", {"lat": 54.35, "lon": 18.65}]]


def test_a_reader_who_does_not_say_where_is_told_so(desk: Desk):
    page = desk.open()
    page.get_by_role("button", name="Near me").click()
    expect(page.locator(".map-status")).to_have_text(
        "Your browser was not allowed to say where you are."
    )


def test_the_legend_lists_the_sectors_on_the_map(desk: Desk):
    page = desk.open()
    page.get_by_text("Legend").click()
    entries = page.locator(".map-key ul").first.locator("li")
    expect(entries).to_have_text([re.compile("C.*Arts and culture.*59"),
        re.compile("Retail and trade.*2"), re.compile("Health and care.*1")])  # fmt: skip


def test_counts_are_told_in_the_readers_language(desk: Desk):
    page = desk.open("pl")
    expect(page.locator(".map-marker button.cluster")).to_have_count(1)
    assert page.evaluate("new Intl.PluralRules('pl').select(61)") == "many"


def test_the_nearest_zoom_offers_a_street_map(desk: Desk):
    page = desk.open(query="name__notblank=1", bounds=[12.5, 55.6, 12.6, 55.7])
    streets = page.get_by_role("link", name="Street map of this place")
    expect(streets).to_have_attribute("href", re.compile("^https://www.openstreetmap.org/"))


def test_a_hidden_map_starts_when_it_is_shown(desk: Desk):
    page = desk.page
    html = host(desk.database, "en").replace('class="map"', 'class="map" hidden')
    page.route("**/host", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{desk.address}/host")
    page.wait_for_timeout(500)
    assert not any("leaflet-v" in url and url.endswith(".js") for url in desk.asked)
    page.evaluate("document.getElementById('map').hidden = false")
    expect(marker(page, "^61 records around")).to_be_visible()
