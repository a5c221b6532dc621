"""While one types, names, places and sectors are suggested."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue import Catalogue
from portal.language import speaking
from portal.suggestions import Choice, Group, Place, Record, suggestions


class Directory:
    """The network's own records, as the build publishes them."""

    def __init__(self, connection: sqlite3.Connection, known: Catalogue) -> None:
        self.connection = connection
        self.known = known

    def groups(self, text: str, table: str = "enterprises", limit: int = 5) -> list[Group]:
        asked = self.known.tables[table]
        return suggestions(self.connection, self.known, asked, text, limit=limit)

    def of(self, kind: str, text: str, column: str | None = None) -> list[Record | Place | Choice]:
        return [
            item
            for group in self.groups(text)
            if group.kind == kind and (column is None or group.column.name == column)
            for item in group.items
        ]


@pytest.fixture(scope="module")
def directory(real_database: Path) -> Iterator[Directory]:
    connection = sqlite3.connect(f"{real_database.resolve().as_uri()}?mode=ro", uri=True)
    yield Directory(connection, Catalogue.read(real_database))
    connection.close()


@pytest.mark.parametrize(
    ("typed", "key"),
    [("byb", "dk-bybi"), ("wild pl", "de-wildplastic"), ("kaffe k", "dk-kaffe-karma"),
     ("grenessm", "dk-grennessminde"), ("прост", "ru-prostye-veshchi"),
     ("kaffe københ", "dk-kaffe-karma"), ("stiftelsen ull", "no-ullandhaug-okologiske-gard")],
)  # fmt: skip
def test_records_are_suggested_by_their_names(directory: Directory, typed: str, key: str) -> None:
    records = directory.of("records", typed)
    assert records[0].key == key


def test_another_name_is_told_when_it_is_what_was_typed(directory: Directory) -> None:
    (record,) = directory.of("records", "wardrobe")
    assert (record.name, record.other, record.town) == ("Szafa Serc", "Wardrobe of Hearts", "Tczew")


def test_a_word_in_the_text_alone_suggests_no_record(directory: Directory) -> None:
    assert directory.of("records", "bicycles") == []


@pytest.mark.parametrize(
    ("typed", "name", "local"),
    [("danz", "Danzig", "Gdańsk"), ("gdan", "Gdańsk", "Gdańsk"), ("abo", "Åbo", "Turku"),
     ("kobenh", "København", "København"), ("copenh", "Copenhagen", "København"),
     ("wilno", "Wilno", "Vilnius"), ("reval", "Reval", "Tallinn"),
     ("sankt peterb", "Sankt Peterburg", "Saint Petersburg"), ("вильню", "Вильнюс", "Vilnius"),
     ("helsnki", "Helsinki", "Helsinki")],
)  # fmt: skip
def test_places_are_suggested_by_the_name_the_reader_uses(
    directory: Directory, typed: str, name: str, local: str
) -> None:
    place = directory.of("places", typed)[0]
    assert (place.name, place.local) == (name, local)


def test_a_place_leads_to_as_many_records_as_it_says(directory: Directory) -> None:
    for place in directory.of("places", "st"):
        sql = "select count(*) from enterprises where geonameid = ?"
        assert directory.connection.execute(sql, [place.geonameid]).fetchone() == (place.records,)
        assert place.query == f"geonameid={place.geonameid}"


def test_a_place_by_its_own_name_comes_before_larger_ones_by_others(directory: Directory) -> None:
    places = [place.local for place in directory.of("places", "st")]
    assert places[:2] == ["Stavanger", "Stockholm"]


@pytest.mark.parametrize(
    ("typed", "column", "code"),
    [("genbr", "sector", "recycling-and-reuse"), ("rolnic", "sector", "agriculture-and-forestry"),
     ("ringlussevott", "sector", "recycling-and-reuse"), ("tysk", "country", "DE"),
     ("hjemloshed", "impact_area", "homelessness-and-poverty"),
     ("recykl uzyc", "sector", "recycling-and-reuse")],
)  # fmt: skip
def test_codes_are_suggested_by_their_labels_in_any_language(
    directory: Directory, typed: str, column: str, code: str
) -> None:
    (choice,) = directory.of("choices", typed, column)
    assert choice.code == code
    assert choice.query == f"{column}={code}"


def test_a_code_has_the_readers_label_and_the_one_that_was_typed(directory: Directory) -> None:
    (choice,) = directory.of("choices", "genbrug", "sector")
    assert (choice.label, choice.also) == (
        "Recycling and reuse",
        ("da", "Genanvendelse og genbrug"),
    )
    with speaking("da"):
        assert (choice.label, choice.also) == ("Genanvendelse og genbrug", None)


def test_only_codes_in_use_are_suggested(directory: Directory) -> None:
    assert directory.of("choices", "australia", "country") == []


def test_no_group_is_longer_than_asked_for(directory: Directory) -> None:
    sizes = [len(group.items) for group in directory.groups("st", limit=2)]
    assert sizes
    assert max(sizes) == 2


@pytest.mark.parametrize("table", ["organisations", "programmes", "events", "library", "articles"])
def test_every_searchable_table_has_suggestions(directory: Directory, table: str) -> None:
    assert directory.groups("social", table)[0].kind == "records"


@given(text=st.text())
@settings(deadline=None)
def test_any_text_may_be_typed(directory: Directory, text: str) -> None:
    for group in directory.groups(text):
        assert group.items


async def suggested(portal: Datasette, text: str, language: str = "") -> str:
    response = await portal.client.get(f"{language}/suggest/enterprises?q={quote(text)}")
    assert response.status_code == 200, response.text
    assert response.headers["x-robots-tag"] == "noindex"
    return response.text


async def test_suggestions_are_a_list_of_links(portal: Datasette) -> None:
    html = await suggested(portal, "cyk")
    assert html.startswith('<div role="listbox"')
    assert 'data-said="1 suggestion"' in html
    assert 'href="/baltic/enterprises/dk-cykler"' in html
    assert "<mark>Cykelværkstedet</mark> København" in html


async def test_links_keep_the_language(portal: Datasette) -> None:
    html = await suggested(portal, "cyk", "/da")
    assert 'href="/da/baltic/enterprises/dk-cykler"' in html
    html = await suggested(portal, "genbr", "/da")
    assert 'href="/da/baltic/enterprises?sector=recycling-and-reuse"' in html
    assert "Genanvendelse og <mark>genbrug</mark>" in html


async def test_names_are_escaped(portal: Datasette) -> None:
    html = await suggested(portal, "script")
    assert "&lt;<mark>script</mark>&gt;alert(1)" in html
    assert "<script" not in html


@pytest.mark.parametrize("text", ["", "a", '"', "NEAR(", "\0", "🚲🚲", "\u202e", "a" * 10_000])
async def test_odd_input_suggests_nothing(portal: Datasette, text: str) -> None:
    assert "option" not in await suggested(portal, text)


@pytest.mark.parametrize(
    "path", ["/suggest/sources", "/suggest/nothing", "/suggest/enterprises_fts"]
)
async def test_there_are_suggestions_for_searchable_tables_alone(
    portal: Datasette, path: str
) -> None:
    assert (await portal.client.get(f"{path}?q=ab")).status_code == 404
