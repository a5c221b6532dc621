"""The data of the map: every record in one marker, however many there are."""

from __future__ import annotations

import gzip
import math
import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal_fixtures import publish

from build.mercator import MAX_LATITUDE
from portal.app import create_datasette
from portal.clusters import SPACING
from portal.kept import Kept
from portal.markers import MOST_MARKERS

WORLD = "-180,-85,180,85"
SECTORS = ("recycling-and-reuse", "arts-and-culture", "retail-and-trade", "health-and-care")
#: 300 records share a spot; others lie in towns, are scattered, or nowhere.
SIZE, AT_ONE_SPOT = 3_000, 300
SPOT = (54.35205, 18.64637)


def scattered() -> Iterator[dict[str, Any]]:
    pick = random.Random(5)
    towns = [(pick.uniform(49, 69), pick.uniform(6, 34)) for _ in range(40)]
    for number in range(SIZE):
        latitude, longitude = pick.choice(towns)
        precision = pick.choice(("place", "address", "region"))
        if precision == "address":
            latitude, longitude = pick.uniform(49, 69), pick.uniform(6, 34)
        if number < AT_ONE_SPOT:
            latitude, longitude = SPOT
        nowhere = number % 10 == 9
        yield {
            "id": f"pl-{number}",
            "name": f"№ {number} <b>„Łódź” \U0001f6b2",
            "country": pick.choice(("PL", "SE", "FI")),
            "city": "Gdańsk" if number < AT_ONE_SPOT else "Somewhere",
            "founded": pick.choice((None, 1990, 2010)),
            "sector": pick.choice(SECTORS),
            "source_url": "https://example.org",
            "latitude": None if nowhere else round(latitude, 5),
            "longitude": None if nowhere else round(longitude, 5),
            "precision": None if nowhere else precision,
            "geometry": None
            if nowhere
            else {"type": "Point", "coordinates": [round(longitude, 5), round(latitude, 5)]},
        }


RECORDS = {record["id"]: record for record in scattered()}
LOCATED = {key: record for key, record in RECORDS.items() if record["precision"]}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    folder = tmp_path_factory.mktemp("crowded")
    return create_datasette(publish(folder, {"enterprises": list(RECORDS.values())}))


async def view(ds: Datasette, query: str = "", **viewport: Any) -> dict[str, Any]:
    special = {"_viewport": WORLD, "_zoom": 5} | {f"_{k}": v for k, v in viewport.items()}
    address = f"/baltic/enterprises.map?{urlencode(special)}{'&' + query if query else ''}"
    response = await ds.client.get(address)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def counted(answer: dict[str, Any]) -> int:
    """All records of a view."""
    return len(answer["records"]) + sum(cluster[4] for cluster in answer["clusters"])


def pixels(latitude: float, longitude: float, zoom: float) -> tuple[float, float]:
    scale = 256 * 2**zoom
    up = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return (longitude / 360 + 0.5) * scale, (0.5 - up / 2) * scale


SELECTIONS = st.sampled_from(
    ["", "country=PL", "country=PL&country=SE&sector=retail-and-trade", "founded__gte=2000",
     "precision=region", "_bbox=10,52,25,60", "_near=54.35,18.65,200", "name__contains=7",
     "latitude__isnull=1", "id=pl-0"]
)  # fmt: skip
VIEWPORTS = st.tuples(
    st.floats(-20, 45), st.floats(40, 70), st.floats(0.1, 40), st.floats(0.1, 18)
).map(lambda box: f"{box[0]:.4f},{box[1]:.4f},{box[0] + box[2]:.4f},{box[1] + box[3]:.4f}")
ZOOMS = st.integers(6, 18).map(lambda half: half / 2)
AT_LEISURE = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@AT_LEISURE
@given(query=SELECTIONS, zoom=ZOOMS)
async def test_a_view_of_everything_counts_each_located_record_once(
    crowded: Datasette, query: str, zoom: float
):
    answer = await view(crowded, query, zoom=zoom)
    listed = await crowded.client.get(f"/baltic/enterprises.json?_shape=objects&_size=0&{query}")
    count = listed.json()["filtered_table_rows_count"]
    assert answer["total"] == count
    assert counted(answer) == answer["located"] == sum(number for _, number in answer["groups"])
    keys = [record[4] for record in answer["records"]]
    assert len(set(keys)) == len(keys)


@AT_LEISURE
@given(viewport=VIEWPORTS, zoom=ZOOMS)
async def test_what_the_build_counted_is_what_a_query_counts(
    crowded: Datasette, viewport: str, zoom: float
):
    built = await view(crowded, viewport=viewport, zoom=zoom)
    asked = await view(crowded, "name__notblank=1", viewport=viewport, zoom=zoom)
    assert built == asked


@AT_LEISURE
@given(viewport=VIEWPORTS, zoom=ZOOMS)
async def test_a_view_holds_all_that_lies_in_the_viewport(
    crowded: Datasette, viewport: str, zoom: float
):
    west, south, east, north = map(float, viewport.split(","))
    answer = await view(crowded, viewport=viewport, zoom=zoom)
    left, bottom, right, top = answer["view"]
    assert left <= west + 0.001 and bottom <= south + 0.001
    # Mercator ends before the pole.
    assert right >= east - 0.001 and top >= min(north, MAX_LATITUDE) - 0.001
    inside = [
        record
        for record in LOCATED.values()
        if left <= record["longitude"] <= right and bottom <= record["latitude"] <= top
    ]
    assert abs(counted(answer) - len(inside)) <= 2  # the edges of `view` are rounded
    sectors = Counter(record["sector"] for record in inside)
    assert all(abs(sectors[code] - number) <= 2 for code, number in answer["groups"])


