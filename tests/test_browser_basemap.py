"""The basemap in a real Chromium: what colour a place has, at which zoom, from where it came."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright
from portal_fixtures import publish

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "microsoft-edge")  # fmt: skip
LEAFLET = "/-/static-plugins/datasette-leaflet/leaflet-v1.7.1"

#: A town at Vänern, far from the sea.
LIDKOPING = {
    "id": "se-lidkoping",
    "name": "Vid Vänern",
    "country": "SE",
    "sector": "arts-and-culture",
    "source_url": "https://example.org",
    "latitude": 58.505,
    "longitude": 13.158,
    "precision": "place",
    "geometry": {"type": "Point", "coordinates": [13.158, 58.505]},
}
VANERN, LADOGA, BALTIC = (58.95, 13.55), (60.8, 31.5), (56.5, 19.2)
GOTLAND, SMALAND, KARELIA = (57.45, 18.48), (57.3, 15.0), (61.0, 34.3)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = publish(tmp_path_factory.mktemp("lakes"), {"enterprises": [LIDKOPING]})
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "--port", "0", "--database", str(database)],
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


#: A page with our basemap and nothing else, and functions that look at what is drawn.
PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><title>Map</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/0/portal.css"><link rel="stylesheet" href="{LEAFLET}.css">
</head><body><div id="sheet" style="width: 900px; height: 600px"></div>
<script type="module">
import {{ basemap, streetMapLink }} from "/assets/0/basemap.js";
await import("{LEAFLET}.js");
Object.assign(window, {{ streetMapLink }});
window.map = L.map("sheet", {{ zoomSnap: 0.5, fadeAnimation: false }}).setView([58, 20], 5);
map.addLayer(basemap(L));
</script></body></html>"""

LOOK = """
function rgb(name) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].join();
}

/** The colour of a layer at a point of the map. */
function colourAt(pane, {x, y}) {
  const corner = map.getContainer().getBoundingClientRect();
  for (const canvas of map.getPane(pane).querySelectorAll("canvas.leaflet-tile-loaded")) {
    const box = canvas.getBoundingClientRect();
    const [left, top] = [corner.x + x - box.x, corner.y + y - box.y];
    if (left < 0 || top < 0 || left >= box.width || top >= box.height) continue;
    const scale = canvas.width / box.width;
    const pixel = canvas.getContext("2d").getImageData(left * scale, top * scale, 1, 1);
    return [...pixel.data].join();
  }
  return "nothing";
}

async function drawn() {
  const canvases = () => [...document.querySelectorAll("canvas.leaflet-tile")];
  const end = performance.now() + 10_000;
  while (!canvases().length || canvases().some((c) => !c.matches(".leaflet-tile-loaded"))) {
    if (performance.now() > end) throw new Error("The basemap was not drawn");
    await new Promise(requestAnimationFrame);
  }
}

/** What the basemap shows at a place: sea, land or another colour. */
async function shown(place, zoom) {
  map.setView(place, zoom, {animate: false});
  await drawn();
  const colour = colourAt("tilePane", map.latLngToContainerPoint(place));
  return {[rgb("--map-sea")]: "water", [rgb("--map-land")]: "land"}[colour] ?? colour;
}

/** How many pixels of a part of the page's maps have each colour. */
function counted(selector) {
  const counts = {};
  for (const canvas of document.querySelectorAll(`${selector} canvas.leaflet-tile-loaded`)) {
    const {width, height} = canvas;
    const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
    for (let i = 0; i < data.length; i += 4) {
      const colour = [...data.slice(i, i + 4)].join();
      counts[colour] = (counts[colour] ?? 0) + 1;
    }
  }
  return counts;
}

Object.assign(window, {rgb, colourAt, shown, counted});
"""


class Map:
    """A page with the basemap, every request it made and every complaint of the console."""

    def __init__(self, browser: Browser, address: str, **options: object) -> None:
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport={"width": 1000, "height": 700}, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.add_init_script(LOOK)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        # The advice is about these tests' looking at pixels.
        if message.type in ("error", "warning") and "willReadFrequently" not in message.text:
            self.complaints.append(message.text)

    def open(self) -> Page:
        self.page.route("**/only-a-map", self._answer)
        self.page.goto(self.address + "/only-a-map")
        self.page.wait_for_function("window.map")
        return self.page

    @staticmethod
    def _answer(route: Route) -> None:
        route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    def shown(self, place: tuple[float, float], zoom: float) -> str:
        return str(self.page.evaluate("([place, zoom]) => shown(place, zoom)", [list(place), zoom]))

    def fetched(self, name: str) -> bool:
        return any(url.endswith(f"basemap/{name}.json") for url in self.requests)

    def close(self) -> None:
        strangers = [u for u in self.requests if not u.startswith((self.address + "/", "data:"))]
        self.context.close()
        assert strangers == []
        assert self.complaints == []


