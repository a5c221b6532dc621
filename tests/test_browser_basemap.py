"""The basemap in a real Chromium: what colour a place has, at which zoom, from where it came."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from browser_fixtures import ROOT, Visit, serving, visiting
from playwright.sync_api import Browser, Page, Request, Route, expect
from portal_fixtures import publish

pytestmark = pytest.mark.browser

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
    with serving(publish(tmp_path_factory.mktemp("lakes"), {"enterprises": [LIDKOPING]})) as base:
        yield base


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

/** The pixels of the land in the middle of the map, four bytes each, in base 64. */
async function picture(place, zoom) {
  map.setView(place, zoom, {animate: false});
  await drawn();
  const frame = map.getContainer().getBoundingClientRect();
  const all = document.createElement("canvas");
  all.width = all.height = 300 * devicePixelRatio;
  const context = all.getContext("2d");
  for (const canvas of map.getPane("tilePane").querySelectorAll("canvas.leaflet-tile-loaded")) {
    const box = canvas.getBoundingClientRect();
    const corner = [box.x - frame.x - 300, box.y - frame.y - 150];
    context.drawImage(canvas, ...corner.map((n) => Math.round(n * devicePixelRatio)));
  }
  const {data} = context.getImageData(0, 0, all.width, all.height);
  let text = "";
  for (let i = 0; i < data.length; i += 9000) {
    text += String.fromCharCode(...data.subarray(i, i + 9000));
  }
  return btoa(text);
}

Object.assign(window, {rgb, colourAt, shown, counted, picture});
"""


