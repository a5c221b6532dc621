"""What all formats have in common: what is withheld, refused, downloaded, credited, given up."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from datasette.app import Datasette
from datasette.plugins import pm

from portal.app import create_datasette

LISTS = ["", ".json", ".csv", ".geojson", ".xlsx", ".bib", ".csl", ".svg", ".png", ".map"]
OURS = [".geojson", ".xlsx", ".bib", ".csl", ".svg", ".png", ".map"]


def portal_of(operator: dict[str, Any], published: Path, folder: Path) -> Datasette:
    """The portal with an operator's `metadata.yml`."""
    metadata = folder / "metadata.yml"
    metadata.write_text(yaml.safe_dump(operator))
    return create_datasette(published, metadata=metadata)


@pytest.fixture
def withholding(published: Path, tmp_path: Path) -> Datasette:
    """The enterprises are not for the public, nor is SQL, nor one of two stored queries."""
    queries = {
        "two": {"sql": "select 1 as a, 2 as b"},
        "secret": {"sql": "select 'secret' as word", "allow": False},
    }
    words = {"tables": {"enterprises": {"allow": False}}, "queries": queries, "allow_sql": False}
    return portal_of({"databases": {"baltic": words}}, published, tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        *(f"/baltic/enterprises{form}" for form in LISTS),
        *(f"/baltic/enterprises/dk-cykler{form}" for form in ("", ".json", ".csv")),
        "/da/baltic/enterprises",
        "/embed/map",
        "/suggest/enterprises?q=cyk",
    ],
)
async def test_a_table_that_is_withheld_is_withheld_everywhere(
    withholding: Datasette, address: str
):
    response = await withholding.client.get(address)
    assert response.status_code == 403
    assert "Cykel" not in response.text
    if response.headers["content-type"].startswith("application/json"):
        assert response.json()["error"] == "This table is not for the public."
    else:
        assert "<h1>" in response.text


async def test_the_other_tables_stay_open(withholding: Datasette):
    for address in ("/baltic/organisations", "/baltic/events.csv", "/suggest/events?q=sum"):
        assert (await withholding.client.get(address)).status_code == 200


@pytest.mark.parametrize("address", ["/baltic.csv?sql=select+1", "/baltic/secret.csv"])
async def test_what_datasette_forbids_with_a_page_is_no_csv(withholding: Datasette, address: str):
    response = await withholding.client.get(address)
    assert (response.status_code, response.json()["ok"]) == (403, False)
    assert response.json()["error"] == "Forbidden"


@pytest.mark.parametrize("form", OURS)
async def test_stored_queries_have_none_of_the_formats_of_tables(withholding: Datasette, form: str):
    response = await withholding.client.get(f"/baltic/two{form}")
    assert response.status_code == 404
    assert f"There is no format “{form[1:]}”" in response.json()["error"]


async def test_stored_queries_have_a_csv(withholding: Datasette):
    response = await withholding.client.get("/baltic/two.csv?_dl=1")
    assert response.text == "a,b\r\n1,2\r\n"
    assert response.headers["content-disposition"] == 'attachment; filename="two.csv"'


@pytest.mark.parametrize("form", OURS)
async def test_other_databases_have_none_of_the_formats(portal: Datasette, form: str):
    response = await portal.client.get(f"/_internal/tables{form}")
    assert (response.status_code, response.json()["ok"]) == (404, False)


@pytest.mark.parametrize(
    "address",
    [
        *(f"/baltic/organisations{form}?" for form in [".csv", *OURS] if form != ".map"),
        "/baltic/enterprises/dk-cykler.csv?",
        "/baltic.csv?sql=select+1&",
    ],
)
async def test_only_a_download_is_a_download(portal: Datasette, address: str):
    for asked, expected in {"": False, "_dl=off": False, "_dl=0": False, "_dl=on": True,
                            "_dl=1": True, "_dl=true": True}.items():  # fmt: skip
        response = await portal.client.get(address + asked)
        assert response.status_code == 200, response.text
        told = response.headers.get("content-disposition", "")
        assert told.startswith('attachment; filename="') == expected, asked
        assert told.endswith(address.partition("?")[0].rpartition(".")[2] + '"') == expected


