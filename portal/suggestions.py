"""What a person may mean while they type: records, places, countries, codes by their labels.

Either of one table, for the field above its list, where a place or a code is added to what is
chosen there; or of everything, for the field on every page.

Labels are in the reader's language only once they are asked for, where pages are made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from build.fold import is_cyrillic, loose
from build.geocode.countries import country_names
from build.geocode.names import plain
from portal.catalogue import Catalogue, Column, Table
from portal.conditions import conditions
from portal.highlight import highlighted
from portal.language import ENGLISH
from portal.listing import extent
from portal.query import Selection, parse
from portal.reading import rows
from portal.record import PART_OF
from portal.search import NOTHING, Found, expression, rank_sql
from portal.site_search import (
    COUNTRIES,
    SECTIONS,
    Match,
    country_called,
    labels_of_countries,
    trusted,
    wholes_first,
)

#: Letters before which nothing is suggested, and after which nobody types a name any more.
SHORTEST, LONGEST = 2, 100
#: Letters before which labels in six languages would say too much.
SHORTEST_LABEL = 3
#: Lines that one sees at a glance, the headings of groups among them.
LINES = 14
#: Of suggestions of everything: codes of one column, or places.
FEW = 2
#: Columns whose codes nobody looks for.
_NOT_ASKED_FOR = ("precision",)
#: What tells records of one name apart, and how much of it is told.
_BESIDE, _TOLD = ("start", "published", "city", "country", "kind", "year"), 2


@dataclass(frozen=True)
class Record:
    """A record of the table by its name."""

    key: str
    name: str
    #: Another name, if that is what was typed.
    other: str | None
    #: Code of the language of the name, where it is told.
    language: str | None
    #: What tells it from others of this name: columns, and what they hold.
    beside: tuple[tuple[Column, str], ...] = ()

    @property
    def town(self) -> str | None:
        """Where it is, as the source gives it; None where that is not known."""
        return next((value for column, value in self.beside if column.name == "city"), None)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.other or "")


@dataclass(frozen=True)
class Place:
    """A place with records, by the name that was typed."""

    geonameid: int
    name: str
    #: What it is called in its records.
    local: str
    country: str
    #: How many records its list has, and the query string of that.
    records: int
    query: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Choice:
    """One code of a column with a vocabulary, or one country."""

    column: Column
    code: str
    #: Languages in whose label it was found, and the labels.
    found: tuple[tuple[str, str], ...]
    #: The query string of its list.
    query: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label for _language, label in self.found)

    @property
    def label(self) -> str:
        return self.column.label(self.code)

    @property
    def also(self) -> tuple[str, str] | None:
        """Language and label that were typed, if it is not the reader's own label."""
        return None if not self.found or self.label in self.names else self.found[0]


Item = Record | Place | Choice


@dataclass(frozen=True)
class Group:
    """Suggestions of one kind: `records` or `places` of a table, `choices` of a `column` of it, or
    `countries`.
    """

    kind: str
    table: Table
    items: Sequence[Item]
    column: Column | None = None
    #: What counts as a hit, as in `portal.search.Found`.
    words: tuple[str, ...] = field(default=(), repr=False)

    def marked(self, text: str) -> Markup:
        """`text` with what was typed marked."""
        return highlighted(text, self.words)


def suggestions(
    connection: sqlite3.Connection,
    known: Catalogue,
    table: Table,
    text: str,
    *,
    limit: int = 5,
    within: Selection | None = None,
) -> list[Group]:
    """Groups of at most `limit` suggestions each for what was typed so far, none of them empty, and
    of at most `LINES` in all.

    Places and codes are added to what is chosen `within` the list already, the words left aside,
    which they take the place of; those that would find nothing there are left out. Raises
    QueryError when no more can be added.
    """
    if not is_typed(text):
        return []
    chosen = replace((within or Selection(table.name)).viewed(), search=None)
    found = expression(connection, table.name, text, typing=True)
    groups = _groups(connection, known, table, found, text, chosen, limit, limit)
    return _dealt(list(groups), LINES)


