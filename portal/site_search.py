"""One search over all sections, `/search`: what is found where, grouped, the best group first.

Each table has its own index, and `portal.search` reads what was typed for each of them. Readings
may differ: what is a word of one table may look like a typing error to another. So the readings are
compared, over all sections whatever is chosen, and those that take the words more nearly as they
were typed win:

- where any table has the words as they were typed, tables that had to correct them give way,
- else tables that corrected more letters give way to those that corrected fewer,
- and where any has a short last word as a word, tables in which it only begins others give way:
  `Åbo` is a town, and no `about`.

What gave way is never mixed in. It is offered as another search where the words occur in running
text at best, for then a similar name may have been meant.

`bm25` cannot be compared between tables of different sizes. So groups are ordered by what their
best hit matches (`Match`: its whole name, its name, its place or subject, its text), then by what
all hits match that one sees of them, then as the sections stand in the menu. How many hits there
are decides nothing: the largest section has most of everything, and of a small one a single title
is a large share. Within a group `bm25` decides, but that a part of something gives way to the whole
of it if that is no worse a hit. The pages of countries are a section too, found by their names
alone.

Who names two or more countries is offered the comparison of them.

Every count is that of the section's own list with the same words and countries, which is where a
group goes on: there it can be narrowed further, sorted, put on a map and taken away.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.database import Database
from rapidfuzz.distance import DamerauLevenshtein

from build.fold import loose, spans
from build.geocode.countries import country_names
from build.geocode.names import plain
from portal import questions
from portal.catalogue import Catalogue, Column, Table
from portal.conditions import conditions
from portal.countries import NEEDED, country_column, in_alphabet
from portal.errors import shortened
from portal.facets import Choice, Facet, counts
from portal.highlight import highlighted
from portal.language import ENGLISH, N_, either
from portal.language import gettext as _
from portal.markdown import paragraphs
from portal.public import public
from portal.query import Filter, Selection
from portal.reading import in_time, rows
from portal.record import PART_OF
from portal.search import NOTHING, SMALL, Found, expression, is_common, rank_sql
from portal.site import SECTIONS as MENU
from portal.site import TABLES
from portal.wording import Chip

PATH = "/search"
COUNTRIES = "countries"
#: Section → its word, in the order of the menu.
SECTIONS = {
    name: place.word
    for section in MENU
    for place in section.places
    if (name := place.path.rpartition("/")[2]) in (*TABLES, COUNTRIES)
}
#: Hits of a group that are shown, and of the only one there is.
SHOWN, SHOWN_ALONE = 5, 20
#: Other readings that are offered.
_MOST_OTHERS = 3
#: Words of a text among which names of countries are looked for, and words of such a name.
_MOST_WORDS, _WORDS_OF_A_NAME = 64, 3
#: Longest text that may be the name of a country, and longest that is a code, which is given in
#: capitals: `no`, `is` and `by` are words.
_LONGEST_NAME, _LONGEST_CODE = 60, 3
#: Texts of a record that may say why it was found, beside its name and the facts of its card.
_TELLING = (
    "summary",
    "body",
    "target_group",
    "legal_form",
    "registered_status",
    "provider",
    "organiser",
    "publisher",
    "venue",
    "address",
)


class Match(IntEnum):
    """What of a hit was typed, the best first."""

    WHOLE_NAME = 0
    NAME = 1
    SUBJECT = 2  # or its place
    TEXT = 3


#: Columns of the index in which the words are then.
_COLUMNS = {Match.NAME: "key name", Match.SUBJECT: "key name place subject"}


@dataclass(frozen=True)
class Asked:
    """What `/search` was asked for. No section, or no country, means all of them."""

    text: str
    sections: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        return bool(self.sections or self.countries)

    @property
    def shown(self) -> str:
        """The text as one may repeat it to the reader."""
        return shortened(self.text)

    def query(self, **changes: Any) -> str:
        """The query string, with some of it changed."""
        asked = replace(self, **changes)
        pairs = [("q", asked.text)] if asked.text else []
        pairs += [("section", section) for section in asked.sections]
        return urlencode(pairs + [("country", code) for code in asked.countries])

    def choice(self, country: Column) -> list[str]:
        """What is chosen, in words: at most one text for the sections and one for the countries."""
        return [
            _("%(column)s: %(value)s") % {"column": title, "value": either(list(labels.values()))}
            for title, labels in self._chosen(country)
            if labels
        ]

    def chips(self, country: Column) -> list[Chip]:
        """One chip for each section and each country."""
        return [
            Chip(
                _("%(column)s: %(value)s") % {"column": title, "value": label},
                self.query(
                    sections=tuple(name for name in self.sections if name != value),
                    countries=tuple(code for code in self.countries if code != value),
                ),
            )
            for title, labels in self._chosen(country)
            for value, label in labels.items()
        ]

    def _chosen(self, country: Column) -> list[tuple[str, dict[str, str]]]:
        """Title of the sections and of the countries, with the labels of the chosen ones."""
        return [
            (_("Section"), {name: _(SECTIONS[name]) for name in self.sections}),
            (_("Country"), {code: country.label(code) for code in self.countries}),
        ]


@dataclass(frozen=True)
class Group:
    """What was found in one section."""

    section: str
    table: Table
    #: What was looked for.
    found: Found
    total: int
    #: The first hits as rows; of the countries' pages their codes.
    hits: list[dict[str, Any]]
    #: What each of `hits` matches.
    matches: list[Match]
    #: The query string of the section's list of them.
    query: str

    @property
    def rank(self) -> tuple[Match, int]:
        """The less, the more it is what was looked for; a hit that is missing is as one in text."""
        seen = self.matches[:SHOWN]
        return self.matches[0], sum(seen) + Match.TEXT * (SHOWN - len(seen))

    def first(self, most: int) -> Group:
        return replace(self, hits=self.hits[:most], matches=self.matches[:most])


@dataclass(frozen=True)
class Word:
    """Another search that finds something, by what one would type."""

    text: str
    query: str
    count: int


@dataclass(frozen=True)
class Results:
    """The answer to one question. Labels are in the reader's language once they are asked for."""

    asked: Asked
    #: The group of the one record whose whole name was typed, with this hit alone.
    best: Group | None = None
    #: Without the best hit.
    groups: list[Group] = field(default_factory=list)
    #: Section → hits in the chosen countries; country → hits in the chosen sections.
    of_section: dict[str, int] = field(default_factory=dict)
    of_country: Counter[str] = field(default_factory=Counter)
    #: Hits in all sections and countries.
    everywhere: int = 0
    #: Searches for what other readings would have found.
    others: list[Word] = field(default_factory=list)
    #: If no record has all of several words: those that occur on their own, where sections or
    #: countries are chosen there, else `anywhere`.
    alone: list[Word] = field(default_factory=list)
    anywhere: list[Word] = field(default_factory=list)
    #: Codes of countries with a page that the text names, if there are several.
    compared: list[str] = field(default_factory=list)

    @property
    def comparing(self) -> str:
        """The query string of their comparison, the same for any order of them."""
        return urlencode([("country", code) for code in sorted(self.compared)])

    @property
    def in_names(self) -> bool:
        """Whether names alone were searched."""
        return is_common(self.asked.text)

    @property
    def total(self) -> int:
        return sum(self.of_section[name] for name in self.asked.sections or self.of_section)

    @property
    def agreed(self) -> Found | None:
        """What was looked for instead, as one group tells it, if all groups did so."""
        readings = [group.found for group in self.groups]
        spelt = {(_loose(found.corrected), _loose(found.respelt)) for found in readings}
        return readings[0] if len(spelt) == 1 else None

    def facets(self, country: Column) -> list[Facet]:
        """The two choices, sections as in the menu, countries by their names; `country` names them.

        Countries without a hit in any section are left out unless they are chosen.
        """
        sections = [
            Choice(name, _(SECTIONS[name]), count, name in self.asked.sections)
            for name, count in self.of_section.items()
        ]
        named = {*self.of_country, *self.asked.countries}
        countries = [
            Choice(code, country.label(code), self.of_country[code], code in self.asked.countries)
            for code in in_alphabet(named, country)
        ]
        return [
            Facet(Column("section", N_("Section")), sections, 0),
            Facet(Column("country", N_("Country")), countries, 0),
        ]


