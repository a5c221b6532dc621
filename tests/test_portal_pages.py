"""What a visitor reads: home, tables, records, errors, for full and empty data."""

from __future__ import annotations

import re
from html import unescape

import pytest
from datasette.app import Datasette

PAGES = [
    "/",
    "/baltic",
    "/baltic/enterprises",
    "/baltic/enterprises?_view=table",
    "/baltic/enterprises?_search=zzzz",
    "/baltic/events",
    "/baltic/articles",
    "/baltic/library",
    "/baltic/organisations",
    "/baltic/programmes",
    "/baltic/sources",
    "/baltic/issues",
    "/baltic/build_report",
    "/baltic/countries",
    "/baltic/countries/DK",
    "/baltic?sql=select+1",
]
RECORDS = [
    "/baltic/enterprises/dk-script",
    "/baltic/enterprises/se-strasse",
    "/baltic/enterprises/lt-rtl",
    "/baltic/events/summit",
    "/baltic/articles/first",
    "/baltic/organisations/dk-network",
]


async def page(portal: Datasette, path: str) -> str:
    response = await portal.client.get(path)
    assert response.status_code == 200, response.text
    return response.text


def assert_sound(html: str) -> None:
    """A language, a title, one main heading, landmarks, no undefined value, no event handler."""
    assert '<html lang="en">' in html
    assert re.search(r"<title>[^<]{5,}</title>", html)
    assert html.count("<h1") == 1
    assert '<main id="main"' in html
    assert 'href="#main"' in html
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", html, flags=re.S))
    assert "Undefined" not in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("path", PAGES + RECORDS)
async def test_every_page_is_sound(portal: Datasette, path: str):
    assert_sound(await page(portal, path))


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_sound_without_records(empty_portal: Datasette, path: str):
    assert_sound(await page(empty_portal, path))


@pytest.mark.parametrize("path", ["/nope", "/baltic/nope", "/baltic/enterprises?nope=1", "/-/nope"])
async def test_errors_wear_the_same_dress(portal: Datasette, path: str):
    response = await portal.client.get(path)
    assert response.status_code in (400, 404)
    assert_sound(response.text)


async def test_numbers_on_the_home_page_are_the_database_s(portal: Datasette):
    html = await page(portal, "/")
    assert "4 enterprises on the map" in html
    assert "8 enterprises are not on the map" in html
    for country, count in {"DK": 4, "PL": 2, "SE": 1}.items():
        assert re.search(
            rf'country={country}" rel="nofollow"><span>\w+</span> <strong>{count}<', html
        )


async def test_the_map_is_drawn_for_readers_without_scripts(portal: Datasette):
    html = await page(portal, "/")
    (address,) = re.findall(r'<img class="drawn-map" id="drawn-map" src="([^"]+)"', html)
    picture = await portal.client.get(address)
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.count("<circle") >= 3


async def test_coming_events_and_newest_articles_are_shown(portal: Datasette):
    html = await page(portal, "/")
    assert "Coming events" in html
    assert "30 May – 1 Jun 2099" in html
    assert "March 2026, We" in html


async def test_an_empty_directory_says_so(empty_portal: Datasette):
    html = await page(empty_portal, "/")
    assert "There are no enterprises in this edition" in html
    assert "0 enterprises on the map" in html


async def test_a_record_is_told_in_words(portal: Datasette):
    html = await page(portal, "/baltic/enterprises/pl-lodz")
    assert "<dt title=" in html
    assert ">Poland</a>" in html
    assert "Not yet confirmed by the partner" in html
    assert "Town or village" in html
    assert "Employees" not in html, "what is not known takes no room"
    assert "{&#34;type&#34;: &#34;Point&#34;" in html, "for datasette-leaflet-geojson"


async def test_an_approximate_place_is_said_to_be_one(portal: Datasette):
    html = await page(portal, "/baltic/enterprises/se-strasse")
    assert "Only an area is known" in html


async def test_a_record_without_a_place_says_so(portal: Datasette):
    assert "Not on the map" in await page(portal, "/baltic/enterprises/lt-emoji")


