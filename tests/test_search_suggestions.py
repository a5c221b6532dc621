"""While one types, names, places and sectors are suggested."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue import Catalogue
from portal.conditions import conditions
from portal.errors import QueryError
from portal.language import speaking
from portal.listing import extent
from portal.query import Selection, parse
from portal.site_search import SECTIONS
from portal.suggestions import (
    LINES,
    Choice,
    Group,
    Item,
    Place,
    Record,
    suggestions,
    suggestions_of_all,
)

T = TypeVar("T", Record, Place, Choice)


class Directory:
    """The network's own records, as the build publishes them."""

    def __init__(self, connection: sqlite3.Connection, known: Catalogue) -> None:
        self.connection = connection
        self.known = known

    def groups(
        self, text: str, table: str = "enterprises", limit: int = 5, within: str = ""
    ) -> list[Group]:
        asked = self.known.tables[table]
        selection = parse(within, asked)
        return suggestions(self.connection, self.known, asked, text, limit=limit, within=selection)

    def everything(self, text: str) -> list[Group]:
        return suggestions_of_all(self.connection, self.known, list(SECTIONS), text)

    def records(self, text: str) -> list[Record]:
        return self._items(Record, text)

    def places(self, text: str, within: str = "") -> list[Place]:
        return self._items(Place, text, within=within)

    def choices(self, text: str, column: str, within: str = "") -> list[Choice]:
        return self._items(Choice, text, column, within)

    def _items(
        self, kind: type[T], text: str, column: str | None = None, within: str = ""
    ) -> list[T]:
        return [
            item
            for group in self.groups(text, within=within)
            if column is None or (group.column and group.column.name == column)
            for item in group.items
            if isinstance(item, kind)
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
    records = directory.records(typed)
    assert records[0].key == key


def test_another_name_is_told_when_it_is_what_was_typed(directory: Directory) -> None:
    (record,) = directory.records("wardrobe")
    assert (record.name, record.other, record.town) == ("Szafa Serc", "Wardrobe of Hearts", "Tczew")


def test_a_word_in_the_text_alone_suggests_no_record(directory: Directory) -> None:
    assert directory.records("bicycles") == []


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
    place = directory.places(typed)[0]
    assert (place.name, place.local) == (name, local)


def test_a_place_leads_to_as_many_records_as_it_says(directory: Directory) -> None:
    for place in directory.places("st"):
        sql = "select count(*) from enterprises where geonameid = ?"
        assert directory.connection.execute(sql, [place.geonameid]).fetchone() == (place.records,)
        assert place.query == f"geonameid={place.geonameid}"


def test_a_place_by_its_own_name_comes_before_larger_ones_by_others(directory: Directory) -> None:
    places = [place.local for place in directory.places("st")]
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
    (choice,) = directory.choices(typed, column)
    assert choice.code == code
    assert choice.query == f"{column}={code}"


def test_a_code_has_the_readers_label_and_the_one_that_was_typed(directory: Directory) -> None:
    (choice,) = directory.choices("genbrug", "sector")
    assert (choice.label, choice.also) == (
        "Recycling and reuse",
        ("da", "Genanvendelse og genbrug"),
    )
    with speaking("da"):
        assert (choice.label, choice.also) == ("Genanvendelse og genbrug", None)


def test_only_codes_in_use_are_suggested(directory: Directory) -> None:
    assert directory.choices("australia", "country") == []


def test_no_group_is_longer_than_asked_for(directory: Directory) -> None:
    sizes = [len(group.items) for group in directory.groups("st", limit=2)]
    assert sizes
    assert max(sizes) == 2


@pytest.mark.parametrize("text", ["st", "so", "ko", "pol"])
def test_all_groups_together_are_seen_at_a_glance(directory: Directory, text: str) -> None:
    assert lines(directory.groups(text, limit=50)) <= LINES


def test_records_of_one_name_are_told_apart_by_what_stands_beside(directory: Directory) -> None:
    (event,) = directory.groups("impact day 2024", "events")[0].items
    assert isinstance(event, Record)
    assert [(column.name, value) for column, value in event.beside] == [
        ("start", "2024-10-10"), ("city", "Tallinn"),
    ]  # fmt: skip
    programme = directory.groups("poveikio lab", "programmes")[0].items[0]
    assert isinstance(programme, Record)
    assert [column.name for column, _ in programme.beside] == ["country", "kind"]


@pytest.mark.parametrize("table", ["organisations", "programmes", "events", "library", "articles"])
def test_every_searchable_table_has_suggestions(directory: Directory, table: str) -> None:
    assert directory.groups("social", table)[0].kind == "records"


@pytest.mark.parametrize(
    ("within", "query"),
    [("country=PL", "country=PL&geonameid=3099434"),
     ("country=PL&_search=bar&_page=2", "country=PL&geonameid=3099434"),
     ("sector=accommodation-and-food&sector=retail-and-trade&_sort=founded",
      "geonameid=3099434&sector=accommodation-and-food&sector=retail-and-trade&_sort=founded"),
     ("geonameid=2950159", "geonameid=2950159&geonameid=3099434"),
     ("_bbox=14,49,24,55", "geonameid=3099434&_bbox=14%2C49%2C24%2C55")],
)  # fmt: skip
def test_a_place_is_added_to_what_is_chosen(directory: Directory, within: str, query: str) -> None:
    (place,) = directory.places("danzig", within)
    assert place.query == query
    enterprises = directory.known.tables["enterprises"]
    for group in directory.groups("danzig", within=place.query):
        assert all(isinstance(item, Place) and item.query == query for item in group.items)
    where = conditions(directory.connection, parse(query, enterprises), enterprises)
    assert extent(directory.connection, enterprises, where).total == place.records


def test_a_code_is_added_to_what_is_chosen(directory: Directory) -> None:
    (choice,) = directory.choices("genbrug", "sector", "country=DK&sector=agriculture-and-forestry")
    assert choice.query == ("country=DK&sector=agriculture-and-forestry&sector=recycling-and-reuse")


def test_what_would_find_nothing_within_the_choice_is_not_suggested(directory: Directory) -> None:
    assert directory.places("danzig", "country=DK") == []
    assert directory.choices("tysk", "country", "geonameid=3099434&country=PL")
    assert directory.choices("genbrug", "sector", "id=dk-bybi") == []


def test_without_a_choice_the_list_is_that_of_the_place(directory: Directory) -> None:
    enterprises = directory.known.tables["enterprises"]
    asked = suggestions(directory.connection, directory.known, enterprises, "danz")
    assert asked == directory.groups("danz")
    assert asked == suggestions(
        directory.connection, directory.known, enterprises, "danz", within=Selection("enterprises")
    )


def lines(groups: list[Group]) -> int:
    """As one sees them: a heading for each group, and its suggestions."""
    return sum(1 + len(group.items) for group in groups)


def first(groups: list[Group]) -> tuple[str, Item]:
    return groups[0].kind, groups[0].items[0]


@pytest.mark.parametrize(
    ("typed", "table", "key"),
    [("byb", "enterprises", "dk-bybi"), ("grenessm", "enterprises", "dk-grennessminde"),
     ("impact day 2024", "events", "2024-impact-day"), ("trel", "library", "trello"),
     ("dreamers with", "articles", "dreamers-with-their-eyes-open"),
     ("altum", "organisations", "lv-altum"), ("lisva", "organisations", "lt-lisva"),
     ("poveikio lab", "programmes", "lt-poveikio-laboratorija")],
)  # fmt: skip
def test_records_of_all_sections_are_suggested(
    directory: Directory, typed: str, table: str, key: str
) -> None:
    groups = directory.everything(typed)
    kind, record = first(groups)
    assert isinstance(record, Record)
    assert (kind, groups[0].table.name, record.key) == ("records", table, key)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("danm", "DK"), ("denmark", "DK"), ("Dän", "DK"), ("tansk", "DK"), ("DK", "DK"),
     ("lietuv", "LT"), ("Поль", "PL"), ("saksa", "DE")],
)  # fmt: skip
def test_countries_are_suggested_by_any_of_their_names(
    directory: Directory, typed: str, code: str
) -> None:
    codes = [
        item.code
        for group in directory.everything(typed)
        if group.kind == "countries"
        for item in group.items
        if isinstance(item, Choice)
    ]
    assert code in codes