def suggestions_of_all(
    connection: sqlite3.Connection, known: Catalogue, sections: list[str], text: str
) -> list[Group]:
    """Groups of at most `LINES` in all, from all `sections`, the best group first.

    Best is what is called just so, then what begins so, then the order of the menu. Each group has
    its first suggestion before any has its second. As in the search of everything, what had to be
    corrected gives way to what was typed.
    """
    if not is_typed(text):
        return []
    readings: dict[str, Found] = {}
    groups: dict[str, list[Group]] = {}
    for name in SECTIONS:
        if name not in sections:
            continue
        if name == COUNTRIES:
            found = Found(words=_beginnings(text))
            groups[name] = list(_countries(known, text))
        else:
            found = expression(connection, name, text, typing=True)
            table, everything = known.tables[name], Selection(name)
            of_table = _groups(connection, known, table, found, text, everything, LINES, FEW)
            groups[name] = [group for group in of_table if _is_of_all(group, sections)]
        if groups[name]:
            readings[name] = found
    kept = [group for name in trusted(readings) for group in groups[name]]
    kept.sort(key=lambda group: (_rank(group, text), group.kind in ("places", "choices")))
    return _dealt(kept, LINES)


def is_typed(text: str) -> bool:
    """Whether so much was typed that it means something, and no more than a name has."""
    return len(loose(text)) >= SHORTEST and len(text) <= LONGEST


def _is_of_all(group: Group, sections: list[str]) -> bool:
    """Whether a group of one table belongs to everything: of the other tables only records do."""
    has_page = group.column is not None and group.column.name == "country" and COUNTRIES in sections
    return group.kind == "records" or (group.table.name == "enterprises" and not has_page)


def _rank(group: Group, text: str) -> int:
    """How well the first suggestion is what was typed: all of it, its beginning, or part of it."""
    typed = loose(text)
    names = [loose(name) for name in group.items[0].names]
    if typed.replace(" ", "") in (name.replace(" ", "") for name in names):
        return 0
    return 1 if any(name.startswith(typed) for name in names) else 2


def _dealt(groups: list[Group], lines: int) -> list[Group]:
    """`groups` cut so that they have so many lines together, as if dealt in turns; what a group has
    first brings its heading with it.
    """
    turns = sorted(
        (turn, number) for number, group in enumerate(groups) for turn in range(len(group.items))
    )
    sizes = [0] * len(groups)
    for turn, number in turns:
        lines -= 1 if turn else 2
        if lines < 0:
            break
        sizes[number] += 1
    return [
        replace(group, items=group.items[:size])
        for group, size in zip(groups, sizes, strict=True)
        if size
    ]


def _beginnings(text: str) -> tuple[str, ...]:
    return tuple(f"{word}*" for word in loose(text).split())


def _groups(
    connection: sqlite3.Connection,
    known: Catalogue,
    table: Table,
    found: Found,
    text: str,
    chosen: Selection,
    limit: int,
    limit_of_others: int,
) -> Iterator[Group]:
    """The groups of one table, those with suggestions."""
    meant = found.reworded(text)
    words = (*found.words, *_beginnings(meant))
    if records := _records(connection, table, found, words, limit):
        yield Group("records", table, records, words=words)
    if places := list(_places(connection, table, known, meant, chosen, limit_of_others)):
        yield Group("places", table, places, words=words)
    for column in table.columns.values():
        if column.codes and column.name not in _NOT_ASKED_FOR:
            choices = list(_choices(connection, table, column, meant, chosen))[:limit_of_others]
            if choices:
                yield Group("choices", table, choices, column, words)


def _records(
    connection: sqlite3.Connection, table: Table, found: Found, words: tuple[str, ...], limit: int
) -> list[Record]:
    """Records by their names; if none has all of several words there, by names and places."""
    label = table.label_column
    if found.match == NOTHING or not label or not table.key:
        return []
    told = [table.columns[name] for name in _BESIDE if name in table.columns]
    index = f'"{table.name}_fts"'
    sql = f"""
        select "{table.name}".* from "{table.name}" join (
            select rowid as hit, {rank_sql(table.name)} as score from {index}
            where {index} match ? order by score, hit limit ?
        ) on hit = "{table.name}".rowid order by score, hit
        """  # noqa: S608 - names come from the schema
    several = " AND " in found.match
    for scope in ("key name", "key name place") if several else ("key name",):
        records = rows(connection.execute(sql, [f"{{{scope}}}: ({found.match})", limit]))
        if records:
            break
    if PART_OF in table.columns:
        matches = [(record, _match(record[label], found)) for record in records]
        records = [record for record, _ in wholes_first(matches, table.key)]
    return [
        Record(
            record[table.key],
            record[label],
            _if_hit(record.get("name_alt"), words) if not _if_hit(record[label], words) else None,
            record.get("language"),
            tuple(islice(_known(told, record), _TOLD)),
        )
        for record in records
    ]


