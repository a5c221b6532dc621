"""A record's page in a real Chromium: by eye, by keyboard, by screen reader, without scripts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal_fixtures import publish
from test_portal_record import ENTERPRISES, MORE, REMOVALS

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
            "microsoft-edge")  # fmt: skip
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
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
    """The portal as a process of its own, at a free port."""
    records = {"enterprises": [*ENTERPRISES, HOSTILE], "removals": REMOVALS, **MORE}
    published = publish(tmp_path_factory.mktemp("browser-records"), records)
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
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=options)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that asks nobody but us, and whose console stays silent."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 850})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    complaints: list[str] = []
    strangers: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    opened.on("request", lambda request: _note_stranger(request.url, address, strangers))
    opened.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning") and "status of 4" not in message.text
            else None
        ),
    )
    yield opened
    context.close()
    assert strangers == []
    assert complaints == []


def _note_stranger(url: str, address: str, strangers: list[str]) -> None:
    if not url.startswith((f"{address}/", "data:", "blob:")):
        strangers.append(url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_in_anyone_s_way(page: Page, path: str, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path)
    if page.locator(".record-map").count():
        page.locator(".record-map canvas").first.wait_for()
    found = Axe().run(page, options=RULES)
    assert len(found.response["passes"]) > 20
    assert found.response["violations"] == [], found.generate_report()


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
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/baltic/enterprises/ee-full")
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
    context.close()


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