def test_a_country_has_the_name_that_was_typed_beside_the_readers(directory: Directory) -> None:
    kind, country = first(directory.everything("danmark"))
    assert isinstance(country, Choice)
    assert (kind, country.label, country.also) == ("countries", "Denmark", ("da", "Danmark"))
    _kind, country = first(directory.everything("Tanska"))
    assert isinstance(country, Choice)
    assert country.also is None


def test_places_and_codes_of_the_enterprises_are_suggested_among_everything(
    directory: Directory,
) -> None:
    kind, place = first(directory.everything("danzi"))
    assert isinstance(place, Place)
    assert (kind, place.query) == ("places", "geonameid=3099434")
    kind, choice = first(directory.everything("ringlussevott"))
    assert isinstance(choice, Choice)
    assert (kind, choice.query) == ("choices", "sector=recycling-and-reuse")


def test_everything_has_few_suggestions_of_many_kinds(directory: Directory) -> None:
    groups = directory.everything("soc")
    assert lines(groups) == LINES
    assert len({group.table.name for group in groups}) == 6
    groups = directory.everything("genbrugt")
    assert [len(group.items) for group in groups] == [1]


def test_a_country_is_a_page_and_no_choice_among_everything(directory: Directory) -> None:
    for group in directory.everything("tysk"):
        assert group.column is None or group.kind == "countries" or group.column.name != "country"


