"""The Excel workbook holds what JSON holds, typed, and nothing in it is a formula."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from datasette.app import Datasette
from openpyxl.workbook import Workbook

from portal.catalogue import Column, Table
from portal.walk import Page
from portal.xlsx import MOST_TEXT, About, write_workbook


async def workbook(portal: Datasette, address: str) -> Workbook:
    response = await portal.client.get(f"/baltic/{address}")
    assert response.status_code == 200, response.text
    return openpyxl.load_workbook(io.BytesIO(response.content))


def records(book: Workbook) -> list[dict[str, Any]]:
    header, *rows = book["Records"].iter_rows(values_only=True)
    return [dict(zip(header, map(as_excel_shows, row), strict=True)) for row in rows]


def as_excel_shows(cell: Any) -> Any:
    """Excel reads `_x000D_` as the character; openpyxl does not."""
    if isinstance(cell, str):
        return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), cell)
    return cell


def about(book: Workbook) -> dict[str, str]:
    return {str(what): str(words) for what, words in book["About"].iter_rows(values_only=True)}


def as_json(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize(
    "query",
    ["", "country=DK&country=PL", "_sort_desc=founded", "_col=name&_col=founded", "_nocol=city"],
)
async def test_cells_are_those_of_json(portal: Datasette, query: str):
    book = await workbook(portal, f"enterprises.xlsx?{query}")
    expected: list[dict[str, Any]] = []
    path = f"/baltic/enterprises.json?{query}&_shape=objects&_size=5"
    while path:
        answer = (await portal.client.get(path)).json()
        expected += answer["rows"]
        path = (answer["next_url"] or "").removeprefix("http://localhost")
    assert [{k: as_json(v) for k, v in row.items()} for row in records(book)] == expected


async def test_formula_like_text_is_text(portal: Datasette):
    sheet = (await workbook(portal, "enterprises.xlsx?id=dk-formula&_col=name"))["Records"]
    assert sheet["B2"].value == '=HYPERLINK("https://example.org")'
    assert sheet["B2"].data_type != "f"


async def test_dates_truths_numbers_and_lists_have_their_types(portal: Datasette):
    (event,) = records(await workbook(portal, "events.xlsx"))
    assert event["start"] == datetime(2099, 5, 30)
    assert event["online"] is True
    (organisation,) = records(await workbook(portal, "organisations.xlsx"))
    assert organisation["offer"] == "training; advice"
    (article,) = records(await workbook(portal, "articles.xlsx"))
    assert article["published"] == "2026-03", "a month is no day, and no first of the month"
    (lodz,) = records(await workbook(portal, "enterprises.xlsx?id=pl-lodz"))
    assert lodz["latitude"] == 51.77058
    assert lodz["founded"] == 1994


async def test_labels_stand_beside_their_codes(portal: Datasette):
    (record,) = records(await workbook(portal, "enterprises.xlsx?id=dk-cykler&_labels=on"))
    assert (record["country"], record["country_label"]) == ("DK", "Denmark")
    assert record["impact_area_label"] is None


async def test_the_header_stays_in_sight_and_filters(portal: Datasette):
    sheet = (await workbook(portal, "enterprises.xlsx"))["Records"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.endswith("13"), "twelve records and the header"
    assert 8 <= sheet.column_dimensions["B"].width <= 51


async def test_the_workbook_says_what_it_is(portal: Datasette):
    book = await workbook(portal, "enterprises.xlsx?country=DK&_sort=founded")
    told = about(book)
    assert "Denmark" in told["Title"]
    assert told["Number of records"] == "4"
    assert "creativecommons.org" in told["Licence"]
    assert told["Version"] == "2026.11+test"
    assert told["Address"] == "http://localhost/baltic/enterprises?country=DK"
    assert told["Version"] in told["How to cite"]
    assert "Part" not in told
    columns = {row[0]: row for row in book["Columns"].iter_rows(values_only=True)}
    assert columns["founded"][3] == "integer"
    assert set(columns) > set(records(book)[0])


async def test_one_page_says_that_it_is_one(portal: Datasette):
    book = await workbook(portal, "enterprises.xlsx?_size=2")
    assert len(records(book)) == 2
    assert "One page" in about(book)["Part"]


async def test_no_records_leave_the_header(portal: Datasette):
    book = await workbook(portal, "enterprises.xlsx?country=DK&country__not=DK")
    assert records(book) == []
    assert book["Records"]["A1"].value == "id"


async def test_a_download_has_a_name_and_leaves_no_file_behind(
    portal: Datasette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    response = await portal.client.get("/baltic/enterprises.xlsx?_dl=on")
    assert response.headers["content-disposition"] == 'attachment; filename="enterprises.xlsx"'
    assert response.content[:2] == b"PK"
    assert list(tmp_path.iterdir()) == []
    head = await portal.client.head("/baltic/enterprises.xlsx")
    assert (head.status_code, head.content) == (200, b"")


async def test_more_records_than_a_sheet_has_rows_are_refused_in_words(
    portal: Datasette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("portal.xlsx.MOST_ROWS", 12)
    response = await portal.client.get("/baltic/enterprises.xlsx")
    assert response.status_code == 400
    assert "12 rows" in response.json()["error"]
    assert list(tmp_path.iterdir()) == []
    assert (await portal.client.get("/baltic/enterprises.xlsx?country=DK")).status_code == 200


async def test_unknown_filters_are_refused_before_any_file_is_made(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises.xlsx?cuntry=DK")
    assert response.status_code == 400
    assert "country" in response.json()["error"]


HARD = {
    "markup": "<r><t>not ours</t></r>",
    "control": "a\x01b\x0bc\rd",
    "escape": "_x0041_ as it stands",
    "spaces": "  two before, one after ",
    "link": "https://example.org/" + "a" * 3000,
    "emoji": "🚲\ufffe\u202e",
    "apostrophe": "'t",
    "big": 2**60,
    "old": "1899-12-31",
    "wrong": "2026-02-30",
}


async def written(tmp_path: Path, rows: list[list[Any]], columns: list[Column]) -> Workbook:
    table = Table("things", "Things", "", ("id",), {column.name: column for column in columns})

    async def pages() -> AsyncIterator[Page]:
        yield Page([column.name for column in columns], rows, frozenset())

    file = tmp_path / "things.xlsx"
    description = About([("Title", "=1+1")], date(2026, 11, 25))
    await write_workbook(pages(), file, table, description, scratch=tmp_path)
    assert list(tmp_path.iterdir()) == [file]
    return openpyxl.load_workbook(file)


async def test_what_excel_refuses_is_kept_as_text(tmp_path: Path):
    kinds = {"big": "integer", "old": "date", "wrong": "date"}
    columns = [Column(name, name, type=kinds.get(name, "string")) for name in HARD]
    (row,) = records(await written(tmp_path, [list(HARD.values())], columns))
    assert row == HARD | {"big": str(2**60)}


async def test_a_cell_too_long_for_excel_is_cut_and_told(tmp_path: Path):
    columns = [Column("id", "Id"), Column("text", "Text"), Column("whole", "Whole")]
    rows = [["first", "x" * 40_000, "x" * MOST_TEXT], ["second", "🚲" * 20_000, json.dumps([])]]
    book = await written(tmp_path, rows, columns)
    first, second = records(book)
    assert first["text"].startswith("xxx")
    assert first["text"].endswith("… [cut]")
    assert len(first["text"]) == MOST_TEXT
    assert len(first["whole"]) == MOST_TEXT, "as long as may be is not cut"
    assert len(second["text"].encode("utf-16-le")) // 2 <= MOST_TEXT
    told = [words for what, words in book["About"].iter_rows(values_only=True) if "cut" in what]
    assert told[1:] == ["first, text: 40000 characters", "second, text: 40000 characters"]
    assert book["About"]["A1"].value == "Title"
    assert book["About"]["B1"].data_type != "f"