@pytest.fixture
def sheet(browser: Browser, address: str) -> Iterator[Map]:
    opened = Map(browser, address)
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1, 2])
def test_lakes_and_seas_are_water_and_islands_land(
    browser: Browser, address: str, scheme: str, ratio: float
):
    opened = Map(browser, address, color_scheme=scheme, device_scale_factor=ratio)
    opened.open()
    for zoom in (4, 5.5, 6, 7.5, 9):
        for water in (VANERN, LADOGA, BALTIC):
            assert (opened.shown(water, zoom), water, zoom) == ("water", water, zoom)
        for land in (GOTLAND, SMALAND, KARELIA):
            assert (opened.shown(land, zoom), land, zoom) == ("land", land, zoom)
    opened.close()


def test_the_map_follows_when_the_reader_turns_the_light_off(sheet: Map):
    page = sheet.open()
    page.emulate_media(color_scheme="light")
    assert sheet.shown(VANERN, 6) == "water"
    before = page.evaluate("rgb('--map-sea')")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("before => rgb('--map-sea') !== before", arg=before)
    # The page hears of it a moment later than its style sheet.
    page.wait_for_function("place => shown(place, 6).then((s) => s === 'water')", arg=list(VANERN))
    assert sheet.shown(GOTLAND, 6) == "land"


def test_detail_is_fetched_only_where_it_can_be_seen(sheet: Map):
    sheet.open()
    for zoom in (3, 4, 5, 5.5):
        sheet.shown(SMALAND, zoom)
    assert sheet.fetched("overview")
    assert sheet.fetched("lakes")
    assert not sheet.fetched("detail")
    assert not sheet.fetched("lakes-detail")
    sheet.shown(SMALAND, 6)
    assert sheet.fetched("detail")
    assert sheet.fetched("lakes-detail")


@pytest.mark.parametrize("zoom", [4.5, 5, 6.5, 8, 8.5])
def test_tiles_are_drawn_for_the_zoom_they_are_seen_at(sheet: Map, zoom: float):
    page = sheet.open()
    sheet.shown(SMALAND, zoom)
    sizes = page.evaluate(
        """[...document.querySelectorAll("canvas.leaflet-tile")].map((canvas) =>
            Math.round(canvas.getBoundingClientRect().width))"""
    )
    assert set(sizes) == {256}


def test_a_name_goes_on_in_the_next_tile(sheet: Map):
    """At zoom 4 the edge of two tiles, x = 2304, runs through the middle of “Warsaw”."""
    page = sheet.open()
    sheet.shown((52.23, 21.0), 4)
    inked = """async ([from, to]) => {
        const middle = map.project([52.23, 21.01], 4).y;
        let ink = 0;
        for (let x = from; x < to; x++) {
            for (let y = middle - 7; y < middle + 7; y++) {
                const point = map.latLngToContainerPoint(map.unproject([x, y], 4));
                if (!/^nothing$|,0$/.test(colourAt("towns", point))) ink++;
            }
        }
        return ink;
    }"""
    assert page.evaluate(inked, [2298, 2303]) > 10
    assert page.evaluate(inked, [2306, 2311]) > 10


def test_a_file_that_failed_is_asked_for_again(sheet: Map):
    page = sheet.page
    page.route("**/basemap/lakes-detail.json", lambda route: route.abort(), times=1)
    sheet.open()
    page.evaluate("map.setView([58, 14], 7, {animate: false})")
    page.wait_for_timeout(300)
    assert sheet.complaints != []
    sheet.complaints.clear()
    page.evaluate("map.eachLayer((layer) => layer.redraw?.())")
    assert sheet.shown(VANERN, 7) == "water"


def test_the_credit_names_openstreetmap(sheet: Map):
    credit = sheet.open().locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("Natural Earth, GeoNames, © OpenStreetMap contributors")
    expect(credit.get_by_role("link", name="OpenStreetMap contributors")).to_have_attribute(
        "href", "https://www.openstreetmap.org/copyright"
    )


def test_a_street_map_is_linked_to_and_not_asked(sheet: Map):
    page = sheet.open()
    link = page.evaluate("streetMapLink(56.1234567, 12.5, 15)")
    assert link == (
        "https://www.openstreetmap.org/?mlat=56.12346&mlon=12.50000#map=15/56.12346/12.50000"
    )
    assert page.evaluate("streetMapLink(1, 2, 99)").endswith("#map=19/1.00000/2.00000")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_maps_of_datasette_leaflet_geojson_have_lakes_too(
    browser: Browser, address: str, scheme: str
):
    opened = Map(browser, address, color_scheme=scheme)
    page = opened.page
    page.goto(f"{address}/baltic/enterprises?_view=table")
    cell = page.locator("td.col-geometry")
    cell.locator(".leaflet-marker-icon").scroll_into_view_if_needed()
    expect(cell).to_contain_text("OpenStreetMap contributors")
    page.wait_for_function(
        """() => {
            const counts = counted("td.col-geometry .leaflet-tile-pane");
            return counts[rgb("--map-land")] > 10_000 && counts[rgb("--map-sea")] > 10_000;
        }"""
    )
    opened.close()