@dataclass(frozen=True)
class Telling:
    """The text of a record that says why it was found."""

    column: Column
    text: str
    #: Code of its language, where that is known.
    language: str | None


async def open_sections(ds: Datasette, known: Catalogue) -> list[str]:
    """The sections that the operator lets the public see; a country's page shows several tables."""
    seen = (await public(ds, known, {*TABLES, *NEEDED})).tables.keys()
    return [name for name in SECTIONS if name in seen and (name != COUNTRIES or seen >= {*NEEDED})]


def question(known: Catalogue, sections: list[str]) -> Table:
    """What may be asked for, as a table whose columns have these codes."""
    country = known.tables["enterprises"].columns["country"]
    asked = {
        "section": Column(
            "section", N_("Section"), codes={name: SECTIONS[name] for name in sections}
        ),
        "country": replace(country, name="country", title=N_("Country")),
    }
    return Table("search", N_("Search"), "", (), asked, searchable=True)


def read(query: str, question: Table) -> Asked:
    """Read the query string of the page. Raises QueryError, and nothing else."""
    asked = questions.read(query, question, text="q")
    return Asked(asked.search or "", asked.chosen("section"), asked.chosen("country"))


async def search(db: Database, known: Catalogue, sections: list[str], asked: Asked) -> Results:
    """As `find`. Raises sqlite3.OperationalError (interrupted) beyond the time limit."""

    return await in_time(db, lambda connection: find(connection, known, sections, asked))


