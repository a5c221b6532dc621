"""CSV that a spreadsheet shows and does not run, and that one can restore exactly."""

from __future__ import annotations

import csv
import io

import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.csv_guard import CsvGuard, guarded, restored
from portal.walk import Page, PageError

CELLS = st.one_of(
    st.sampled_from(
        ["=1+1", "+1", "-1", "-a", "@x", "\t=", "\r", "'", "''=", "＝1", '"', "a\r\nb"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
)


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def read(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
)
@settings(max_examples=400, deadline=None)
def test_dropping_one_apostrophe_restores_every_cell(rows: list[list[str]], cuts: list[int]):
    source = written(rows)
    guard = CsvGuard()
    out, at, turn = b"", 0, 0
    while at < len(source):  # cut anywhere: within quotes, line breaks, characters
        size = cuts[turn % len(cuts)]
        out += guard.feed(source[at : at + size])
        at, turn = at + size, turn + 1
    assert guard.complete
    cells = read(out)
    assert [[restored(cell) for cell in row] for row in cells] == read(source)
    assert not any(
        cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝")) for row in cells for cell in row
    )


@pytest.mark.parametrize("number", ["-1", "-0.5", "-1e-05", "-371"])
def test_negative_numbers_stay_numbers(number: str):
    assert guarded(number) == number


@pytest.mark.parametrize("cell", ["-1+1", "-A1", "- 1", "-", "-1\n=2"])
def test_what_only_begins_like_a_number_is_guarded(cell: str):
    assert guarded(cell) == "'" + cell


def test_a_stream_that_breaks_off_is_not_complete():
    guard = CsvGuard()
    assert guard.feed(b"a,b\r\n1,2\r\ninterrup") == b"a,b\r\n1,2\r\n"
    guard.feed(b"ted")
    assert not guard.complete


def test_memory_stays_flat_whatever_the_chunks():
    guard = CsvGuard()
    for _ in range(20_000):
        guard.feed(b'1,"=a\nb"\r\n2')
        assert sum(map(len, guard._pending)) < 50


def test_a_megabyte_cell_goes_through():
    cell = "=" + "x" * 1_000_000
    assert read(CsvGuard().feed(written([[cell]]))) == [["'" + cell]]


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
    response = await portal.client.get("/baltic/enterprises.csv?_labels=on&country=SE&_col=country")
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


async def test_sql_that_cannot_be_read_to_its_end_breaks_off(portal: Datasette, monkeypatch):
    (plugin,) = [p for p in pm.get_plugins() if getattr(p, "__name__", "") == "csv_output.py"]
    monkeypatch.setattr(plugin.CsvGuard, "complete", False)
    with pytest.raises(plugin.CsvBrokeOff):
        await portal.client.get("/baltic.csv?sql=select+1")