async def test_publisher_and_licence_are_the_operator_s_everywhere(published: Path, tmp_path: Path):
    operator = {
        "about": "Other Network",
        "about_url": "https://network.example.org",
        "license": "Other Licence",
        "license_url": "https://licence.example.org",
    }
    client = portal_of(operator, published, tmp_path).client
    for form in ("", ".bib", ".csl", "/dk-cykler"):
        text = (await client.get(f"/baltic/enterprises{form}")).text
        assert "Other Network" in text
        assert "Other Licence" in text
        assert "Support Network in" not in text
        assert "Creative Commons" not in text
    assert "https://licence.example.org" in (await client.get("/baltic/enterprises/dk-cykler")).text
    assert "Licence: Other Licence" in (await client.get("/baltic/enterprises.svg")).text
    collection = (await client.get("/baltic/enterprises.geojson")).json()
    assert collection["license"] == "https://licence.example.org"
    assert collection["attribution"].startswith("Other Network; ")
    content = (await client.get("/baltic/enterprises.xlsx")).content
    about = dict(openpyxl.load_workbook(io.BytesIO(content))["About"].iter_rows(values_only=True))
    assert about["Publisher"] == "Other Network, https://network.example.org"
    assert about["Licence"] == "Other Licence, https://licence.example.org"
    told = (await client.get("/-/metadata.json")).json()["databases"]["baltic"]
    assert (told["license"], told["source"]) == ("Other Licence", "Other Network")


@pytest.mark.parametrize(
    ("address", "is_page"),
    [
        ("/baltic/enterprises?country=LT", True),
        ("/embed/map?country=LT", True),
        ("/baltic/enterprises.map?country=LT", False),
        ("/baltic/enterprises.svg?country=LT", False),
        ("/da/baltic/enterprises.png?country=LT", False),
    ],
)
async def test_what_takes_too_long_is_given_up_in_words(
    published: Path, monkeypatch: pytest.MonkeyPatch, address: str, is_page: bool
):
    monkeypatch.setattr("portal.reading.TIME_LIMIT_MS", 0)
    response = await create_datasette(published).client.get(address)
    assert response.status_code == 503
    if is_page:
        assert "<h1>That took too long</h1>" in response.text
        assert "took too long to work out. Please narrow the choice" in response.text
    else:
        assert (response.json()["ok"], response.json()["status"]) == (False, 503)


async def test_a_suggestion_that_comes_too_late_is_none(
    published: Path, monkeypatch: pytest.MonkeyPatch
):
    portal = create_datasette(published)
    (plugin,) = [p for p in pm.get_plugins() if getattr(p, "__name__", "") == "suggestions.py"]
    monkeypatch.setattr(plugin, "TIME_LIMIT_MS", 0)
    response = await portal.client.get("/suggest/enterprises?q=cyk")
    assert response.status_code == 200
    assert "option" not in response.text


async def test_a_broken_index_is_no_suggestion_but_an_error(published: Path, tmp_path: Path):
    broken = tmp_path / "baltic.db"
    shutil.copy(published.resolve(), broken)
    with closing(sqlite3.connect(broken)) as connection:
        connection.execute("drop table enterprises_fts_words")
    response = await create_datasette(broken).client.get("/suggest/enterprises?q=cyk")
    assert response.status_code == 500


async def test_maps_of_datasette_s_tables_take_their_words_from_data(portal: Datasette):
    html = (await portal.client.get("/da/baltic/enterprises?_view=table&country=PL")).text
    assert '<script type="application/json" id="leaflet-words">' in html
    assert '"zoomIn": "Zoom ind"' in html
    assert "leaflet-address.js" in html
    assert "LIBRARY_URL" not in html
    assert "leaflet-address.js" not in (await portal.client.get("/baltic/enterprises")).text
