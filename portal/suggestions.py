"""What a person may mean while they type: records by name, places, and codes by their labels.

Labels are in the reader's language only once they are asked for, where pages are made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from build.fold import is_cyrillic, loose
from portal.catalogue import Catalogue, Column, Table
from portal.highlight import highlighted
from portal.language import ENGLISH
from portal.search import NOTHING, Found, expression, rank_sql

#: Letters before which nothing is suggested, and after which nobody types a name any more.
SHORTEST, LONGEST = 2, 100
#: Letters before which labels in six languages would say too much.
SHORTEST_LABEL = 3
#: Columns whose codes nobody looks for.
_NOT_ASKED_FOR = ("precision",)


@dataclass(frozen=True)
class Record:
    """A record of the table by its name."""

    key: str
    name: str
    #: Another name, if that is what was typed.
    other: str | None
    #: Where it is, as the source gives it; None where that is not known.
    town: str | None
    #: Code of the language of the name, where it is told.
    language: str | None


@dataclass(frozen=True)
class Place:
    """A place with records, by the name that was typed."""

    geonameid: int
    name: str
    #: What it is called in its records.
    local: str
    country: str
    records: int

    @property
    def query(self) -> str:
        return urlencode({"geonameid": self.geonameid})


@dataclass(frozen=True)
class Choice:
    """One code of a column with a vocabulary."""

    column: Column
    code: str
    #: Languages in whose label it was found, and the labels.
    found: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        return urlencode({self.column.name: self.code})

    @property
    def label(self) -> str:
        return self.column.label(self.code)

    @property
    def also(self) -> tuple[str, str] | None:
        """Language and label that were typed, if it is not the reader's own label."""
        return None if self.label in dict(self.found).values() else self.found[0]


@dataclass(frozen=True)
class Group:
    """Suggestions of one kind: `records`, `places`, or `choices` of one `column`."""

    kind: str
    items: list[Record] | list[Place] | list[Choice]
    column: Column | None = None
    #: What counts as a hit, as in `portal.search.Found`.
    words: tuple[str, ...] = field(default=(), repr=False)

    def marked(self, text: str) -> Markup:
        """`text` with what was typed marked."""
        return highlighted(text, self.words)


def suggestions(
    connection: sqlite3.Connection, known: Catalogue, table: Table, text: str, *, limit: int = 5
) -> list[Group]:
    """Groups of at most `limit` suggestions each for what was typed so far, none of them empty."""
    if len(loose(text)) < SHORTEST or len(text) > LONGEST:
        return []
    found = expression(connection, table.name, text, typing=True)
    meant = found.reworded(text)
    words = (*found.words, *(f"{word}*" for word in loose(meant).split()))
    groups = [
        Group("records", _records(connection, table, found, words, limit), words=words),
        Group("places", _places(connection, table, known, meant)[:limit], words=words),
        *(
            Group(
                "choices", list(_choices(connection, table, column, meant))[:limit], column, words
            )
            for column in table.columns.values()
            if column.codes and column.name not in _NOT_ASKED_FOR
        ),
    ]
    return [group for group in groups if group.items]


def _records(
    connection: sqlite3.Connection, table: Table, found: Found, words: tuple[str, ...], limit: int
) -> list[Record]:
    """Records by their names; if none has all of several words there, by names and places."""
    label = table.label_column
    if found.match == NOTHING or not label or not table.key:
        return []
    other, town, language = (
        f'"{name}"' if name in table.columns else "null"
        for name in ("name_alt", "city", "language")
    )
    index = f'"{table.name}_fts"'
    sql = f"""
        select "{table.key}", "{label}", {other}, {town}, {language} from "{table.name}" join (
            select rowid as hit, {rank_sql(table.name)} as score from {index}
            where {index} match ? order by score, hit limit ?
        ) on hit = "{table.name}".rowid order by score, hit
        """  # noqa: S608 - names come from the schema
    several = " AND " in found.match
    for columns in ("key name", "key name place") if several else ("key name",):
        rows = connection.execute(sql, [f"{{{columns}}}: ({found.match})", limit]).fetchall()
        if rows:
            break
    return [
        Record(key, name, _if_hit(other, words) if not _if_hit(name, words) else None, *rest)
        for key, name, other, *rest in rows
    ]


def _if_hit(text: str | None, words: tuple[str, ...]) -> str | None:
    return text if text and "<mark>" in highlighted(text, words) else None


def _places(
    connection: sqlite3.Connection, table: Table, known: Catalogue, text: str
) -> list[Place]:
    """Places one of whose names begins like `text`, best first: the same; in the same alphabet; by
    what the records call the place; those with most records.
    """
    names = f"{table.name}_fts_places"
    if names not in known.hidden:
        return []
    spelling = loose(text).replace(" ", "")
    rows = connection.execute(
        f"""
        select spelling, geonameid, name, local, country, records, distance from "{names}"
        where spelling >= ? and spelling < ?
        """,  # noqa: S608
        [spelling, f"{spelling}~"],
    )
    best: dict[int, tuple[tuple[Any, ...], Place]] = {}
    for spelt, number, name, local, country, records, distance in rows:
        foreign = is_cyrillic(name) != is_cyrillic(text)
        as_typed = name.casefold().startswith(text.casefold())
        own = (not as_typed, distance, len(name), name)
        rank = (spelt != spelling, foreign, name != local, -records, own)
        if number not in best or rank < best[number][0]:
            best[number] = rank, Place(number, name, local, country, records)
    return [place for _, place in sorted(best.values(), key=itemgetter(0))]


def _choices(
    connection: sqlite3.Connection, table: Table, column: Column, text: str
) -> Iterator[Choice]:
    """Codes in use whose label, in any language, has a word that begins like each word typed."""
    typed = loose(text).split()
    if len("".join(typed)) < SHORTEST_LABEL:
        return
    for code, english in (column.codes or {}).items():
        labels = {ENGLISH: english}
        labels |= {other: words.get(code, "") for other, words in column.translations.items()}
        found = tuple(
            (language, label) for language, label in labels.items() if _begins(label, typed)
        )
        if found and _is_used(connection, table, column, code):
            yield Choice(column, code, found)


def _begins(label: str, typed: list[str]) -> bool:
    words = loose(label).split()
    return all(any(word.startswith(part) for word in words) for part in typed)


def _is_used(connection: sqlite3.Connection, table: Table, column: Column, code: str) -> bool:
    name = f'"{table.name}"."{column.name}"'
    source, value = (
        (f'"{table.name}", json_each({name})', "value")
        if column.type == "list"
        else (f'"{table.name}"', name)
    )
    sql = f"select 1 from {source} where {value} = ? limit 1"  # noqa: S608
    return connection.execute(sql, [code]).fetchone() is not None
