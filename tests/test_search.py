"""Search finds what people type, and takes whatever they type."""

from __future__ import annotations

import csv
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from click.testing import CliRunner
from conftest import ROOT, Workbench
from hypothesis import example, given, settings
from hypothesis import strategies as st

from build.cli import main
from build.fold import loose, spans
from portal.search import NOTHING, Found, expression, rank_sql

QUERIES = list(
    csv.DictReader((ROOT / "tests" / "search_queries.csv").open(encoding="utf-8", newline=""))
)
TABLES = ("enterprises", "organisations", "programmes", "events", "library", "articles")
LETTERS = "aäåæáąbcćčdðdeéęėēfgģhiíįījkķlłļmnńņňoóöøőpqrřsśšßtţþuüúųūvwxyýzźżžØÅÄÖŁŚŽÜÞÆ"
HOSTILE = [
    '"', "'", "*", "a*", "NEAR(a b)", "NEAR(", "a AND OR NOT", "name:x", "^x", "(((", "-", "{a}: b",
    "%", "_", "\\", "=1+1", "'; drop table enterprises", "a\0b", "\ud800", "🚲", "👩‍👩‍👧 x", "…",
    "\u202eabc", "تعاونية", "עברית", "合作社", "ключ", "a" * 10_000, "x y " * 2_500,
    "é" * 10_000, "ß" * 900,
    " ".join(f"w{n}" for n in range(2_000)), " ".join(["denmark"] * 999), "\u0301", "½ ² №",
]  # fmt: skip


