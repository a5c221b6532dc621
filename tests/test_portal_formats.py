"""One query string selects the same records in every format."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from portal.app import create_datasette

FILTERS = st.lists(
    st.sampled_from(
        [
            ("country", "DK"),
            ("country", "PL"),
            ("country__not", "DK"),
            ("country__in", "DK,SE,PL"),
            ("country__notin", "LT,LV"),
            ("sector", "recycling-and-reuse"),
            ("sector", "retail-and-trade"),
            ("impact_area__isnull", "1"),
            ("founded__gte", "1995"),
            ("founded__lt", "1998"),
            ("founded", "1991"),
            ("founded", "1992"),
            ("founded__notnull", "1"),
            ("latitude__gt", "52.5"),
            ("latitude__isblank", "1"),
            ("longitude", "12.56553"),
            ("precision", "place"),
            ("name", 'A "quoted", name;\nin two lines'),
            ("name", "🚲 Dviratis"),
            ("name__contains", "ø"),
            ("name__glob", "*[<%]*"),
            ("_search", "kobenhavn"),
            ("_search", "summary of"),
            ("_search", "kobenhvan"),
            ("_bbox", "12,50,20,57"),
            ("_bbox", "12.56553,51.77058,19.47395,55.67594"),
            ("_bbox", "-180,-90,180,90"),
            ("_near", "55.6,12.6,10"),
            ("_near", "52,19,500"),
            ("founded_decade", "1990"),
            ("founded_decade", "2000"),
            ("_sort", "founded"),
            ("_sort_desc", "latitude"),
        ]
    ),
    max_size=5,
)


@given(FILTERS)
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_all_formats_hold_the_same_records(portal: Datasette, pairs: list[tuple[str, str]]):
    query = urlencode(pairs)
    counted = await portal.client.get(f"/baltic/enterprises.json?{query}&_size=0")
    if counted.status_code == 400:
        for form in (".csv", ".geojson", ".xlsx", ""):
            response = await portal.client.get(f"/baltic/enterprises{form}?{query}")
            assert response.status_code == 400
        assert (await portal.client.get(f"/embed/map?{query}")).status_code == 400
        return
    ids = await json_ids(portal, f"/baltic/enterprises.json?{query}&_size=3&_shape=objects")
    text = (await portal.client.get(f"/baltic/enterprises.csv?{query}")).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    features = (await portal.client.get(f"/baltic/enterprises.geojson?{query}")).json()["features"]
    assert counted.json()["filtered_table_rows_count"] == len(ids)
    assert [row["id"] for row in rows] == ids
    assert [feature["id"] for feature in features] == ids
    assert len(set(ids)) == len(ids)
    assert set(await page_ids(portal, query)) == set(ids)
    embedded = (await portal.client.get(f"/embed/map?{query}")).text
    assert f"({len(ids)} record" in embedded
    assert (await portal.client.get(f"/baltic/enterprises.map?{query}")).json()["total"] == len(ids)


async def page_ids(portal: Datasette, query: str) -> list[str]:
    """The ids on all pages of the list, of which the number told must be true."""
    first = (await portal.client.get(f"/baltic/enterprises?{query}&_size=5")).text
    (total,) = re.findall(r'id="count"[^>]*>(\d+) record', first)
    ids = re.findall(r'data-id="([^"]+)"', first)
    for page in range(2, -(-int(total) // 5) + 1):
        later = (await portal.client.get(f"/baltic/enterprises?{query}&_size=5&_page={page}")).text
        ids += re.findall(r'data-id="([^"]+)"', later)
    assert len(ids) == len(set(ids)) == int(total)
    return ids


async def test_a_workbook_holds_the_same_records_as_the_page(portal: Datasette):
    for query in ("country=DK&country=PL", "_search=kobenhavn", "_near=52,19,500", "name__glob=Z*"):
        answer = await portal.client.get(f"/baltic/enterprises.xlsx?{query}")
        sheet = load_workbook(io.BytesIO(answer.content), read_only=True).worksheets[0]
        (heads, *rows) = sheet.iter_rows(values_only=True)
        assert {row[heads.index("id")] for row in rows} == set(await page_ids(portal, query))


async def json_ids(portal: Datasette, address: str | None) -> list[str]:
    """The ids of all pages of JSON."""
    ids: list[str] = []
    while address:
        page = (await portal.client.get(address)).json()
        ids += [row["id"] for row in page["rows"]]
        address = page["next_url"] and page["next_url"].removeprefix("http://localhost")
    return ids


async def test_a_second_country_widens_the_view(portal: Datasette):
    counts = [
        (await portal.client.get(f"/baltic/enterprises.json?{query}&_size=0")).json()[
            "filtered_table_rows_count"
        ]
        for query in ("country=DK", "country=DK&country=PL", "country=DK&country=PL&country=LT")
    ]
    assert counts == [4, 6, 8]
    assert all(a < b for a, b in pairwise(counts))


async def test_geojson_keeps_records_without_a_place(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.geojson")
    collection = response.json()
    assert response.headers["content-type"] == "application/geo+json; charset=utf-8"
    assert collection["type"] == "FeatureCollection"
    assert collection["license"].startswith("https://creativecommons.org/")
    assert "GeoNames" in collection["attribution"]
    features = {feature["id"]: feature for feature in collection["features"]}
    assert features["lt-emoji"]["geometry"] is None
    assert features["pl-lodz"]["geometry"] == {"type": "Point", "coordinates": [19.47395, 51.77058]}
    assert "geometry" not in features["pl-lodz"]["properties"]
    assert features["pl-lodz"]["properties"]["name"].startswith("Łódzka")


async def test_geojson_of_chosen_columns_has_geometry_still(portal: Datasette):
    response = await portal.client.get(
        "/baltic/enterprises.geojson?_col=name&country=PL&precision=place"
    )
    (feature,) = response.json()["features"]
    assert feature["geometry"]
    assert set(feature["properties"]) == {"id", "name"}


async def test_geojson_lists_are_lists_and_labels_are_beside_codes(portal: Datasette):
    response = await portal.client.get("/baltic/organisations.geojson?_labels=on")
    properties = response.json()["features"][0]["properties"]
    assert properties["offer"] == ["training", "advice"]
    assert (properties["country"], properties["country_label"]) == ("DK", "Denmark")


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/baltic/library.geojson", 404, "no place"),
        ("/baltic/nope.geojson", 404, "no table"),
        ("/baltic/enterprises.geojson?country=XX", 400, "codes are"),
        ("/baltic/enterprises.geojson?_nocol=geometry", 400, "geometry"),
        ("/baltic/enterprises.geojson?_next=zzz", 400, "_next"),
    ],
)
async def test_geojson_refuses_in_words(portal: Datasette, address: str, status: int, words: str):
    response = await portal.client.get(address)
    assert (response.status_code, response.json()["ok"]) == (status, False)
    assert words in response.json()["error"]


@pytest.mark.parametrize("form", ["csv", "geojson", "xlsx"])
async def test_downloads_are_to_be_had_below_another_path(published: Path, form: str):
    portal = create_datasette(published, settings={"base_url": "/portal/"})
    response = await portal.client.get(f"/baltic/enterprises.{form}")
    assert response.status_code == 200, response.text
