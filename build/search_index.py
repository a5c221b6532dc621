"""The full-text index of a table, its words for typing errors, and the names of its places.

For a table `x` there are

- `x_fts`: the text of each record by where it stands, spelt loosely (`build.fold.loose`), and the
  words with letters beyond ASCII once more as they are written. Contentless: it finds rowids and
  holds no second copy of the text.
- `x_fts_words`: each loose word once, and in how many cells of `x_fts` it is used. Words of one
  length have numbers side by side.
- `x_fts_trigrams`: groups of three letters of those words, by which misspelt ones are found.
- `x_fts_places`: all names of each place that records were matched with, and how many they are.

Once for all tables there is `countries_fts_towns`: loose words that name a town, in the records or
not. Who looks for one of them has made no typing error.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from build.fold import LONGEST, WORDS_OF_A_LENGTH, fold, is_cyrillic, loose, spans
from build.geocode import sources
from build.geocode.countries import country_names
from build.geocode.reading import without_divisions
from build.schema import Field, Table

#: Where a word stands → what a hit there is worth. FTS5 lets repeated hits count for at most
#: double, so the steps are large: a name comes before a place, however long its record is.
WEIGHTS = {
    "key": 1e6,  # each whole name as one word
    "name": 1e4,
    "place": 300.0,  # in all languages, like the subjects
    "subject": 200.0,
    "text": 1.0,
    "original": 0.005,  # right accents only decide among equals
}
NAMES = ("name", "title", "name_alt")
PLACES = ("city", "region", "postcode")
#: Of these the year is found like a word of the text.
DAYS = ("start", "published", "year")
#: Inhabitants from which a place is a town whose names people know, and letters from which a word
#: would be taken for misspelt (`portal.search.ONE_ERROR`).
TOWN, MISSPELT = 5000, 5


def index_text(db: Database, table: Table) -> None:
    """Make the tables for search in `table`; the tables it refers to must be loaded."""
    with db.atomic():
        _index(db, table)
        if not db.table("countries_fts_towns").exists():
            _index_towns(db)


def _index(db: Database, table: Table) -> None:
    name, columns = table.name, ", ".join(WEIGHTS)
    db.execute(
        f"""
        create virtual table "{name}_fts" using fts5(
            {columns}, content='', tokenize='unicode61 remove_diacritics 0', prefix='2 3'
        )
        """
    )
    towns = _names_of_towns(db, table)
    marks = ", ".join("?" * len(WEIGHTS))
    db.conn.executemany(
        f'insert into "{name}_fts" (rowid, {columns}) values (?, {marks})',  # noqa: S608
        _Reader(db, table, towns).rows(),
    )
    _command(db, f"{name}_fts", "rank", f"bm25({', '.join(map(str, WEIGHTS.values()))})")
    _command(db, f"{name}_fts", "optimize")
    _index_words(db, name)
    if "geonameid" in table.by_name:
        _index_places(db, name, towns)


def _command(db: Database, index: str, command: str, value: str | None = None) -> None:
    """Tell FTS5 something about an index, in its way of an insert."""
    db.execute(f'insert into "{index}" ("{index}", rank) values (?, ?)', [command, value])  # noqa: S608


class _Reader:
    """Reads the records of one table as rows of its index."""

    def __init__(self, db: Database, table: Table, towns: dict[int, Names]) -> None:
        self._db = db
        self._table = table
        named, self._places, self._topics, self._texts = _by_place(table.search_fields)
        self._names = named
        self._days = [name for name in DAYS if name in table.by_name]
        self._labels = {
            field: _labels(db, target)
            for field, target in table.references.items()
            if field != "precision" and "label" in db.table(target).columns_dict
        }
        self._towns = {number: loose(" ".join(names)) for number, names in towns.items()}
        self._areas = _names_of_areas() if "region" in self._places else {}

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield rowid and the columns of `WEIGHTS`, one record at a time."""
        needed = {*self._names, *self._places, *self._topics, *self._texts, *self._labels}
        needed |= set(self._days)
        needed |= {"city", "region", "country", "geonameid"} & set(self._table.by_name)
        columns = ["rowid", *sorted(needed)]
        quoted = ", ".join(f'"{column}"' for column in columns)
        records = self._db.execute(
            f'select {quoted} from "{self._table.name}" order by rowid'  # noqa: S608
        )
        for values in records:
            yield self._row(dict(zip(columns, values, strict=True)))

    def _row(self, record: dict[str, Any]) -> tuple[Any, ...]:
        names = [record[field] for field in self._names if record[field]]
        places = [record[field] for field in self._places if record[field]]
        subjects = [record[field] for field in self._topics if record[field]]
        texts = [record[field] for field in self._texts if record[field]]
        texts += [str(record[field])[:4] for field in self._days if record[field]]
        keys = [loose(part).replace(" ", "") for name in names for part in name.split(";")]
        return (
            record["rowid"],
            " ".join(keys),
            loose(" ".join(names)),
            _distinct([*map(loose, places), *self._names_of_place(record)]),
            _distinct([*map(loose, subjects), *self._subjects(record)]),
            loose(" ".join(texts)),
            _accented(" ".join([*names, *places, *texts])),
        )

    def _names_of_place(self, record: dict[str, Any]) -> Iterator[str]:
        """What its town, its region and its country are called elsewhere."""
        if city := record.get("city"):
            yield loose(city).replace(" ", "")
        yield self._towns.get(record.get("geonameid") or 0, "")
        country = record.get("country") or ""
        for part in (record.get("region") or "").split(","):
            yield self._areas.get((country, loose(part)), "")
        yield self._labels.get("country", {}).get(country, "")

    def _subjects(self, record: dict[str, Any]) -> Iterator[str]:
        """The labels of its codes, in all languages."""
        for field, labels in self._labels.items():
            if field != "country" and record[field]:
                is_list = self._table.by_name[field].type == "list"
                for code in json.loads(record[field]) if is_list else [record[field]]:
                    yield labels.get(code, "")