@given(text=st.text())
@settings(deadline=None)
def test_anything_may_be_typed_into_the_search_of_everything(
    directory: Directory, text: str
) -> None:
    assert lines(directory.everything(text)) <= LINES


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


async def test_everything_ends_with_the_search_for_it(portal: Datasette) -> None:
    html = (await portal.client.get("/da/suggest?q=cyk%20k%26")).text
    assert html.rindex("<a ") == html.index('<a role="option" tabindex="-1" class="search-everyth')
    assert 'href="/da/search?q=cyk+k%26"' in html
    assert "cyk k&amp;" in html
    html = (await portal.client.get("/suggest?q=denm")).text
    assert 'href="/countries/dk"' in html
    assert 'data-said="2 suggestions"' in html


@pytest.mark.parametrize("text", ["", "a", '"', "\0", "🚲🚲", "a" * 10_000])
async def test_odd_input_leads_to_no_search(portal: Datasette, text: str) -> None:
    response = await portal.client.get(f"/suggest?q={quote(text)}")
    assert response.status_code == 200
    assert "option" not in response.text


async def test_the_choice_of_the_list_is_kept(portal: Datasette) -> None:
    within = quote("country=DK&_sort=founded")
    response = await portal.client.get(f"/suggest/enterprises?q=genbr&within={within}")
    assert "?country=DK&amp;sector=recycling-and-reuse&amp;_sort=founded" in response.text


@pytest.mark.parametrize(
    ("path", "words"),
    [("/suggest?q=ab&within=country%3DDK", "within"), ("/suggest?nope=1", "nope"),
     ("/suggest/enterprises?q=ab&nope=1", "nope"),
     ("/suggest/enterprises?q=ab&within=nope%3D1", "nope"),
     ("/suggest/enterprises?q=ab&within=country%3DXX", "XX"),
     ("/suggest/enterprises?q=ab&within=%2500", "control")],
)  # fmt: skip
async def test_what_is_not_understood_is_refused(portal: Datasette, path: str, words: str) -> None:
    response = await portal.client.get(path)
    assert response.status_code == 400
    assert words in response.json()["error"]


def test_a_choice_that_is_full_takes_no_more(directory: Directory) -> None:
    full = "&".join(f"geonameid={number}" for number in range(200))
    with pytest.raises(QueryError, match="200"):
        directory.groups("danzig", within=full)
