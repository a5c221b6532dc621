"""Addresses that are not understood are refused in words, in every format, and never widen."""

from __future__ import annotations

import pytest
from datasette.app import Datasette

WRONG = [
    "nope=1",
    "country__nope=DK",
    "country=XX",
    "founded=abc",
    "_facet=nope",
    "_sort=nope",
    "_size=99999",
    "_next=a,b,c,d",
    "_where=1",
    "_timelimit=x",
    "_fts_table=sources",
    "_through=%7B",
    "_facet_array=%7B%22a%22",
    "_nope=1",
    "name=%00",
    "name=%ff%fe",
    "_trace=1",
]


@pytest.mark.parametrize("query", WRONG)
@pytest.mark.parametrize("extension", ["", ".json", ".csv", ".geojson"])
async def test_a_wrong_address_is_refused(portal: Datasette, extension: str, query: str):
    response = await portal.client.get(f"/baltic/enterprises{extension}?{query}")
    assert response.status_code == 400
    if extension:
        answer = response.json()
        assert (answer["ok"], answer["status"]) == (False, 400)
        assert len(answer["error"]) > 20
    else:
        assert "This address is not understood" in response.text


async def test_a_refusal_repeats_no_markup(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises?%3Cscript%3E=1")
    assert response.status_code == 400
    assert "<script>=" not in response.text


async def test_a_huge_address_is_refused(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.json?name=" + "x" * 62_000)
    assert response.status_code == 400
    assert "too long" in response.json()["error"]


async def test_a_search_form_left_empty_shows_everything(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises?_search=&country=DK")
    assert (response.status_code, response.headers["location"]) == (
        302,
        "/baltic/enterprises?country=DK",
    )


async def test_the_filter_form_of_datasette_works(portal: Datasette):
    response = await portal.client.get(
        "/baltic/enterprises?_filter_column_1=founded&_filter_op_1=gte&_filter_value_1=1995"
    )
    assert response.headers["location"] == "/baltic/enterprises?founded__gte=1995"


@pytest.mark.parametrize(
    "name", ["enterprises_fts", "enterprises_fts_data", "sqlite_stat1", "datapackage", "nope"]
)
@pytest.mark.parametrize("rest", ["", ".json", ".csv", "/1", "/1.json"])
async def test_internal_tables_cannot_be_read_by_address(portal: Datasette, name: str, rest: str):
    assert (await portal.client.get(f"/baltic/{name}{rest}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/baltic/enterprises.foo", "/baltic/enterprises/dk-cykler.foo", "/baltic/enterprises/nope"],
)
async def test_what_is_not_there_is_not_found(portal: Datasette, path: str):
    assert (await portal.client.get(path)).status_code == 404


async def test_a_record_takes_no_filters(portal: Datasette):
    assert (await portal.client.get("/baltic/enterprises/dk-cykler?country=DK")).status_code == 400
    response = await portal.client.get("/baltic/enterprises/dk-cykler.json?_shape=objects")
    assert response.json()["rows"][0]["name"] == "Cykelværkstedet København"


async def test_paging_links_keep_the_selection(portal: Datasette):
    query = "country=DK&country=PL&_size=2&_sort=name"
    page = (await portal.client.get(f"/baltic/enterprises.json?{query}")).json()
    following = (await portal.client.get(page["next_url"].removeprefix("http://localhost"))).json()
    assert following["filtered_table_rows_count"] == page["filtered_table_rows_count"] == 6
    assert not {row[0] for row in page["rows"]} & {row[0] for row in following["rows"]}


async def test_facet_links_lead_to_pages(portal: Datasette):
    page = (await portal.client.get("/baltic/enterprises.json?country=DK&country=PL")).json()
    for facet in page["facet_results"].values():
        for value in facet["results"]:
            address = value["toggle_url"].removeprefix("http://localhost")
            found = (await portal.client.get(address)).json()
            assert found["filtered_table_rows_count"] == value["count"]