def find(
    connection: sqlite3.Connection, known: Catalogue, sections: list[str], asked: Asked
) -> Results:
    """Look for `asked` in all of `sections`, and show those that it names."""
    return _Search(connection, known, sections).results(asked)


def trusted(readings: dict[str, Found], finished: str = "") -> dict[str, Found]:
    """Those readings, by section, that take the words most nearly as they were typed.

    They are those without a corrected word, else those with the fewest wrong letters. If all of the
    text is given, for it is `finished`, its last word is rather a word than a beginning if short.
    """
    last = next(reversed(loose(finished).split()), "")
    doubts = {
        name: (_errors(found), len(last) <= SMALL and f"{last}*" in found.words)
        for name, found in readings.items()
    }
    fewest = min(doubts.values(), default=None)
    return {name: found for name, found in readings.items() if doubts[name] == fewest}


def country_called(known: Catalogue, text: str) -> str | None:
    """The code of the country with that name, in a language of the pages or of the region."""
    if len(text) > _LONGEST_NAME or (len(text) <= _LONGEST_CODE and not text.isupper()):
        return None
    spelling = loose(text)
    for labels in labels_of_countries(known).values():
        for code, label in labels.items():
            if spelling and loose(label) == spelling:
                return code
    return country_names().get(plain(text))


def countries_named(known: Catalogue, text: str) -> list[str]:
    """The codes of all countries with a page that `text` names, each once, as they come.

    Other words may stand between. As alone, codes count in capitals only.
    """
    words = [text[start:end] for start, end in islice(spans(text), _MOST_WORDS)]
    names = _names_of_pages(known)
    found: list[str] = []
    while words:
        for length in range(min(_WORDS_OF_A_NAME, len(words)), 0, -1):
            name = " ".join(words[:length])
            is_code = len(name) <= _LONGEST_CODE and not name.isupper()
            code = None if is_code else names.get(loose(name))
            if code:
                found.append(code)
                break
        del words[:length]
    return list(dict.fromkeys(found))


def _names_of_pages(known: Catalogue) -> dict[str, str]:
    """Loose name, or code → code of the country, of those with a page."""
    pages = known.tables["enterprises"].columns["country"].with_page
    labels = labels_of_countries(known).values()
    names = {loose(name): code for name, code in country_names().items() if code in pages}
    return names | {loose(of[code]): code for of in labels for code in pages if code in of}


def labels_of_countries(known: Catalogue) -> dict[str, dict[str, str]]:
    """Language → code → name of the country."""
    column = known.tables["enterprises"].columns["country"]
    return {ENGLISH: column.codes or {}} | column.translations


