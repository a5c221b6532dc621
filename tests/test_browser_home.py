"""A visitor's journey in a real Chromium: from the map of the home page to a record's map."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "microsoft-edge")  # fmt: skip


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """The portal as a process of its own, at a free port."""
    command = [sys.executable, "-m", "portal", "--port", "0", "--database", str(published)]
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


class Visit:
    """One visitor's pages, every request they made and every complaint of the console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    @property
    def strangers(self) -> list[str]:
        """Requests to anyone but us."""
        ours = (f"{self.address}/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(ours)]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 850})
    visitor = Visit(context, address)
    yield visitor
    assert visitor.strangers == []
    assert visitor.complaints == []
    context.close()


def test_from_the_map_to_a_record_and_its_map(visit: Visit):
    page = visit.open("/")
    circles = page.locator("#map path.place")
    expect(circles).to_have_count(3)
    expect(page.locator("#map path.place.approximate")).to_have_count(1)
    expect(page.locator("#map canvas").first).to_be_visible()
    circles.first.click(force=True)  # the largest: two enterprises at one spot
    popup = page.locator(".map-popup")
    expect(popup.get_by_role("link", name="Cykelværkstedet København")).to_be_visible()
    expect(popup.get_by_role("link", name="<script>alert(1)</script> & Sønner")).to_be_visible()
    popup.get_by_role("link", name="Cykelværkstedet København").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cykelværkstedet København")
    expect(page.locator(".record-map canvas").first).to_be_visible()
    expect(page.locator(".record-map img.leaflet-marker-icon")).to_be_visible()
    expect(page.get_by_text("Natural Earth, GeoNames")).to_be_visible()
    assert any("basemap/detail.json" in url for url in visit.requests)


def test_the_map_begins_with_the_whole_baltic_sea(visit: Visit):
    page = visit.open("/")
    expect(page.locator("#map path.place")).to_have_count(3)
    map_box = page.locator("#map").bounding_box()
    assert map_box
    for circle in page.locator("#map path.place").all():  # Copenhagen, Łódź, Öland
        box = circle.bounding_box()
        assert box
        assert 0.2 < (box["x"] - map_box["x"]) / map_box["width"] < 0.8
        assert 0.5 < (box["y"] - map_box["y"]) / map_box["height"] < 1.05


def test_the_names_of_towns_lie_above_the_circles(visit: Visit):
    page = visit.open("/")
    page.locator("#map .leaflet-towns-pane canvas").first.wait_for()
    layers = page.evaluate(
        """["towns", "overlay", "marker"].map((name) =>
            +getComputedStyle(document.querySelector(`#map .leaflet-${name}-pane`)).zIndex)"""
    )
    towns, circles, markers = layers
    assert circles < towns < markers


def test_the_map_is_used_by_keyboard(visit: Visit):
    page = visit.open("/baltic/enterprises?country=PL")
    page = visit.open("/")
    expect(page.locator("#map path.place")).to_have_count(3)
    page.get_by_role("button", name="Search").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    expect(page.locator("#map-keys")).to_be_visible()
    page.locator("#map").evaluate("map => map.scrollIntoView()")
    for _ in range(30):  # from the middle of the Baltic down to Öland
        if page.locator(".map-popup").count():
            break
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(300)
        page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Straße på Öland")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()


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
    context = browser.new_context(java_script_enabled=False)
    visitor = Visit(context, address)
    page = visitor.open("/")
    expect(page.locator("#map svg circle.place")).to_have_count(3)
    page.get_by_label("Search the enterprises").fill("lodzka")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Łódzka Spółdzielnia").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Łódzka")
    expect(page.get_by_text("51.7706° N")).to_be_visible()
    page.get_by_role("link", name="Poland").click()
    expect(page.get_by_role("status")).to_have_text("2 records")
    page.get_by_role("link", name="Country: Poland").click()
    expect(page.get_by_role("status")).to_have_text("12 records")
    assert visitor.strangers == []
    context.close()