def _match(name: str, found: Found) -> Match:
    whole = loose(name).replace(" ", "") in found.words
    return Match.WHOLE_NAME if whole else Match.NAME


def _known(columns: list[Column], record: dict[str, Any]) -> Iterator[tuple[Column, str]]:
    for column in columns:
        if value := record[column.name]:
            yield column, str(value)


def _if_hit(text: str | None, words: tuple[str, ...]) -> str | None:
    return text if text and "<mark>" in highlighted(text, words) else None


def _places(
    connection: sqlite3.Connection,
    table: Table,
    known: Catalogue,
    text: str,
    chosen: Selection,
    limit: int,
) -> Iterator[Place]:
    """Places one of whose names begins like `text`, best first: the same; in the same alphabet; by
    what the records call the place; those with most records.
    """
    names = f"{table.name}_fts_places"
    if names not in known.hidden:
        return
    spelling = loose(text).replace(" ", "")
    places = connection.execute(
        f"""
        select spelling, geonameid, name, local, country, records, distance from "{names}"
        where spelling >= ? and spelling < ?
        """,  # noqa: S608
        [spelling, f"{spelling}~"],
    )
    best: dict[int, tuple[tuple[Any, ...], tuple[int, str, str, str, int]]] = {}
    for spelt, number, name, local, country, records, distance in places:
        foreign = is_cyrillic(name) != is_cyrillic(text)
        as_typed = name.casefold().startswith(text.casefold())
        own = (not as_typed, distance, len(name), name)
        rank = (spelt != spelling, foreign, name != local, -records, own)
        if number not in best or rank < best[number][0]:
            best[number] = rank, (number, name, local, country, records)
    ranked = [place for _, place in sorted(best.values(), key=itemgetter(0))]
    for number, name, local, country, records in ranked[:limit]:
        added = _added(chosen, table, "geonameid", str(number))
        count = _count(connection, table, added) if chosen.narrows else records
        if count:
            yield Place(number, name, local, country, count, added.canonical())


def _added(chosen: Selection, table: Table, column: str, value: str) -> Selection:
    """`chosen` with one more value of a column."""
    pairs = filter(None, (chosen.canonical(), urlencode({column: value})))
    return parse("&".join(pairs), table)


def _count(connection: sqlite3.Connection, table: Table, selection: Selection) -> int:
    return extent(connection, table, conditions(connection, selection, table)).total


def _choices(
    connection: sqlite3.Connection, table: Table, column: Column, text: str, chosen: Selection
) -> Iterator[Choice]:
    """Codes in use whose label, in any language, has a word that begins like each word typed."""
    labels = {ENGLISH: column.codes or {}} | column.translations
    for code in column.codes or {}:
        found = _labels_found(labels, code, text)
        if found and _is_used(connection, table, column, code):
            added = _added(chosen, table, column.name, code)
            if not chosen.narrows or _count(connection, table, added):
                yield Choice(column, code, found, added.canonical())


def _labels_found(
    labels: dict[str, dict[str, str]], code: str, text: str
) -> tuple[tuple[str, str], ...]:
    """Languages in whose label of `code` each word typed begins a word, and those labels."""
    typed = loose(text).split()
    if len("".join(typed)) < SHORTEST_LABEL:
        return ()
    return tuple(
        (language, words[code])
        for language, words in labels.items()
        if code in words and _begins(words[code], typed)
    )


def _countries(known: Catalogue, text: str) -> Iterator[Group]:
    """The countries with a page, by their names in the languages of the pages and the region."""
    column, labels = known.tables["enterprises"].columns["country"], labels_of_countries(known)
    called, spelling = country_called(known, text), plain(text)
    begun = {code for name, code in country_names().items() if name.startswith(spelling)}
    items = []
    for code in sorted(column.with_page):
        found = _labels_found(labels, code, text)
        if found or code == called or (len(spelling) >= SHORTEST_LABEL and code in begun):
            items.append(Choice(column, code, found))
    items.sort(key=lambda item: item.code != called)
    if items:
        yield Group(COUNTRIES, known.tables[COUNTRIES], items[:FEW], column, _beginnings(text))


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