def _loose(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((loose(typed), loose(meant)) for typed, meant in pairs)


def _errors(found: Found) -> int:
    return sum(_distance(typed, meant) for typed, meant in _loose(found.corrected + found.respelt))


def _distance(typed: str, meant: str) -> int:
    """Wrong letters in `typed`, which may be unfinished; one at least, for it is another word."""
    ends = {*range(len(typed) - 1, len(typed) + 2), len(meant)}
    return max(1, min(DamerauLevenshtein.distance(typed, meant[:end]) for end in ends))


def _are_about_it(best: Group | None, groups: list[Group]) -> bool:
    """Whether a name, place or subject has the words."""
    return best is not None or any(group.matches[0] < Match.TEXT for group in groups)


def _without(group: Group, best: Group | None) -> Group:
    """The other hits of a group, if the best one is its first."""
    if best is None or best.section != group.section:
        return group
    return replace(group, hits=group.hits[1:], matches=group.matches[1:])


#: A row, and what of it was typed.
Hit = tuple[dict[str, Any], Match]


def wholes_first(hits: list[Hit], key: str) -> list[Hit]:
    """`hits` in order, but none before what it is a part of, if that is no worse a hit."""
    left = {record[key]: (record, match) for record, match in hits}
    ordered = []
    for record, match in hits:
        whole = left.get(record[PART_OF])
        if whole and whole[1] <= match:
            ordered.append(left.pop(record[PART_OF]))
        if record[key] in left:
            ordered.append(left.pop(record[key]))
    return ordered


@dataclass(frozen=True)
class _Counted:
    """How many hits a section has."""

    section: str
    table: Table
    found: Found
    #: The list of the hits in the chosen countries.
    selection: Selection
    by_country: dict[Any, int]
    total: int
    everywhere: int


class _Search:
    """Looks through some sections of one database."""

    def __init__(
        self, connection: sqlite3.Connection, known: Catalogue, sections: list[str]
    ) -> None:
        self._connection = connection
        self._known = known
        self._sections = sections
        country = known.tables["enterprises"].columns["country"]
        self._pages = country.with_page if COUNTRIES in sections else frozenset()

    def results(self, asked: Asked) -> Results:
        readings = self._readings(asked.text)
        kept = trusted(readings, asked.text)
        counted = self._counted(kept, asked)
        chosen = self._chosen(counted, asked)
        of_section = dict.fromkeys(self._sections, 0) | {one.section: one.total for one in counted}
        of_country = Counter({code: 0 for one in counted for code in one.by_country if code})
        for one in chosen:
            of_country.update({code: hits for code, hits in one.by_country.items() if code})
        best, groups = self._groups([one for one in chosen if one.total], asked.text)
        named = countries_named(self._known, asked.text) if self._pages else []
        return Results(
            asked,
            best,
            groups,
            of_section,
            of_country,
            sum(one.everywhere for one in counted),
            [] if _are_about_it(best, groups) else self._others(readings, kept, asked),
            *(([], []) if best or groups else self._alone(asked)),
            compared=named if len(named) > 1 else [],
        )

    def _readings(self, text: str) -> dict[str, Found]:
        """What to look for in each section that has it."""
        readings = {
            name: found
            for name in self._sections
            if name != COUNTRIES
            and (found := expression(self._connection, name, text)).match != NOTHING
        }
        if self._page(text):
            readings[COUNTRIES] = Found(words=tuple(loose(text).split()))
        return readings

    def _page(self, text: str) -> str | None:
        """The country, if it has a page, that is called so."""
        code = country_called(self._known, text)
        return code if code in self._pages else None

    def _counted(self, kept: dict[str, Found], asked: Asked) -> list[_Counted]:
        counted = [
            self._counted_in(self._known.tables[name], found, asked)
            for name, found in kept.items()
            if name != COUNTRIES
        ]
        for found in kept.values():
            text = found.reworded(asked.text)
            if code := self._page(text):
                words = replace(found, match=NOTHING, words=tuple(loose(text).split()))
                is_chosen = not asked.countries or code in asked.countries
                selection = Selection(COUNTRIES, (Filter("code", "exact", (code,)),))
                table = self._known.tables[COUNTRIES]
                page = _Counted(COUNTRIES, table, words, selection, {code: 1}, int(is_chosen), 1)
                return [*counted, page]
        return counted

    def _counted_in(self, table: Table, found: Found, asked: Asked) -> _Counted:
        column = table.columns[country_column(table)]
        is_list = column.type == "list"
        operator = "arraycontains" if is_list else "exact"
        chosen = (Filter(column.name, operator, asked.countries),) if asked.countries else ()
        selection = Selection(table.name, chosen, search=asked.text)
        by_country = counts(self._connection, selection, table, [column.name], found=found)
        of_codes = by_country[column.name]
        if is_list:  # a record of several countries counts once
            everywhere = self._count(table, found, replace(selection, filters=()))
            total = self._count(table, found, selection) if chosen else everywhere
        else:
            everywhere = sum(of_codes.values())
            total = sum(of_codes.get(code, 0) for code in asked.countries) if chosen else everywhere
        return _Counted(table.name, table, found, selection, of_codes, total, everywhere)

    def _count(self, table: Table, found: Found, selection: Selection) -> int:
        where = conditions(self._connection, selection, table, found=found)
        sql = f'select count(*) from "{table.name}" where {where.sql}'  # noqa: S608
        count: int = self._connection.execute(sql, where.params).fetchone()[0]
        return count

    def _chosen(self, counted: list[_Counted], asked: Asked) -> list[_Counted]:
        return [one for one in counted if one.section in (asked.sections or self._sections)]

    def _groups(self, found: list[_Counted], text: str) -> tuple[Group | None, list[Group]]:
        """The best hit, and the groups of all others, the best group first."""
        most = SHOWN_ALONE if len(found) == 1 else SHOWN
        groups = [self._group(one, text, most + 1) for one in found]
        best = self._best(groups)
        others = [_without(group, best) for group in groups]
        others = [group.first(most) for group in others if group.hits]
        menu = [*SECTIONS]
        return best, sorted(others, key=lambda group: (group.rank, menu.index(group.section)))

    def _best(self, groups: list[Group]) -> Group | None:
        """The first hit, if it is the only one whose whole name is what was typed."""
        named = [group for group in groups if group.matches[0] == Match.WHOLE_NAME]
        if len(named) != 1 or named[0].found.corrected or named[0].found.respelt:
            return None
        return None if Match.WHOLE_NAME in named[0].matches[1:] else named[0].first(1)

    def _group(self, one: _Counted, text: str, most: int) -> Group:
        query = one.selection.canonical()
        if one.section == COUNTRIES:
            pages = [{"code": code} for code in one.by_country]
            matches = [Match.WHOLE_NAME] * len(pages)
            return Group(one.section, one.table, one.found, one.total, pages, matches, query)
        records, key = self._hits(one, most), one.table.key
        if key and PART_OF in one.table.columns:
            records += self._wholes(one, records, key)
            hits = wholes_first(self._matched(one, text, records), key)[:most]
        else:
            hits = self._matched(one, text, records)
        return Group(
            one.section,
            one.table,
            one.found,
            one.total,
            [record for record, _match in hits],
            [match for _record, match in hits],
            query,
        )

    def _hits(self, one: _Counted, most: int) -> list[dict[str, Any]]:
        """The first rows of the list, each with its rowid as `hit`."""
        name, index = one.table.name, f'"{one.table.name}_fts"'
        selection = replace(one.selection, search=None)
        where = conditions(self._connection, selection, one.table)
        # Where no country narrows the hits, FTS5 alone finds the first ones.
        cut = "" if selection.filters else "order by score, hit limit :most"
        cursor = self._connection.execute(
            f"""
            select "{name}".*, hit from "{name}" join (
                select rowid as hit, {rank_sql(name)} as score from {index}
                where {index} match :match {cut}
            ) on hit = "{name}".rowid where {where.sql} order by score, hit limit :most
            """,  # noqa: S608 - names come from the schema
            where.params | {"match": one.found.match, "most": most},
        )
        return rows(cursor)

    def _wholes(
        self, one: _Counted, records: list[dict[str, Any]], key: str
    ) -> list[dict[str, Any]]:
        """What these records are parts of, as far as it is a hit, but not one of these."""
        wanted = {record[PART_OF] for record in records if record[PART_OF]}
        missing = wanted - {record[key] for record in records}
        if not missing:
            return []
        keys = (Filter(key, "exact", tuple(sorted(missing))),)
        wholes = replace(one.selection, filters=(*one.selection.filters, *keys))
        return self._hits(replace(one, selection=wholes), len(missing))

    def _matched(self, one: _Counted, text: str, records: list[dict[str, Any]]) -> list[Hit]:
        """Each of these records that are hits with what of it was typed."""
        name = loose(one.found.reworded(text)).replace(" ", "")
        expressions = {
            match: f"{{{columns}}}: ({one.found.match})" for match, columns in _COLUMNS.items()
        } | {Match.WHOLE_NAME: f'key:"{name}"'}
        found: dict[int, Match] = {}
        for match in sorted(expressions):
            left = [record["hit"] for record in records if record["hit"] not in found]
            found |= dict.fromkeys(self._matching(one.table, expressions[match], left), match)
        return [(record, found.get(record["hit"], Match.TEXT)) for record in records]

    def _matching(self, table: Table, expression: str, numbers: list[int]) -> list[int]:
        """Those of the records with these rowids that match."""
        index, marks = f'"{table.name}_fts"', ", ".join("?" * len(numbers))
        sql = f"select rowid from {index} where {index} match ? and rowid in ({marks})"  # noqa: S608
        return [number for (number,) in self._connection.execute(sql, [expression, *numbers])]

    def _others(
        self, readings: dict[str, Found], kept: dict[str, Found], asked: Asked
    ) -> list[Word]:
        """Searches for what the readings that gave way had looked for instead."""
        gone = [found.reworded(asked.text) for name, found in readings.items() if name not in kept]
        texts = {loose(text): text for text in gone if loose(text) != loose(asked.text)}
        return self._words(islice(texts.values(), _MOST_OTHERS), asked)

    def _alone(self, asked: Asked) -> tuple[list[Word], list[Word]]:
        """Searches for each word on its own, or if none has hits, in all sections and countries."""
        tables = [name for name in self._sections if name != COUNTRIES]
        found = [expression(self._connection, name, asked.text) for name in tables]
        texts = dict.fromkeys(word for one in found for word in one.alone)
        alone = self._words(texts, asked)
        return alone, [] if alone else self._words(texts, Asked(asked.text))

    def _words(self, texts: Iterable[str], asked: Asked) -> list[Word]:
        """Those of the searches for `texts`, with the same sections and countries, with hits."""
        words = []
        for text in texts:
            other = replace(asked, text=text)
            counted = self._counted(trusted(self._readings(text), text), other)
            count = sum(one.total for one in self._chosen(counted, other))
            words.append(Word(text, other.query(), count))
        return [word for word in words if word.count]


def telling(
    record: dict[str, Any], table: Table, found: Found, beside: Iterable[Column] = ()
) -> Telling | None:
    """The text of a hit that has the words, else its summary; None where it has neither.

    Of a long text it is the paragraph, without the marks of Markdown. Columns that are shown
    `beside` it tell for themselves.
    """
    shown_beside = {column.name for column in beside}
    names = [name for name in _TELLING if record.get(name) and name not in shown_beside]
    for name in names:
        text = record[name]
        if name == "body":
            text = _paragraph(text, found)
        if _is_hit(found, text):
            return Telling(table.columns[name], text, _language(name, record))
    if record.get("summary"):
        return Telling(table.columns["summary"], record["summary"], ENGLISH)
    return None


def _paragraph(text: str, found: Found) -> str:
    """The first paragraph with a hit. Parsed is only what may hold one: texts can be long."""
    for block in filter(partial(_is_hit, found), re.split(r"\n\s*\n", text)):
        if hit := next(filter(partial(_is_hit, found), paragraphs(block)), ""):
            return hit
    return ""


def _is_hit(found: Found, text: str) -> bool:
    return "<mark>" in highlighted(text, found.words)


def _language(name: str, record: dict[str, Any]) -> str | None:
    return {"summary": ENGLISH, "body": record.get("language")}.get(name)