async def test_a_record_names_those_it_belongs_to(portal: Datasette):
    html = await page(portal, "/baltic/events/summit")
    assert '<a href="/baltic/organisations/dk-network">Network</a>' in html
    assert "Events it organises: 1" in await page(portal, "/baltic/organisations/dk-network")


async def test_labels_stand_for_codes(portal: Datasette):
    html = await page(portal, "/baltic/enterprises?country=DK")
    assert "Country: Denmark" in html
    assert "Recycling and reuse" in html


async def test_maps_stand_in_tables_of_few_rows_only(portal: Datasette):
    point = "&#34;Point&#34;"
    assert point in await page(portal, "/baltic/enterprises?_view=table&country=PL")
    assert point not in await page(portal, "/baltic/enterprises?_view=table")


async def test_downloads_are_of_the_same_choice(portal: Datasette):
    html = await page(portal, "/baltic/enterprises?country=PL&country=DK&_sort=name")
    for extension in ("csv", "xlsx", "json", "geojson", "bib", "csl"):
        assert f"/baltic/enterprises.{extension}?country=DK&amp;country=PL" in html
    assert "6 records, free to use" in html


async def test_the_schema_s_words_reach_datasette(portal: Datasette):
    await portal.client.get("/")
    metadata = (await portal.client.get("/-/metadata.json")).json()
    table = metadata["databases"]["baltic"]["tables"]["enterprises"]
    assert table["title"] == "Social enterprises"
    assert table["columns"]["employees"].startswith("Employees (persons): ")
    assert table["license"] == "Creative Commons Attribution 4.0 International"
    assert table["source_url"]


@pytest.mark.parametrize("table", ["enterprises", "events", "sources", "countries"])
async def test_search_engines_may_list_a_table_and_its_pages(portal: Datasette, table: str):
    html = await page(portal, f"/baltic/{table}")
    assert "noindex" not in html
    assert f'<link rel="canonical" href="http://localhost/baltic/{table}">' in html


async def test_search_engines_may_list_later_pages(portal: Datasette):
    later = await page(portal, "/baltic/countries?_size=5")
    (address,) = re.findall(r'<a class="button" href="([^"]+)" rel="next"', later)
    assert "noindex" in await page(portal, unescape(address).removeprefix("http://localhost"))
    later = await page(portal, "/baltic/enterprises?_page=2")
    assert "noindex" not in later
    assert '<link rel="canonical" href="http://localhost/baltic/enterprises?_page=2">' in later


@pytest.mark.parametrize("query", ["country=DK", "_search=cykel", "_sort=city", "_view=table"])
async def test_search_engines_list_no_choices(portal: Datasette, query: str):
    html = await page(portal, f"/baltic/enterprises?{query}")
    assert '<meta name="robots" content="noindex">' in html
    canonical = "" if query[0] == "_" and "_search" not in query else f"?{query}"
    own = f"http://localhost/baltic/enterprises{canonical}"
    assert f'<link rel="canonical" href="{own}">' in html
    for link in re.findall(r"<a [^>]*\?[^>]*>", html):
        assert "nofollow" in link or 'rel="next"' in link, link


async def test_search_engines_list_no_data(portal: Datasette):
    for path in ("/baltic/enterprises.csv", "/baltic/enterprises.geojson", "/baltic.json",
                 "/baltic/enterprises/dk-cykler.json"):  # fmt: skip
        assert (await portal.client.get(path)).headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in (await portal.client.get("/baltic/enterprises")).headers


async def test_a_search_and_a_chip_keep_the_view(portal: Datasette):
    html = await page(portal, "/baltic/enterprises?country=DK&_view=table&_sort=city")
    assert '<input type="hidden" name="_view" value="table">' in html
    assert '<input type="hidden" name="country" value="DK">' in html
    assert 'href="/baltic/enterprises?_sort=city&amp;_view=table"' in html


async def test_a_boolean_is_told_by_its_name(portal: Datasette):
    html = await page(portal, "/baltic/events")
    (card,) = re.findall(r'<ol class="cards".*?</ol>', html, flags=re.S)
    assert "Online</span>" in card
    assert "Yes" not in card
