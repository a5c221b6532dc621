"""CSV that a spreadsheet shows and does not run, and that one can restore exactly."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.csv_guard import guarded, restored
from portal.csv_rows import csv_text
from portal.walk import Page, PageError

CELLS = st.one_of(
    st.sampled_from(
        ["=1+1", "+1", "-1", "-a", "@x", "\t=", "\r", "'", "''=", "＝1", '"', "a\r\nb"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
)


async def written(rows: list[list[Any]]) -> str:
    async def one_page():
        yield Page([f"c{n}" for n in range(len(rows[0]))], rows, frozenset())

    return "".join([text async for text in csv_text(one_page(), header=False)])


def read(text: str | bytes) -> list[list[str]]:
    whole = text.decode() if isinstance(text, bytes) else text
    return list(csv.reader(io.StringIO(whole, newline="")))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
async def test_dropping_one_apostrophe_restores_every_cell(rows: list[list[str]]):
    cells = read(await written(rows))
    assert [[restored(cell) for cell in row] for row in cells] == rows
    assert not any(
        cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝")) for row in cells for cell in row
    )


@pytest.mark.parametrize("number", ["-1", "-0.5", "-1e-05", "-371"])
def test_negative_numbers_stay_numbers(number: str):
    assert guarded(number) == number


@pytest.mark.parametrize("cell", ["-1+1", "-A1", "- 1", "-", "-1\n=2"])
def test_what_only_begins_like_a_number_is_guarded(cell: str):
    assert guarded(cell) == "'" + cell


async def test_numbers_and_gaps_are_written_as_they_are():
    assert await written([[-5, None, 54.35, "=1", "-5"]]) == "-5,,54.35,'=1,-5\r\n"


async def test_csv_holds_all_records_whatever_the_page_size(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "content-disposition" not in response.headers
    rows = read(response.content)
    assert len(rows) == 1 + 12
    assert not any(cell[:1] in tuple("=+@\t\r") and cell for row in rows for cell in row)
    names = [restored(row[1]) for row in rows]
    assert "'t Kleine Huis" in names
    assert 'A "quoted", name;\nin two lines' in names


async def test_labels_stand_in_columns_of_their_own(portal: Datasette):
    response = await portal.client.get(
        "/baltic/enterprises.csv?_labels=on&country=SE&_col=country&_sort=id"
    )
    assert read(response.content) == [
        ["id", "country", "country_label"],
        ["se-strasse", "SE", "Sweden"],
    ]


async def test_one_page_is_given_when_one_is_asked_for(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.csv?_size=2")
    assert len(read(response.content)) == 3


async def test_a_download_is_named_after_its_table(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.csv?_dl=on")
    assert response.headers["content-disposition"] == 'attachment; filename="enterprises.csv"'


async def test_csv_of_sql_is_guarded_too(portal: Datasette):
    response = await portal.client.get("/baltic.csv", params={"sql": "select '=1+1' as '@a'"})
    assert read(response.content) == [["'@a"], ["'=1+1"]]


async def test_a_table_that_cannot_be_read_to_its_end_breaks_off(portal: Datasette, monkeypatch):
    async def two_pages(*_):
        yield Page(["id"], [["dk-a"]], frozenset())
        raise PageError(500, "disk gone")

    (plugin,) = [p for p in pm.get_plugins() if getattr(p, "__name__", "") == "csv_output.py"]
    monkeypatch.setattr(plugin, "pages", two_pages)
    with pytest.raises(PageError):
        await portal.client.get("/baltic/enterprises.csv")


@pytest.mark.parametrize(
    "sql", ["select foo", "delete from enterprises", "select char(0", "select 1; select 2", ""]
)
async def test_sql_that_is_wrong_is_no_csv(portal: Datasette, sql: str):
    response = await portal.client.get("/baltic.csv", params={"sql": sql})
    assert response.status_code == 400
    assert response.json()["error"]


async def test_csv_of_sql_says_where_it_was_cut(portal: Datasette):
    cut = await portal.client.get("/baltic.csv?sql=select+id+from+enterprises")
    assert cut.headers["x-truncated"] == "5"
    assert len(read(cut.content)) == 1 + 5
    whole = await portal.client.get("/baltic.csv?sql=select+id+from+enterprises+limit+5")
    assert "x-truncated" not in whole.headers
    page = await portal.client.get("/baltic?sql=select+id+from+enterprises")
    assert "More than 5 rows; only so many are here and in the downloads" in page.text


async def test_one_record_has_its_csv(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises/dk-formula.csv")
    header, record = read(response.content)
    assert dict(zip(header, record, strict=True))["name"].startswith("'=HYPERLINK")
    assert (await portal.client.get("/baltic/enterprises/nobody.csv")).status_code == 404