def _by_place(fields: list[Field]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Search fields that hold names, places, key words, and text."""
    names: list[str] = []
    places: list[str] = []
    topics: list[str] = []
    texts: list[str] = []
    for field in fields:
        if field.name in NAMES:
            names.append(field.name)
        elif field.name in PLACES:
            places.append(field.name)
        elif field.type == "list":
            topics.append(field.name)
        else:
            texts.append(field.name)
    return names, places, topics, texts


def _distinct(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(word for text in texts for word in text.split()))


def _accented(text: str) -> str:
    """The words of `text` with letters beyond ASCII, in lower case, each once."""
    if text.isascii():
        return ""
    text = unicodedata.normalize("NFC", text)
    words = (text[start:end].lower() for start, end in spans(text))
    return " ".join(dict.fromkeys(word for word in words if not word.isascii()))


def _labels(db: Database, vocabulary: str) -> dict[str, str]:
    """Code → its labels in all languages, loose."""
    columns = [name for name in db.table(vocabulary).columns_dict if name.startswith("label")]
    rows = db.execute(f'select code, {", ".join(columns)} from "{vocabulary}"')  # noqa: S608
    labels = {row[0]: " ".join(filter(None, row[1:])) for row in rows}
    if vocabulary == "countries":
        for name, code in country_names().items():
            if code in labels and len(name) > 2:  # not the codes: `is`, `no`, `by` are words
                labels[code] += f" {name}"
    return {code: _distinct([loose(words)]) for code, words in labels.items()}


#: Names of a place → how far they are from its own: 0 in the records, 1 GeoNames' own, 2 those by
#: hand, 3 others.
Names = dict[str, int]


def _names_of_towns(db: Database, table: Table) -> dict[int, Names]:
    """GeoNames number → all names of each town that records of `table` were matched with."""
    if "geonameid" not in table.by_name:
        return {}
    rows = db.execute(
        f'select distinct geonameid from "{table.name}" where geonameid is not null'  # noqa: S608
    )
    wanted = {number for (number,) in rows}
    by_hand = sources.exonyms()
    return {
        town.geonameid: dict.fromkeys(town.alternates, 3)
        | dict.fromkeys(by_hand.get((country, town.name), []), 2)
        | {town.name: 1}
        for country, towns in (sources.towns() if wanted else ())
        for town in towns
        if town.geonameid in wanted
    }


def _names_of_areas() -> dict[tuple[str, str], str]:
    """Country and one name of a region → all its names, loose."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for country, areas in sources.areas().items():
        for area in areas:
            forms = {loose(form) for name in area.names for form in (name, without_divisions(name))}
            for form in forms:
                found[country, form] += area.names
    return {key: _distinct(map(loose, names)) for key, names in found.items()}


def _index_words(db: Database, name: str) -> None:
    """Make `x_fts_words` and `x_fts_trigrams` of what stands in `x_fts`.

    Whole names as one word, and words as they are written, are no words of their own; numbers
    have no spelling.
    """
    db.execute(
        f"""
        create table "{name}_fts_words" (
            id integer primary key, word text not null unique, uses integer not null
        ) strict
        """
    )
    db.execute(f"""create virtual table temp.terms using fts5vocab('main', '{name}_fts', 'col')""")
    db.execute(
        f"""
        insert into "{name}_fts_words" (id, word, uses)
        select length(term) * {WORDS_OF_A_LENGTH} + row_number() over (), term, sum(doc)
        from temp.terms
        where col not in ('key', 'original') and term not glob '*[^a-z]*'
            and length(term) <= {LONGEST}
        group by term order by term
        """  # noqa: S608 - the name comes from the schema
    )
    db.execute("drop table temp.terms")
    # Padded, so that its beginning and end are groups of their own. Words of two letters have no
    # misspelling that could be told from another word.
    db.execute(
        f"""
        create virtual table "{name}_fts_trigrams" using fts5(
            word, content='', tokenize='trigram'
        )
        """
    )
    db.execute(
        f"""
        insert into "{name}_fts_trigrams" (rowid, word)
        select id, '__' || word || '__' from "{name}_fts_words" where length(word) > 2 order by id
        """  # noqa: S608
    )
    _command(db, f"{name}_fts_trigrams", "optimize")


def _index_places(db: Database, name: str, towns: dict[int, Names]) -> None:
    """Make `x_fts_places`: under each loose name of a place, without spaces, what it is, once in
    Latin letters and once in Cyrillic. `distance` is that of `Names`.
    """
    db.execute(
        f"""
        create table "{name}_fts_places" (
            spelling text, geonameid integer, name text not null, local text not null,
            country text not null, records integer not null, distance integer not null,
            primary key (spelling, geonameid, name)
        ) strict, without rowid
        """
    )
    cells = db.execute(
        f"""
        select geonameid, country, city, count(*) from "{name}"
        where geonameid is not null group by 1, 2, 3 order by 1, 4 desc, 3
        """  # noqa: S608
    )
    rows: list[tuple[Any, ...]] = []
    for number, group in groupby(cells, key=itemgetter(0)):
        given = list(group)
        cities = [city for _, _, city, _ in given if city]
        names = towns.get(number, {}) | dict.fromkeys(cities, 0)
        if not names:
            continue
        local = min(names, key=lambda name: (names[name], (*cities, name).index(name)))
        country, records = given[0][1], sum(count for _, _, _, count in given)
        rows += [
            (spelling, number, other, local, country, records, names[other])
            for spelling, other in _spelt(names)
        ]
    db.conn.executemany(
        f'insert into "{name}_fts_places" values (?, ?, ?, ?, ?, ?, ?)',  # noqa: S608
        sorted(rows),
    )


def _index_towns(db: Database) -> None:
    db.execute("create table countries_fts_towns (word text primary key) strict, without rowid")
    db.conn.executemany(
        "insert into countries_fts_towns values (?)", [(word,) for word in _words_of_towns()]
    )


@cache
def _words_of_towns() -> list[str]:
    """The words of towns' own names, and what else they are called in one word; loose, sorted."""
    by_hand = sources.exonyms()
    words: set[str] = set()
    for country, towns in sources.towns():
        for town in towns:
            if town.population >= TOWN:
                others = [*town.alternates, *by_hand.get((country, town.name), [])]
                words.update(loose(town.name).split())
                words.update(name for name in map(loose, others) if " " not in name)
    return sorted(word for word in words if len(word) >= MISSPELT and word.isalpha())


def _spelt(names: Names) -> Iterator[tuple[str, str]]:
    """Loose spellings without spaces, each with the plainest of `names` that is spelt so.

    `Kopenhagen` is plainer than `Kopenhaagen`, and `Вильнюс` says more than `Вилнюс`.
    """
    best: dict[tuple[str, bool], tuple[tuple[int, bool, int, str], str]] = {}
    for name, distance in names.items():
        spelling = loose(name).replace(" ", "")
        key = spelling, is_cyrillic(name)
        rank = (distance, fold(name).replace(" ", "") != spelling, -len(name), name)
        if spelling and (key not in best or rank < best[key][0]):
            best[key] = rank, name
    for (spelling, _), (_, name) in best.items():
        yield spelling, name