@pytest.fixture(scope="module")
def db(real_database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{real_database.resolve().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def hits(db: sqlite3.Connection, found: Found, table: str = "enterprises") -> list[sqlite3.Row]:
    """The records, best first."""
    index = f'"{table}_fts"'
    return db.execute(
        f'select "{table}".* from {index} join "{table}" on "{table}".rowid = {index}.rowid '
        f"where {index} match ? order by {rank_sql(table)}, {index}.rowid",
        [found.match],
    ).fetchall()


def ids(db: sqlite3.Connection, text: str, table: str = "enterprises") -> list[str]:
    return [row["id"] for row in hits(db, expression(db, table, text), table)]


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["query"])
def test_what_people_type_finds_first_what_they_mean(
    db: sqlite3.Connection, case: dict[str, str]
) -> None:
    table = case["table"] or "enterprises"
    found = hits(db, expression(db, table, case["query"]), table)
    column, _, value = case["expected"].rpartition(":")
    if value == "nothing":
        assert found == []
    else:
        assert found[0][column or "id"] == value, case["why"]


@pytest.mark.parametrize("table", TABLES)
def test_every_record_is_the_first_hit_for_its_own_name(db: sqlite3.Connection, table: str) -> None:
    label = "title" if table in ("library", "articles") else "name"
    for (name,) in db.execute(f"select distinct {label} from {table}").fetchall():
        first = hits(db, expression(db, table, name), table)[0]
        other = first["name_alt"] if table == "enterprises" and first["name_alt"] else ""
        assert loose(name) in {loose(first[label]), *map(loose, other.split(";"))}


def test_every_enterprise_with_a_town_is_found_by_its_town(db: sqlite3.Connection) -> None:
    for (city,) in db.execute("select distinct city from enterprises where city is not null"):
        there = db.execute("select id from enterprises where city = ?", [city]).fetchall()
        assert {row["id"] for row in there} <= set(ids(db, city)), city


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
@pytest.mark.parametrize("table", TABLES)
def test_no_input_is_an_error(db: sqlite3.Connection, table: str, text: str) -> None:
    began = perf_counter()
    hits(db, expression(db, table, text), table)
    assert perf_counter() - began < 1


@pytest.mark.parametrize("text", ["", " ", '"', "***", "—", "\u202e", "😀", "\u0301", "((("])
def test_text_without_letters_finds_nothing(db: sqlite3.Connection, text: str) -> None:
    assert expression(db, "enterprises", text) == Found(NOTHING)
    assert ids(db, text) == []


@given(text=st.text() | st.lists(st.sampled_from(LETTERS + ' "*')).map("".join))
@example(text="ʹ")
@example(text="ⅷ ﷺ")
@settings(max_examples=400, deadline=None)
def test_sqlite_accepts_what_is_made_of_any_text(db: sqlite3.Connection, text: str) -> None:
    hits(db, expression(db, "enterprises", text))


@given(word=st.text(LETTERS, min_size=1, max_size=12), cut=st.integers(1, 12))
def test_a_beginning_is_spelt_as_the_beginning_of_its_word(word: str, cut: int) -> None:
    assert loose(word).startswith(loose(word[:cut]))
    assert loose(loose(word)) == loose(word)
    assert loose(word.upper()).replace("ss", "s") == loose(word).replace("ss", "s")


@given(word=st.text(LETTERS, max_size=12))
def test_composed_and_decomposed_letters_are_one(word: str) -> None:
    assert loose(unicodedata.normalize("NFD", word)) == loose(word)


@given(text=st.text())
def test_words_are_found_where_they_stand(text: str) -> None:
    words = [loose(text[start:end]) for start, end in spans(text)]
    assert [word for word in words if word] == loose(text).split()


@pytest.mark.parametrize(
    "spellings",
    ["Aarhus Århus Arhus AARHUS Aarhuus", "København Koebenhavn Kobenhavn", "Ørsted Oersted Orsted",
     "Straße Strasse STRASSE", "Łódź Lodz", "Müller Mueller Muller", "Гомель Gomel",
     "Storåen Storaaen Storaen", "Lääne Laeaene Laane", "blåand blaaand blaand"],
)  # fmt: skip
def test_spellings_of_a_letter_are_one(spellings: str) -> None:
    words = {loose(word) for word in spellings.replace("Aarhuus", "").split()}
    assert len(words) == 1


class Shelf:
    """A few enterprises of which a test knows everything."""

    def __init__(self, bench: Workbench, *records: dict[str, str]) -> None:
        numbered = [{"id": f"lt-{n}", "summary": ""} | r for n, r in enumerate(records)]
        bench.enterprises(*numbered)
        outcome = bench.build()
        assert outcome.exit_code == 0, outcome.output
        self.connection = sqlite3.connect(bench.database)
        self.connection.row_factory = sqlite3.Row

    def names(self, text: str) -> list[str]:
        found = expression(self.connection, "enterprises", text)
        return [row["name"] for row in hits(self.connection, found)]

    def found(self, text: str) -> Found:
        return expression(self.connection, "enterprises", text)


def test_whole_names_come_before_names_places_and_text(bench: Workbench) -> None:
    shelf = Shelf(
        bench,
        {"name": "Pirmas", "summary": "Trakai, Trakai, Trakai and once more Trakai."},
        {"name": "Antras", "city": "Trakai"},
        {"name": "Trakai darbai ir kiti labai geri dalykai"},
        {"name": "Trakai"},
    )
    assert shelf.names("trakai") == [
        "Trakai", "Trakai darbai ir kiti labai geri dalykai", "Antras", "Pirmas",
    ]  # fmt: skip


def test_the_spelling_with_the_right_accents_comes_first(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Sala viena"}, {"name": "Šala viena"}, {"name": "Sälä viena"})
    assert shelf.names("šala")[0] == "Šala viena"
    assert shelf.names("sälä")[0] == "Sälä viena"
    assert len(shelf.names("sala")) == 3


def test_all_words_must_occur(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Raudona duona"}, {"name": "Raudona pienė"})
    assert shelf.names("raudona duona") == ["Raudona duona"]
    assert shelf.names("raudona duona pienė") == []


def test_small_words_between_others_need_not_occur(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Duona & pienas"})
    for text in ("duona ir pienas", "duona and pienas", "duona og pienas", "duona i pienas"):
        assert shelf.names(text) == ["Duona & pienas"]


@pytest.mark.parametrize("text", ["the", "og", "a", "aa", "Å", "of the"])
def test_words_that_most_texts_have_are_looked_for_in_names_alone(
    bench: Workbench, text: str
) -> None:
    shelf = Shelf(
        bench,
        {"name": "Duona", "summary": "A loaf of the best bread og salt."},
        {"name": "Og Å of the day"},
    )
    assert shelf.names(text) == ["Og Å of the day"]
    assert set(shelf.names(f"{text} duona")) == {"Duona"}


@pytest.mark.parametrize("text", ["aaa", "aae", "aaaaaaaa", "a" * 300, "ÅÅÅ", "Åå æ aaa"])
def test_a_letter_again_and_again_is_no_word(bench: Workbench, text: str) -> None:
    shelf = Shelf(bench, {"name": "A bakery", "summary": "A loaf."}, {"name": "Aa"})
    assert shelf.names(text) == []


def test_a_short_word_that_is_known_is_not_the_beginning_of_another(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Ąbo"}, {"name": "About"})
    assert shelf.names("abo") == ["Ąbo"]
    assert set(shelf.names("ab")) == {"Ąbo", "About"}


def test_a_part_of_a_compound_finds_it(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Cykelværkstedet"}, {"name": "Bageriet"})
    assert shelf.names("værksted") == ["Cykelværkstedet"]
    assert shelf.found("værksted").corrected == ()


@pytest.mark.parametrize(
    "typed", ["duonele", "duonel", "duoneele", "dounele", "duonelė skani", "duonellė"]
)
def test_small_errors_are_forgiven(bench: Workbench, typed: str) -> None:
    shelf = Shelf(bench, {"name": "Duonelė skani"}, {"name": "Kepykla"})
    assert shelf.names(typed) == ["Duonelė skani"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("duna", []), ("suona", []), ("duoma", []), ("dunoa", ["Duona"]), ("duonaa", ["Duona"]),
     ("kepikla", ["Kepykla"]), ("lepykla", []), ("kepikle", []), ("samariteris", ["Samaritietis"]),
     ("zamaritietis", ["Samaritietis"]), ("zamariteris", [])],
)  # fmt: skip
def test_the_shorter_a_word_the_fewer_errors_are_forgiven(
    bench: Workbench, typed: str, meant: list[str]
) -> None:
    shelf = Shelf(bench, {"name": "Duona"}, {"name": "Kepykla"}, {"name": "Samaritietis"})
    assert shelf.names(typed) == meant


def test_what_was_looked_for_instead_is_told_as_it_is_written(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Šaltibarščiai"})
    found = shelf.found("Saltibasčiai skani")
    assert found == Found(NOTHING)
    found = shelf.found("saltibasciai")
    assert found.corrected == (("saltibasciai", "Šaltibarščiai"),)
    assert found.reworded("„saltibasciai“!") == "„Šaltibarščiai“!"


def test_a_known_word_is_respelt_only_where_it_makes_a_whole_name(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Balta duona"}, {"name": "Balda raudona"})
    found = shelf.found("balda duona")
    assert shelf.names("balda duona") == ["Balta duona"]
    assert (found.corrected, found.respelt) == ((), (("balda", "Balta"),))
    assert found.reworded("balda duona") == "Balta duona"
    assert shelf.names("balta raudona") == ["Balda raudona"]
    assert shelf.names("balta kaip raudona") == []


def test_a_beginning_with_an_error_is_forgiven_in_the_last_word_only(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Samaritietis geras"})
    assert shelf.names("geras sammarit") == ["Samaritietis geras"]
    assert shelf.names("sammarit geras") == []
    assert shelf.names("geras sumar") == []


def test_words_that_occur_but_not_together_find_nothing_and_are_told(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Kavinė Žirnis"}, {"name": "Kepykla", "city": "Trakai"})
    for text in ("kavine in Trakai", "kavine Trakai"):
        assert shelf.found(text) == Found(alone=("kavine", "Trakai"))
    assert shelf.found("Kavinę xyzzy trak") == Found(alone=("Kavinę", "trak"))
    assert shelf.found("kepikla Žirnis") == Found(alone=("Žirnis",))
    for text in ("xyzzy", "kavine", "in kavine", "kavine zirnis", "qwerty xyzzy"):
        assert shelf.found(text).alone == ()


def test_what_occurs_on_its_own_is_found_on_its_own(db: sqlite3.Connection) -> None:
    for text in ("Gdansk restaurant", "cafe in Warsaw", "WØ værksted 100 w Gdańsku Stettin"):
        alone = expression(db, "enterprises", text).alone
        assert len(alone) >= 2
        assert all(ids(db, word) for word in alone)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("town", ["Stettin", "Szczecinek", "Opole", "Radom", "Щецинек", "Gorzów"])
def test_a_town_is_not_taken_for_another_word(
    db: sqlite3.Connection, town: str, table: str
) -> None:
    assert expression(db, table, town).corrected == ()


def test_a_town_in_another_case_is_found_with_another_word(bench: Workbench) -> None:
    shelf = Shelf(
        bench, {"name": "Viešbutis", "city": "Gdańsk", "country": "PL"},
        {"name": "Kavinė", "summary": "Zapraszamy w Gdańsku."},
    )  # fmt: skip
    assert shelf.names("viesbutis w Gdańsku") == ["Viešbutis"]


def test_a_word_in_a_strange_script_is_found_only_as_it_is_written(bench: Workbench) -> None:
    shelf = Shelf(bench, {"name": "Slvm"}, {"name": "Bybi"}, {"name": "Namai בית"})
    assert shelf.names("שלום") == []
    assert shelf.names("by 比") == []
    assert shelf.found("namai שלום") == Found(alone=("namai",))
    assert shelf.names("בית") == shelf.names("namai בי") == ["Namai בית"]


def test_a_place_is_marked_by_the_name_it_has_in_its_record(db: sqlite3.Connection) -> None:
    assert "gdansk" in expression(db, "enterprises", "Danzig").words


def test_the_table_has_enough_queries() -> None:
    assert len(QUERIES) >= 90
    assert {case["table"] or "enterprises" for case in QUERIES} == set(TABLES)


def test_the_same_data_make_the_same_index(real_database: Path, tmp_path: Path) -> None:
    """A published file is named after its content."""
    again = tmp_path / real_database.name
    arguments = ["build", "--data", str(ROOT / "data"), "--output", str(again)]
    CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert again.resolve().name == real_database.resolve().name
