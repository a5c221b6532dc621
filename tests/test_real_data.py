"""The whole build on the network's own records."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

DATA = ROOT / "data"


@pytest.fixture(scope="module")
def db(real_database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{real_database.resolve().as_uri()}?mode=ro", uri=True)
    yield connection
    connection.close()


def records_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_record_is_left_out(db: sqlite3.Connection) -> None:
    assert db.execute("select * from issues where severity = 'error'").fetchall() == []
    assert db.execute("select * from build_report where measure = 'rejected'").fetchall() == []


@pytest.mark.parametrize("table", ["organisations", "programmes", "events", "library"])
def test_every_row_of_a_file_is_a_row_of_its_table(db: sqlite3.Connection, table: str) -> None:
    expected = [row["id"] for row in records_in(DATA / f"{table}.csv")]
    assert [row[0] for row in db.execute(f"select id from {table} order by rowid")] == expected


def test_every_enterprise_is_loaded_under_its_country(db: sqlite3.Connection) -> None:
    files = (DATA / "enterprises").glob("*.csv")
    expected = {path.stem.upper(): len(records_in(path)) for path in files}
    assert len(expected) == 12
    loaded = db.execute("select country, count(*) from enterprises group by country")
    assert dict(loaded.fetchall()) == expected


def test_every_article_is_loaded(db: sqlite3.Connection) -> None:
    expected = {path.stem for path in (DATA / "articles").glob("*.md")}
    assert {row[0] for row in db.execute("select id from articles")} == expected


def test_cells_are_stored_as_their_files_have_them(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    for path in (DATA / "enterprises").glob("*.csv"):
        for row in records_in(path):
            (stored,) = db.execute("select * from enterprises where id = ?", [row["id"]])
            for column, text in row.items():
                assert str(stored[column] or "") == text, (row["id"], column)
    db.row_factory = None


def test_nearly_every_enterprise_with_a_town_is_placed_there(db: sqlite3.Connection) -> None:
    placed = Counter(
        row[0] in ("address", "postcode", "place")
        for row in db.execute("select precision from enterprises where city is not null")
    )
    assert placed[True] / placed.total() >= 0.95


def test_every_placement_lies_inside_its_country(db: sqlite3.Connection) -> None:
    outside = db.execute(
        """
        select enterprises.id from enterprises join countries on code = country
        where latitude not between south and north or longitude not between west and east
        """
    )
    assert outside.fetchall() == []


def test_a_place_without_coordinates_says_why(db: sqlite3.Connection) -> None:
    silent = db.execute("select id from enterprises where latitude is null and place_note is null")
    assert silent.fetchall() == []


def test_every_record_names_its_source(db: sqlite3.Connection) -> None:
    (records,) = db.execute("select count(*) from enterprises").fetchone()
    (sources,) = db.execute(
        "select count(*) from sources where record_table = 'enterprises'"
    ).fetchone()
    assert sources == records


def test_foreign_keys_hold(db: sqlite3.Connection) -> None:
    assert db.execute("pragma foreign_key_check").fetchall() == []


def test_postcodes_keep_their_leading_zeros(db: sqlite3.Connection) -> None:
    assert ("00510",) in db.execute("select postcode from enterprises").fetchall()


@pytest.mark.parametrize(
    ("typed", "town"),
    [("kobenhavn", "København"), ("lomza", "Łomża"), ("kardla", "Kärdla"), ("vaxjo", "Växjö")],
)
def test_the_search_index_finds_folded_letters(
    db: sqlite3.Connection, typed: str, town: str
) -> None:
    found = db.execute(
        """
        select city from enterprises
        where rowid in (select rowid from enterprises_fts where enterprises_fts match ?)
        """,
        [typed],
    )
    assert (town,) in found.fetchall()


def test_the_database_describes_itself(db: sqlite3.Connection) -> None:
    (descriptor,) = db.execute("select descriptor from datapackage").fetchone()
    names = {resource["name"] for resource in json.loads(descriptor)["resources"]}
    tables = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
    assert names <= tables