@AT_LEISURE
@given(query=SELECTIONS, viewport=VIEWPORTS, zoom=ZOOMS)
async def test_markers_are_few_and_do_not_overlap(
    crowded: Datasette, query: str, viewport: str, zoom: float
):
    answer = await view(crowded, query, viewport=viewport, zoom=zoom)
    markers = answer["records"] + answer["clusters"]
    assert len(markers) <= MOST_MARKERS
    at = [pixels(latitude, longitude, answer["zoom"]) for latitude, longitude, *_ in markers]
    assert all(math.dist(one, other) >= SPACING - 0.5 for one, other in combinations(at, 2))


async def test_all_markers_of_a_wall_of_screens_are_sent_in_less_than_100_kb(crowded: Datasette):
    response = await crowded.client.get(
        "/baltic/enterprises.map?_viewport=-30,45,60,75&_zoom=9",
        headers={"accept-encoding": "identity"},
    )
    assert counted(response.json()) == len(LOCATED)
    assert len(gzip.compress(response.content)) < 40_000


@pytest.mark.parametrize("zoom", [3, 6.5, 9, 14, 19, 22])
async def test_records_that_share_a_spot_never_vanish(crowded: Datasette, zoom: float):
    latitude, longitude = SPOT
    near = f"{longitude - 0.001},{latitude - 0.001},{longitude + 0.001},{latitude + 0.001}"
    answer = await view(crowded, viewport=near, zoom=zoom)
    there = AT_ONE_SPOT * 9 // 10
    crowds = [cluster for cluster in answer["clusters"] if cluster[4] >= there]
    assert "Gdańsk" in {crowd[-1] for crowd in crowds}
    if zoom > 12:
        (crowd,) = crowds
        assert crowd[4] == there
        assert crowd[:2] == [latitude, longitude]
        assert crowd[6:10] == [longitude, latitude, longitude, latitude]


async def test_the_records_of_a_cluster_are_listed_by_its_box(crowded: Datasette):
    answer = await view(crowded, "country=PL", zoom=9, viewport="15,53,21,56")
    assert answer["clusters"]
    for cluster in answer["clusters"]:
        box = ",".join(map(str, cluster[6:10]))
        address = f"/baltic/enterprises.json?country=PL&_bbox={box}&_shape=objects&_size=0"
        listed = (await crowded.client.get(address)).json()["filtered_table_rows_count"]
        assert listed >= cluster[4]
        if cluster[6:8] == cluster[8:10]:
            assert listed == cluster[4]


async def test_a_single_record_needs_no_further_request(portal: Datasette):
    answer = await view(portal, zoom=9)
    names = {key: (place, approximate) for _, _, approximate, _, key, _, place in answer["records"]}
    assert names == {"pl-lodz": ("Łódź", 0), "se-strasse": (None, 1)}
    group, records = answer["groups"][answer["records"][0][3]]
    assert (group in SECTORS) and records
    (cluster,) = answer["clusters"]
    assert cluster[:3] == [55.67594, 12.56553, 0]
    assert (cluster[4], cluster[-1]) == (2, "København")


async def test_panning_within_a_tile_gets_the_same_answer(crowded: Datasette):
    one = await view(crowded, viewport="12,54,20,58", zoom=6)
    other = await view(crowded, viewport="12.5,54.4,20.2,58.1", zoom=6)
    assert one == other


async def test_an_answer_may_be_kept_for_a_minute(crowded: Datasette):
    response = await crowded.client.get("/baltic/enterprises.map")
    assert response.headers["cache-control"] == "max-age=60"
    assert response.headers["content-type"].startswith("application/json")


def test_what_is_kept_is_bounded_by_its_size_in_all():
    kept: Kept[str] = Kept(10, len)
    kept.put("a", "1234567")
    kept.put("a", "12345")
    kept.put("b", "12345")
    assert (kept.get("a"), kept.get("b")) == ("12345", "12345")
    kept.put("c", "1")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (None, "12345", "1")
    kept.put("d", "larger than all there may be")
    assert len(kept) == 0


async def test_an_empty_selection_is_an_empty_map(empty_portal: Datasette):
    answer = await view(empty_portal)
    assert (answer["total"], answer["located"], answer["bounds"]) == (0, 0, None)
    assert answer["records"] == answer["clusters"] == answer["groups"] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("_viewport=1,2,3", "_viewport"),
        ("_viewport=20,50,10,60", "west"),
        ("_viewport=10,50,20,95", "latitude"),
        ("_viewport=a,b,c,d", "numbers"),
        ("_zoom=far", "_zoom"),
        ("_zoom=23", "_zoom"),
        ("colour=red", "colour"),
        ("_viewport=1,2,3,4%00", "control"),
        ("_zoom=" + "9" * 9_000, "_zoom"),
    ],
)
async def test_nonsense_is_refused_in_words(crowded: Datasette, query: str, words: str):
    response = await crowded.client.get(f"/baltic/enterprises.map?{query}")
    assert response.status_code == 400
    assert words in response.json()["error"]


async def test_a_table_without_places_has_no_map(crowded: Datasette):
    response = await crowded.client.get("/baltic/sectors.map")
    assert response.status_code == 404
    assert "no place" in response.json()["error"]


async def test_the_tables_behind_the_map_are_not_shown(crowded: Datasette):
    response = await crowded.client.get("/baltic.json")
    shown = {table["name"] for table in response.json()["tables"] if not table["hidden"]}
    assert not any("_map" in name for name in shown)
    assert (await crowded.client.get("/baltic/enterprises_map.json")).status_code == 404


def test_the_same_records_make_the_same_index(tmp_path: Path):
    dumps = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        link = publish(folder, {"enterprises": list(RECORDS.values())[:500]})
        dumps.append(link.read_bytes())
    assert dumps[0] == dumps[1]
