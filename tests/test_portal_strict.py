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


@pytest.mark.parametrize(
    "path",
    ["/baltic.foo", "/baltic.geojson", "/baltic/enterprises.foo", "/baltic/sources/a.geojson"],
)
async def test_a_format_that_is_none_is_not_found(portal: Datasette, path: str):
    response = await portal.client.get(path)
    assert response.status_code == 404
    assert "There is no format" in response.json()["error"]


@pytest.mark.parametrize("path", ["/baltic.csv", "/baltic.csv?_stream=1", "/baltic.csv?sql=+"])
async def test_csv_of_nothing_asks_of_what(portal: Datasette, path: str):
    response = await portal.client.get(path)
    assert response.status_code == 400
    assert "one table" in response.json()["error"] or "sql=" in response.json()["error"]


async def test_the_database_takes_no_filters(portal: Datasette):
    assert (await portal.client.get("/baltic.json?country=DK")).status_code == 400
    assert (await portal.client.get("/baltic?country=DK")).status_code == 400
    assert (await portal.client.get("/baltic?sql=")).status_code == 200


@pytest.mark.parametrize("path", ["/baltic.json?sql=select+1&_shape=no",
                                  "/baltic/enterprises/dk-cykler?_shape=no",
                                  "/baltic/enterprises/dk-cykler.json?_extras=no"])  # fmt: skip
async def test_a_wrong_option_is_refused_everywhere(portal: Datasette, path: str):
    assert (await portal.client.get(path)).status_code == 400


@pytest.mark.parametrize("key", ["a", "a,b", "a,b,c", "a,b,c,d", ",", ",,"])
@pytest.mark.parametrize("table", ["sources", "enterprises", "issues", "build_report"])
async def test_a_record_that_cannot_be_is_not_found(portal: Datasette, table: str, key: str):
    assert (await portal.client.get(f"/baltic/{table}/{key}")).status_code == 404


@pytest.mark.parametrize("extension", ["", ".json", ".csv", ".geojson"])
@pytest.mark.parametrize(
    "query",
    ["_stream=1", "_col=city&_col=country", "_col=city&_col=country&_labels=on",
     "_sort=founded&_col=country&_size=2&_labels=on", "_nocol=city&_labels=on&_size=2"],
)  # fmt: skip
async def test_every_choice_of_columns_has_its_pages(portal: Datasette, extension: str, query: str):
    assert (await portal.client.get(f"/baltic/enterprises{extension}?{query}")).status_code == 200


@pytest.mark.parametrize("extension", ["", ".json", ".csv", ".geojson"])
async def test_the_column_of_the_order_cannot_be_left_out(portal: Datasette, extension: str):
    for query in ("_nocol=name", "_sort=founded&_nocol=founded"):
        response = await portal.client.get(f"/baltic/enterprises{extension}?{query}")
        assert response.status_code == 400
        assert "_sort" in response.text


async def test_a_slash_too_many_is_sent_on(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises/?country=DK")
    assert response.headers["location"] == "/baltic/enterprises?country=DK"


async def test_a_repeated_key_means_or_on_pages_of_columns_too(portal: Datasette):
    for query, count in (("code=DK", 1), ("code=DK&code=SE", 2)):
        html = (await portal.client.get(f"/baltic/countries?{query}")).text
        assert f'role="status">{count} record' in html


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/baltic/enterprises?_view=table&_page=2", "_page"),
        ("/baltic.json?sql=select+1&_ttl=31536000", "_ttl"),
        ("/baltic.json?sql=select+1&_timelimit=x", "_timelimit"),
        ("/baltic.json?sql=select+1&_json_infinity=zz", "_json_infinity"),
        ("/baltic.json?sql=select+1&foo=1", "foo"),
        ("/baltic.json?sql=select+1&sql=select+2", "2 times"),
        ("/embed/map?_facet=country", "columns"),
        ("/embed/map?contry=DK", "Did you mean"),
        ("/?country=DK", "parameters"),
    ],
)
async def test_what_would_be_ignored_is_refused(portal: Datasette, path: str, words: str):
    response = await portal.client.get(path)
    assert response.status_code == 400
    assert words in response.text


async def test_an_sql_query_takes_its_own_parameters(portal: Datasette):
    response = await portal.client.get(
        "/baltic.json?sql=select+name+from+enterprises+where+country=:land&land=PL&_shape=arrays"
    )
    assert len(response.json()["rows"]) == 2


async def test_a_next_page_may_follow_an_empty_key(portal: Datasette):
    address, seen = "/baltic/build_report.json?_size=1", 0
    while address and seen < 5:
        response = await portal.client.get(address)
        assert response.status_code == 200, address
        seen += len(response.json()["rows"])
        address = (response.json()["next_url"] or "").removeprefix("http://localhost")