class Map:
    """A page with the basemap."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page: Page = visit.page
        self.page.add_init_script(LOOK)

    def open(self) -> Page:
        self.page.route("**/only-a-map", self._answer)
        self.visit.open("/only-a-map")
        self.page.wait_for_function("() => window.map")
        return self.page

    @staticmethod
    def _answer(route: Route) -> None:
        route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    def shown(self, place: tuple[float, float], zoom: float) -> str:
        return str(self.page.evaluate("([place, zoom]) => shown(place, zoom)", [list(place), zoom]))

    def fetched(self, name: str) -> bool:
        return any(url.endswith(f"basemap/{name}.json") for url in self.visit.requests)

    def sheets(self) -> list[str]:
        """The files of one sheet that were asked for: `detail/35-19`."""
        addresses = (url.partition("/basemap/")[2] for url in self.visit.requests)
        return [name.removesuffix(".json") for name in addresses if "/" in name]

    def picture(self, place: tuple[float, float], zoom: float) -> bytes:
        """The pixels of the land in the middle, four bytes each."""
        drawn = "([place, zoom]) => picture(place, zoom)"
        return base64.b64decode(self.page.evaluate(drawn, [list(place), zoom]))


@contextmanager
def drawing(browser: Browser, address: str, **options: object) -> Iterator[Map]:
    with visiting(browser, address, **options) as visit:
        yield Map(visit)
        # Advice about how these tests look at pixels.
        visit.complaints = [one for one in visit.complaints if "willReadFrequently" not in one]


@pytest.fixture
def sheet(browser: Browser, address: str) -> Iterator[Map]:
    with drawing(browser, address) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ratio", [1, 2])
def test_lakes_and_seas_are_water_and_islands_land(
    browser: Browser, address: str, scheme: str, ratio: float
):
    with drawing(browser, address, color_scheme=scheme, device_scale_factor=ratio) as opened:
        opened.open()
        for zoom in (4, 5.5, 6, 7.5, 9):
            for water in (VANERN, LADOGA, BALTIC):
                assert (opened.shown(water, zoom), water, zoom) == ("water", water, zoom)
            for land in (GOTLAND, SMALAND, KARELIA):
                assert (opened.shown(land, zoom), land, zoom) == ("land", land, zoom)


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


def test_sheets_are_fetched_once_and_only_where_they_can_be_seen(sheet: Map):
    sheet.open()
    for zoom in (3, 4, 5, 5.5):
        sheet.shown(SMALAND, zoom)
    assert sheet.fetched("overview")
    assert sheet.fetched("lakes")
    assert sheet.sheets() == []
    sheet.shown(SMALAND, 6)
    near = in_sight(SMALAND, 6)
    expected = {f"{kind}/{tile}" for kind in ("detail", "lakes") for tile in near}
    assert set(sheet.sheets()) == expected
    sheet.shown(SMALAND, 7.5)
    assert set(sheet.sheets()) == expected
    sheet.shown(SMALAND, 9)
    assert set(sheet.sheets()) == expected | {f"towns/{tile}" for tile in in_sight(SMALAND, 9)}
    assert len(sheet.sheets()) == len(set(sheet.sheets()))
    assert not sheet.fetched("detail")
    assert not sheet.fetched("lakes-detail")


def in_sight(
    place: tuple[float, float], zoom: float, width: int = 900, height: int = 600
) -> set[str]:
    """The sheets under the tiles of a map of this size."""
    side, world = 256 * 2 ** (zoom - 6), 256 * 2**zoom
    x = (place[1] + 180) / 360 * world
    y = (1 - math.asinh(math.tan(math.radians(place[0]))) / math.pi) / 2 * world
    across, down = (
        range(
            math.floor((middle - length / 2) // 256 * 256 / side),
            math.ceil(((middle + length / 2) // 256 + 1) * 256 / side),
        )
        for middle, length in ((x, width), (y, height))
    )
    return {f"{column}-{row}" for column in across for row in down}


@pytest.mark.parametrize(
    ("country", "place"),
    [
        ("Denmark", (56.1, 10.5)),
        ("Estonia", (58.7, 25.5)),
        ("Finland", (61.5, 25.0)),
        ("Lithuania", (55.3, 23.9)),
        ("Poland", (52.1, 19.3)),
    ],
)
def test_a_country_seen_near_by_needs_little(sheet: Map, country: str, place: tuple[float, float]):
    page = sheet.open()
    page.evaluate("document.getElementById('sheet').style = 'width: 500px; height: 800px'")
    page.evaluate("map.invalidateSize({animate: false})")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    assert sheet.shown(place, 6) in ("land", "water")
    tiles = in_sight(place, 6, 500, 800)
    assert set(sheet.sheets()) == {f"{k}/{tile}" for k in ("detail", "lakes") for tile in tiles}
    bodies = [one.sizes()["responseBodySize"] for one in asked if "/basemap/" in one.url]
    assert 10_000 < sum(bodies) < 36_000, country


@pytest.mark.parametrize(("ratio", "scheme"), [(1, "light"), (1.25, "dark"), (2, "light")])
def test_no_seam_shows_where_sheets_meet(browser: Browser, address: str, ratio: float, scheme: str):
    """The picture is the one to be had when each sheet holds all of the map."""
    options = {"device_scale_factor": ratio, "color_scheme": scheme}
    with (
        drawing(browser, address, **options) as opened,
        drawing(browser, address, **options) as whole,
    ):
        for folder, name in (("detail", "detail"), ("lakes", "lakes-detail")):
            body = (ROOT / "static" / "basemap" / f"{name}.json").read_bytes()
            whole.page.route(f"**/basemap/{folder}/*.json", partial(answer, body=body))
        opened.open()
        whole.open()
        # Here four sheets meet: in the Kattegat, at Åland, in Lithuania, at Onega.
        for place, zoom in [
            ((58.814, 11.25), 6),
            ((60.3, 22.5), 6.5),
            ((55.777, 22.5), 7.5),
            ((61.606, 33.75), 8.5),
        ]:
            shown, expected = opened.picture(place, zoom), whole.picture(place, zoom)
            assert len(shown) == len(expected) == 4 * (300 * ratio) ** 2
            assert set(shown[3::4]) == {255}, "a gap that one sees through"
            assert len(set(shown)) > 10, "coasts, borders"
            # Where coasts bend within a pixel they depend on where a line begins.
            other = sum(abs(a - b) > 40 for a, b in zip(shown, expected, strict=True))
            assert other < 20, (place, zoom)


def answer(route: Route, body: bytes) -> None:
    route.fulfill(body=body, content_type="application/json")


def test_beyond_the_sheets_the_map_goes_on(sheet: Map):
    sheet.open()
    for zoom in (6, 7.5):
        assert sheet.shown((44.0, 3.0), zoom) == "land", "France"
        assert sheet.shown((57.0, 60.0), zoom) == "land", "the Ural"
        assert sheet.shown((60.0, -35.0), zoom) == "water", "the Atlantic"
    # At 50.6° east the sheets end.
    colours = sheet.page.evaluate(
        """async () => {
            map.setView([53, 50.625], 8, {animate: false});
            await shown([53, 50.625], 8);
            return Object.keys(counted("#sheet .leaflet-tile-pane"));
        }"""
    )
    assert all(colour.endswith(",255") for colour in colours)


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


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "zoom", "border"),
    [
        ("Norrköping", 58.594, 16.182, 6, 35 * 256),
        ("Norrköping", 58.594, 16.182, 6.5, 35 * 256 * math.sqrt(2)),
        ("Sandviken", 60.616, 16.766, 8, 35 * 1024),
    ],
)
def test_a_name_goes_on_on_the_next_sheet(
    sheet: Map, name: str, latitude: float, longitude: float, zoom: float, border: float
):
    page = sheet.open()
    sheet.shown((latitude, longitude), zoom)
    inked = """([latitude, longitude, zoom, from]) => {
        const middle = map.project([latitude, longitude], zoom).y;
        let ink = 0;
        for (let x = from; x < from + 10; x++) {
            for (let y = middle - 7; y < middle + 7; y++) {
                const point = map.latLngToContainerPoint(map.unproject([x, y], zoom));
                if (!/^nothing$|,0$/.test(colourAt("towns", point))) ink++;
            }
        }
        return ink;
    }"""
    for start in (border - 11, border + 1):
        assert page.evaluate(inked, [latitude, longitude, zoom, start]) > 20, name


def test_a_file_that_failed_is_asked_for_once_more(sheet: Map):
    page = sheet.page
    page.route("**/basemap/lakes/34-18.json", lambda route: route.abort(), times=1)
    sheet.open()
    assert sheet.shown(VANERN, 7) == "water"
    assert [url.partition("/lakes/")[2] for url in sheet.visit.requests].count("34-18.json") == 2
    assert len(sheet.visit.complaints) == 1, "the browser's own"
    sheet.visit.complaints.clear()


def test_a_file_that_failed_twice_is_asked_for_by_the_next_tile(sheet: Map):
    page = sheet.page
    page.route("**/basemap/lakes/34-18.json", lambda route: route.abort(), times=2)
    sheet.open()
    page.evaluate(
        """new Promise((failed) => {
            map.eachLayer((layer) => layer.on("tileerror", failed));
            map.setView([58, 14], 7, {animate: false});
        })"""
    )
    sheet.visit.complaints.clear()
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
    with drawing(browser, address, color_scheme=scheme) as opened:
        page = opened.visit.open("/baltic/enterprises?_view=table")
        cell = page.locator("td.col-geometry")
        cell.locator(".leaflet-marker-icon").scroll_into_view_if_needed()
        expect(cell).to_contain_text("OpenStreetMap contributors")
        page.wait_for_function(
            """() => {
                const counts = counted("td.col-geometry .leaflet-tile-pane");
                return counts[rgb("--map-land")] > 10_000 && counts[rgb("--map-sea")] > 10_000;
            }"""
        )
