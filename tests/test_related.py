"""Related records are those that share what few others have, and it is said what that is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from portal_fixtures import publish

from portal.catalogue import Catalogue
from portal.language import speaking
from portal.related import Related, related

Find = Callable[[str, str], tuple[Related, ...]]
Record = dict[str, Any]
SOURCE = {"source_url": "https://example.org"}


def article(key: str, **values: Any) -> Record:
    return {"id": key, "title": key.title(), "publisher": "We", "language": "en"} | SOURCE | values


def item(key: str, **values: Any) -> Record:
    kind = {"id": key, "title": key.title(), "kind": "guide", "url": "https://example.org/i"}
    return kind | SOURCE | values


def event(key: str, **values: Any) -> Record:
    return {"id": key, "name": key.title(), "start": "2026-05-01", "online": False} | (
        {"country": "DK"} | SOURCE | values
    )


RECORDS = {
    "enterprises": [
        {"id": "dk-bybi", "name": "Bybi", "country": "DK", "sector": "retail-and-trade"} | SOURCE
    ],
    "organisations": [
        {"id": "dk-network", "name": "Netværket", "country": "DK", "kind": "network"} | SOURCE
    ],
    "articles": [
        article("subject", themes=["finance", "digital"], enterprises=["dk-bybi"],
                countries=["DK", "PL"], authors=["dk-network"]),
        article("twin", themes=["finance"], enterprises=["dk-bybi"]),
        article("danish", themes=["finance"], language="da", published="2026-09-01"),
        article("english-old", themes=["finance"], published="2020-01-01"),
        article("english-new", themes=["finance"], published="2024"),
        article("alone", themes=["law-and-policy"], topics=["nothing else has this"]),
    ],
    "library": [
        item("course", countries=["PL"], themes=["digital"]),
        item("section", countries=["PL"], themes=["digital"], part_of="course", position=1),
    ],
    "events": [event("summit", organisation="dk-network")],
}  # fmt: skip


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Find:
    return finder(publish(tmp_path_factory.mktemp("related"), RECORDS))


def finder(database: Path) -> Find:
    known = Catalogue.read(database)

    def found(table: str, key: str) -> tuple[Related, ...]:
        with closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute(f"select * from {table} where id = ?", [key]).fetchone()
            connection.row_factory = None
            return related(connection, known, known.tables[table], dict(row))

    return found


def keys(found: tuple[Related, ...]) -> list[str]:
    return [other.record.key for other in found]


def test_tables_that_may_not_be_seen_are_left_out_and_their_records_not_named(tmp_path: Path):
    database = publish(tmp_path, RECORDS)
    known = Catalogue.read(database)
    seen = {name: known.tables[name] for name in known.tables if name != "enterprises"}
    del seen["library"]
    with closing(sqlite3.connect(database)) as connection:
        cursor = connection.execute("select * from articles where id = 'subject'")
        names = [column[0] for column in cursor.description]
        values = dict(zip(names, cursor.fetchone(), strict=True))
        found = related(connection, replace(known, tables=seen), known.tables["articles"], values)
    assert {one.table.name for one in found} == {"articles", "events"}
    assert not any("Bybi" in one.words for one in found)


def test_what_few_records_share_counts_most_and_articles_come_first(find: Find):
    assert keys(find("articles", "subject")) == [
        "twin", "english-new", "english-old", "danish", "course", "summit"
    ]  # fmt: skip


def test_among_equals_come_those_in_the_same_language_then_the_newest(find: Find):
    equals = [key for key in keys(find("articles", "subject")) if key[:3] in ("eng", "dan")]
    assert equals == ["english-new", "english-old", "danish"]


def test_it_is_said_what_they_have_in_common_the_rarest_first(find: Find):
    words = {other.record.key: other.words for other in find("articles", "subject")}
    assert words["twin"] == "In common: Bybi, Finance and investment"
    assert words["course"] == "In common: Digital tools, Poland"
    assert words["summit"] == "In common: Denmark, Netværket"


def test_codes_are_told_in_the_readers_language(find: Find):
    found = find("articles", "subject")
    with speaking("da"):
        assert any("Danmark" in other.words for other in found)


def test_an_event_is_related_by_where_it_is_and_who_holds_it(find: Find):
    assert keys(find("events", "summit")) == ["subject"]


def test_a_section_stands_aside_for_its_whole_and_is_not_led_back_to_it(find: Find):
    assert "section" not in keys(find("library", "course"))
    assert "course" not in keys(find("library", "section"))
    assert "subject" in keys(find("library", "section"))


def test_a_record_that_shares_nothing_has_no_related_ones(find: Find):
    assert find("articles", "alone") == ()
    assert find("enterprises", "dk-bybi") == ()


def test_with_many_records_there_is_no_more_to_do(tmp_path: Path):
    def work(count: int) -> int:
        """Steps of SQLite's machine, in hundreds."""
        folder = tmp_path / str(count)
        folder.mkdir()
        many = [article(f"a{n}", themes=["finance"]) for n in range(count)]
        database, steps = publish(folder, {"articles": many}), 0

        def step() -> None:
            nonlocal steps
            steps += 1

        known = Catalogue.read(database)
        with closing(sqlite3.connect(database)) as connection:
            connection.set_progress_handler(step, 100)
            values = {"id": "a5", "language": "en", "themes": '["finance"]'}
            assert len(related(connection, known, known.tables["articles"], values)) == 6
        return steps

    assert work(1200) == pytest.approx(work(600), rel=0.1)
