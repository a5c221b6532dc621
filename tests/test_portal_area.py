"""Geographic filters: on every table with places, in every format, exact, and strict."""

from __future__ import annotations

import math

import pytest
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.area import EARTH_KM, Box, Near, distance_km

WITH_PLACES = ["enterprises", "organisations", "events"]


async def ids(portal: Datasette, query: str, table: str = "enterprises") -> set[str]:
    response = await portal.client.get(f"/baltic/{table}.json?{query}&_shape=array&_size=max")
    assert response.status_code == 200, response.text
    return {row["id"] for row in response.json()}


async def test_a_box_holds_what_lies_in_it(portal: Datasette):
    assert await ids(portal, "_bbox=12,55,13,56") == {"dk-cykler", "dk-script"}
    assert await ids(portal, "_bbox=12,50,20,57") == {
        "dk-cykler",
        "dk-script",
        "pl-lodz",
        "se-strasse",
    }


async def test_the_edges_belong_to_the_box(portal: Datasette):
    exact = "_bbox=12.56553,55.67594,12.56553,55.67594"
    assert await ids(portal, exact) == {"dk-cykler", "dk-script"}
    assert await ids(portal, "_bbox=12.56554,55.67594,13,56") == set()


async def test_near_is_a_circle(portal: Datasette):
    km = distance_km(55.7, 12.6, 55.67594, 12.56553)
    assert await ids(portal, f"_near=55.7,12.6,{km + 0.01:.3f}") == {"dk-cykler", "dk-script"}
    assert await ids(portal, f"_near=55.7,12.6,{km - 0.01:.3f}") == set()


async def test_places_combine_with_all_other_conditions(portal: Datasette):
    query = "_bbox=10,50,20,60&_near=55.7,12.6,500&country=DK&country=SE&_search=summary"
    assert await ids(portal, query) == {"dk-cykler", "dk-script", "se-strasse"}


@pytest.mark.parametrize("table", WITH_PLACES)
@pytest.mark.parametrize("query", ["_bbox=0,40,40,75", "_near=55,12,5000"])
async def test_every_table_with_places_takes_them_in_every_format(
    portal: Datasette, table: str, query: str
):
    for address in ("", ".json", ".csv", ".geojson", ".xlsx", ".svg", ".bib", ".map"):
        response = await portal.client.get(f"/baltic/{table}{address}?{query}")
        assert response.status_code == 200, response.text[:200]


async def test_one_way_of_writing(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises?_bbox= 12.0000001,+55,13.,56.50")
    assert "_bbox=12%2C55%2C13%2C56.5" in response.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("_bbox=13,55,12,56", "west"),
        ("_bbox=12,56,13,55", "south"),
        ("_bbox=12,55,13", "4 numbers"),
        ("_bbox=12,55,13,56,1", "4 numbers"),
        ("_bbox=a,b,c,d", "4 numbers"),
        ("_bbox=", "4 numbers"),
        ("_bbox=nan,55,13,56", "4 numbers"),
        ("_bbox=1e999,55,13,56", "longitude"),
        ("_bbox=12,-91,13,56", "latitude"),
        ("_bbox=-181,55,13,56", "longitude"),
        ("_bbox=12;55;13;56", "4 numbers"),
        ("_bbox=12,55,13,56&_bbox=1,2,3,4", "2 times"),
        ("_near=55,12", "3 numbers"),
        ("_near=55,12,0", "distance"),
        ("_near=55,12,-5", "distance"),
        ("_near=55,12,1e9", "distance"),
        ("_near=95,12,5", "latitude"),
        ("_near=55,12,5km", "3 numbers"),
        ("_near=٥٥,12,5", "3 numbers"),
        ("_viewport=1,2,3,4", ".map"),
        ("_zoom=5", ".map"),
    ],
)
async def test_nonsense_is_refused_in_words(portal: Datasette, query: str, words: str):
    for address in ("", ".json", ".csv", ".geojson"):
        response = await portal.client.get(f"/baltic/enterprises{address}?{query}")
        assert response.status_code == 400
        assert words in response.text


async def test_a_table_without_places_says_so(portal: Datasette):
    response = await portal.client.get("/baltic/library.json?_bbox=1,2,3,4")
    assert response.status_code == 400
    assert "no place" in response.json()["error"]


LATITUDES = st.floats(-89, 89).map(lambda value: round(value, 4))
LONGITUDES = st.floats(-179, 179).map(lambda value: round(value, 4))


@given(LATITUDES, LONGITUDES, st.floats(0.1, 3000), st.floats(0, 360), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_the_box_around_a_circle_holds_all_of_it(
    latitude: float, longitude: float, km: float, bearing: float, share: float
):
    near = Near(latitude, longitude, km)
    angle = share * km / EARTH_KM
    up, turn = math.radians(latitude), math.radians(bearing)
    there = math.asin(
        math.sin(up) * math.cos(angle) + math.cos(up) * math.sin(angle) * math.cos(turn)
    )
    aside = math.atan2(
        math.sin(turn) * math.sin(angle) * math.cos(up),
        math.cos(angle) - math.sin(up) * math.sin(there),
    )
    east = (longitude + math.degrees(aside) + 540) % 360 - 180
    north = math.degrees(there)
    assert distance_km(latitude, longitude, north, east) <= km + 1e-6
    box = near.box
    assert box.south - 1e-9 <= north <= box.north + 1e-9
    assert box.west - 1e-9 <= east <= box.east + 1e-9


@given(st.text())
@settings(max_examples=300)
def test_any_text_is_a_box_or_refused(text: str):
    for kind in (Box, Near):
        try:
            read = kind.read(text)
        except ValueError:
            continue
        assert kind.read(str(read)) == read
