"""Countries in a real Chromium: charts and tables that fit, from the index to a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_fixtures import NARROW, WIDE, serving, violations, visiting
from playwright.sync_api import Browser, expect
from portal_fixtures import publish

pytestmark = pytest.mark.browser

NETWORK = "BY DE DK EE FI IS LT LV NO PL RU SE".split()
ALL = "/countries/compare?" + "&".join(f"country={code}" for code in NETWORK)
PAGES = ["/countries", "/countries/pl", "/countries/is", "/countries/compare", ALL, "/countries/xx"]
SECTORS = (
    "accommodation-and-food", "agriculture-and-forestry", "arts-and-culture",
    "cleaning-and-facilities", "community-and-social-services", "construction-and-repair",
    "education-and-training", "energy-and-environment", "finance-and-business-services",
    "health-and-care", "ict-and-digital", "manufacturing-and-crafts", "media-and-communication",
    "recycling-and-reuse", "retail-and-trade", "sport-and-recreation", "transport-and-logistics",
)  # fmt: skip


def enterprises() -> Iterator[dict[str, Any]]:
    """Poland overfull, of every sector and decade; Iceland empty; the others small."""
    for code in NETWORK:
        for number in range({"PL": 330, "IS": 0}.get(code, 12)):
            point = {"type": "Point", "coordinates": [20 + number % 7, 52]}
            yield {
                "id": f"{code.lower()}-{number}",
                "name": f"{code} {number}",
                "country": code,
                "city": f"Town with a long name number {number % 40}",
                "legal_form": f"Form{'x' * 60} {number % 15}",
                "founded": 1700 + number % 325 if code == "PL" else 2000 + number % 9,
                "sector": SECTORS[number % len(SECTORS)],
                "source_url": f"https://{'long-' * 9}{number % 12}.example.org/{number}",
                "latitude": 52,
                "longitude": 20 + number % 7,
                "precision": "place",
                "geometry": point,
            }


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("countries-browser")
    with serving(publish(folder, {"enterprises": list(enterprises())})) as base:
        yield base


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_stands_in_anyone_s_way(
    browser: Browser, address: str, size: dict[str, int], scheme: str
):
    with visiting(browser, address, viewport=size, color_scheme=scheme) as visitor:
        for path in PAGES:
            page = visitor.open(path)
            for details in page.locator("details.behind summary").all():
                details.click()
            assert violations(page) == [], path


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_but_the_table(browser: Browser, address: str, width: int):
    with visiting(browser, address, viewport={"width": width, "height": 800}) as visitor:
        for path in [*PAGES, "/lt/countries/pl"]:
            page = visitor.open(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        table = visitor.open(ALL).locator(".comparison")
        assert table.evaluate("one => one.scrollWidth > one.clientWidth")


@pytest.mark.parametrize("path", ["/countries/pl", ALL])
def test_the_words_of_a_chart_lie_within_it_at_any_width(browser: Browser, address: str, path: str):
    with visiting(browser, address) as visitor:
        for width in (320, 390, 1280):
            visitor.page.set_viewport_size({"width": width, "height": 800})
            page = visitor.open(path)
            outside = page.locator("svg.chart text").evaluate_all(
                """words => words.filter(word => {
                    const box = word.getBoundingClientRect();
                    return box.left < 0 || box.right > document.documentElement.clientWidth;
                }).map(word => word.textContent)"""
            )
            assert outside == []


def test_the_first_column_of_a_comparison_stays_in_sight(browser: Browser, address: str):
    with visiting(browser, address, viewport=NARROW) as visitor:
        page = visitor.open(ALL)
        table = page.locator(".comparison")
        heading = page.get_by_role("rowheader", name="Social enterprises")
        before = heading.bounding_box()
        table.focus()
        table.evaluate("one => one.scrollTo(600, 0)")
        after = heading.bounding_box()
        assert before and after
        assert after["x"] == before["x"]
        link = page.locator(".comparison td a").last
        link.focus()
        box = link.bounding_box()
        assert box
        assert box["x"] >= after["x"] + after["width"]


def test_a_shadow_tells_that_the_table_goes_on(browser: Browser, address: str):
    with visiting(browser, address, viewport=NARROW) as visitor:
        table = visitor.open(ALL).locator(".comparison")
        layers = table.evaluate("one => getComputedStyle(one).backgroundAttachment")
        assert layers.split(", ")[:2] == ["local", "scroll"]


def test_from_the_index_to_a_comparison_and_a_list(browser: Browser, address: str):
    with visiting(browser, address, java_script_enabled=False) as visitor:
        page = visitor.open("/countries")
        page.get_by_label("Compare: Latvia").check()
        page.get_by_role("button", name="Compare the chosen countries").click()
        expect(page.get_by_text("Choose at least one more")).to_be_visible()
        page.get_by_label("Sweden").check()
        page.get_by_role("button", name="Compare the chosen countries").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Compare countries: Latvia, Sweden"
        )
        page.get_by_role("columnheader", name="Sweden").get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sweden")
        page.get_by_label("Compare with").first.select_option("Poland")
        page.get_by_role("button", name="Compare", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Compare countries: Sweden, Poland"
        )
        page.get_by_role("link", name="Change the countries").click()
        expect(page.get_by_role("checkbox", name="Poland")).to_be_in_viewport()
        page.get_by_role("row", name="Accommodation and food").get_by_role("link").last.click()
        expect(page.get_by_role("status")).to_contain_text("20 records")


def test_the_map_shows_the_enterprises_of_the_country_alone(browser: Browser, address: str):
    with visiting(browser, address) as visitor:
        page = visitor.open("/countries/lv")
        expect(page.locator("#map .map-marker button").first).to_be_visible()
        assert any("enterprises.map?country=LV" in url for url in visitor.requests)


def test_charts_are_seen_in_forced_colours(browser: Browser, address: str):
    with visiting(browser, address, forced_colors="active") as visitor:
        page = visitor.open("/countries/pl")
        colours = page.evaluate(
            """() => ["svg.chart rect", "svg.chart text"].map(
                one => getComputedStyle(document.querySelector(one)).fill)"""
        )
        assert colours[0] == colours[1]
