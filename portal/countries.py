"""What the directory holds on each country of the network.

All figures count records. Those of a published database never change, so each country is counted
once; only what is to come depends on the day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette.database import Database

from build.fold import fold
from portal.calendar_days import today
from portal.catalogue import Catalogue, Column, Table
from portal.charts import Item, percent
from portal.conditions import conditions
from portal.facets import Counts, counts
from portal.language import gettext as _
from portal.language import number
from portal.linked_data import About, Node, breadcrumbs, document, web_page
from portal.listing import Extent, extent
from portal.network import ACROSS
from portal.own_order import LAST_DAY, own_order
from portal.query import Filter, Selection
from portal.reading import in_time, rows
from portal.site import TABLES
from portal.wording import value_in_words

#: All that a country's page shows, and so what the public must be allowed to see.
NEEDED = (*TABLES, "countries", "sources")
#: The portal's own article on what counts as a social enterprise in each country.
ARTICLE = "what-counts-as-a-social-enterprise"

#: Columns of the enterprises that are counted for a country.
_COUNTED = ("sector", "founded", "legal_form", "registered_status", "city")
#: Towns, forms, hosts that are listed; how many more there are is said.
_MOST_LISTED = 10
_MOST_RECORDS = 6
#: When founding years are told one by one and not by decade: many of them, close together.
_MANY_YEARS, _CLOSE_YEARS = 20, 20


@dataclass(frozen=True)
class Whole:
    """The network's countries in the order of their codes, and the sizes of all tables."""

    codes: tuple[str, ...]
    #: Table → country → records.
    sizes: dict[str, dict[str, int]]
    #: Whether `ARTICLE` is among the articles.
    has_article: bool

    def size(self, table: str, code: str) -> int:
        return self.sizes[table].get(code, 0)

    def across(self, table: str) -> int:
        """Records of work across countries."""
        return sum(self.size(table, code) for code in ACROSS)


@dataclass(frozen=True)
class Figures:
    """The enterprises of one country, counted."""

    code: str
    extent: Extent
    confirmed: int
    #: Precision → enterprises that are on the map.
    located: dict[str | None, int]
    counts: Counts
    #: Websites on which most of them were read, with the number of enterprises.
    hosts: list[tuple[str, int]]
    #: How many websites there are in all.
    all_hosts: int

    @property
    def total(self) -> int:
        return self.extent.total

    def known(self, column: str) -> int:
        """Enterprises of which the value of `column` is known."""
        return self.total - self.counts[column].get(None, 0)

    def decades(self) -> dict[int, int]:
        """Decade → enterprises founded then, as far as the year is known."""
        found: dict[int, int] = {}
        for year, count in self.counts["founded"].items():
            if year is not None:
                found[year // 10 * 10] = found.get(year // 10 * 10, 0) + count
        return found


@dataclass(frozen=True)
class Profile:
    """All that the page of a country shows, in codes; the lists hold the first records as rows."""

    whole: Whole
    figures: Figures
    #: Events that are to come.
    coming: int
    #: Kind of organisation → how many, the most frequent first.
    kinds: list[tuple[str, int]]
    organisations: list[dict[str, Any]]
    #: Those one can apply to first.
    programmes: list[dict[str, Any]]
    #: The next ones, or the latest when none is to come.
    events: list[dict[str, Any]]
    articles: list[dict[str, Any]]
    library: list[dict[str, Any]]

    @property
    def code(self) -> str:
        return self.figures.code

    def size(self, table: str) -> int:
        return self.whole.size(table, self.code)


@dataclass(frozen=True)
class Line:
    """One value with the number of enterprises that have it, and the query string of their list."""

    value: Any
    label: str
    count: int
    query: str
    #: Of the enterprises of which the value is known, from 0 to 1.
    share: float = 0
    #: The label where there is little room, if it is another.
    short: str = ""

    @property
    def item(self) -> Item:
        """As an item of a chart."""
        return Item(self.label, self.count, number(self.count))

    @property
    def percent(self) -> str:
        return percent(self.share)


@dataclass(frozen=True)
class Ranking:
    """The most frequent values of a column."""

    lines: list[Line]
    #: How many values more there are.
    others: int
    known: int


async def whole(db: Database, known: Catalogue) -> Whole:
    """The network's countries and the sizes of all tables."""
    return await in_time(db, lambda connection: _whole(db, connection, known))


async def profile(db: Database, known: Catalogue, code: str) -> Profile:
    """What the directory holds on the country `code`. Raises OperationalError beyond its time."""

    def read(connection: sqlite3.Connection) -> Profile:
        asked = {"code": code, "today": today().isoformat()}
        coming = f"{LAST_DAY} >= :today"
        (number_coming,) = connection.execute(
            f"select count(*) from events where country = :code and {coming}",  # noqa: S608
            asked,
        ).fetchone()
        return Profile(
            _whole(db, connection, known),
            _figures(db, connection, known, code),
            number_coming,
            _kinds(connection, asked),
            _rows(connection, _ORGANISATIONS, asked),
            _rows(connection, _programmes(known.tables["programmes"]), asked),
            _rows(connection, _events(known.tables["events"], bool(number_coming)), asked),
            _rows(connection, _ARTICLES, asked),
            _rows(connection, _LIBRARY, asked),
        )

    return await in_time(db, read)


async def figures(db: Database, known: Catalogue, codes: Sequence[str]) -> list[Figures]:
    """The figures of several countries, in the order of `codes`."""
    return await in_time(
        db, lambda connection: [_figures(db, connection, known, code) for code in codes]
    )


_wholes: WeakKeyDictionary[Database, Whole] = WeakKeyDictionary()
_counted: WeakKeyDictionary[Database, dict[str, Figures]] = WeakKeyDictionary()


def _whole(db: Database, connection: sqlite3.Connection, known: Catalogue) -> Whole:
    if db not in _wholes:
        parts = " union all ".join(_sizes(known.tables[name]) for name in TABLES)
        sizes: dict[str, dict[str, int]] = {name: {} for name in TABLES}
        for name, code, count in connection.execute(parts):
            sizes[name][code] = count
        network = known.tables["enterprises"].columns["country"].with_page
        _wholes[db] = Whole(tuple(sorted(network)), sizes, _is_there(connection, ARTICLE))
    return _wholes[db]


def _sizes(table: Table) -> str:
    if country_column(table) == "country":
        return f"select '{table.name}', country, count(*) from {table.name} group by 2"  # noqa: S608
    items = f"json_each({table.name}.countries)"
    return f"select '{table.name}', value, count(*) from {table.name}, {items} group by 2"  # noqa: S608


def _figures(db: Database, connection: sqlite3.Connection, known: Catalogue, code: str) -> Figures:
    kept = _counted.setdefault(db, {})
    if code not in kept:
        kept[code] = _count(connection, known.tables["enterprises"], code)
    return kept[code]


def _count(connection: sqlite3.Connection, table: Table, code: str) -> Figures:
    selection = selected(code)
    places = connection.execute(
        "select precision, count(latitude), count(checked_on) from enterprises "
        "where country = ? group by 1",
        [code],
    ).fetchall()
    hosts = connection.execute(
        "select host, count(distinct id) from enterprises join sources "
        "on record_table = 'enterprises' and record_id = id "
        "where country = ? and host <> '' group by 1 order by 2 desc, 1",
        [code],
    ).fetchall()
    return Figures(
        code,
        extent(connection, table, conditions(connection, selection, table)),
        confirmed=sum(checked for _precision, _located, checked in places),
        located={precision: located for precision, located, _checked in places if located},
        counts=counts(connection, selection, table, _COUNTED),
        hosts=hosts[:_MOST_LISTED],
        all_hosts=len(hosts),
    )


def _kinds(connection: sqlite3.Connection, asked: dict[str, str]) -> list[tuple[str, int]]:
    sql = (
        "select kind, count(*) from organisations where country = :code "
        "group by 1 order by 2 desc, 1"
    )
    return connection.execute(sql, asked).fetchall()


_ORGANISATIONS = f"""
    select id, name, kind, city from organisations
    join organisations_order on record_rowid = organisations.rowid
    where country = :code order by alphabet_position limit {_MOST_RECORDS}"""  # noqa: S608


def _programmes(table: Table) -> str:
    by, _title = own_order(table) or ("id", "")
    return (
        "select id, name, kind, status, deadline, period from programmes "  # noqa: S608
        f"where country = :code order by {by}, id limit {_MOST_RECORDS}"
    )


def _events(table: Table, coming: bool) -> str:
    by, _title = own_order(table) or ("id", "")
    only = f"and {LAST_DAY} >= :today" if coming else ""
    return (
        'select id, name, start, "end", city, online, status, language from events '  # noqa: S608
        f"where country = :code {only} order by {by}, id limit {_MOST_RECORDS}"
    )


_ABOUT_IT = "exists (select 1 from json_each(countries) where value = :code)"
_ARTICLES = f"""
    select id, title, published, publisher, language from articles where {_ABOUT_IT}
    order by published is null, published desc, id limit {_MOST_RECORDS}"""  # noqa: S608
_LIBRARY = f"""
    select id, title, year, publisher, language, kind from library where {_ABOUT_IT}
    order by year is null, year desc, id limit {_MOST_RECORDS}"""  # noqa: S608


def _rows(connection: sqlite3.Connection, sql: str, asked: dict[str, str]) -> list[dict[str, Any]]:
    return rows(connection.execute(sql, asked))


def _is_there(connection: sqlite3.Connection, article: str) -> bool:
    found = connection.execute("select 1 from articles where id = ?", [article])
    return found.fetchone() is not None


def country_column(table: Table) -> str:
    """The column that says to which country, or countries, a record belongs."""
    return "country" if "country" in table.columns else "countries"


def selected(*codes: str) -> Selection:
    """The enterprises of countries."""
    return Selection("enterprises", (Filter("country", "exact", tuple(codes)),))


def in_alphabet(codes: Iterable[str], column: Column) -> list[str]:
    """The codes in the order of the countries' names in the reader's language, those of work
    across countries after them.
    """
    return sorted(codes, key=lambda code: (code in ACROSS, fold(column.label(code)), code))


def neighbours(code: str, codes: Sequence[str]) -> tuple[str | None, str | None]:
    """What stands before and after `code`."""
    place = codes.index(code)
    before = codes[place - 1] if place else None
    return before, codes[place + 1] if place + 1 < len(codes) else None


def of_countries(codes: Iterable[str]) -> str:
    """The query string of several countries, the same for any order of them."""
    return urlencode([("country", code) for code in sorted(codes)])


def ranking(counted: Figures, column: Column, most: int | None = _MOST_LISTED) -> Ranking:
    """The most frequent values of a column in the reader's words, at most `most` of them."""
    found = [(value, n) for value, n in counted.counts[column.name].items() if value is not None]
    found.sort(key=lambda pair: (-pair[1], str(pair[0])))
    listed = found[:most]
    lines = [_line(counted, column, value, count) for value, count in listed]
    return Ranking(lines, len(found) - len(listed), counted.known(column.name))


def founding(counted: Figures, table: Table) -> Ranking:
    """How many enterprises were founded when, without a gap from the first to the last.

    By year where many are known and close together, else by decade.
    """
    years = {year: n for year, n in counted.counts["founded"].items() if year is not None}
    known = counted.known("founded")
    if not years:
        return Ranking([], 0, 0)
    if known >= _MANY_YEARS and max(years) - min(years) <= _CLOSE_YEARS:
        column, found, step = table.columns["founded"], years, 1
    else:
        column, found, step = table.columns["founded_decade"], counted.decades(), 10
    all_steps = range(min(found), max(found) + 1, step)
    lines = [_line(counted, column, value, found.get(value, 0)) for value in all_steps]
    return Ranking(lines, 0, known)


def years_of(ranked: Ranking) -> list[Item]:
    """The items of a chart of founding years, a decade as `1990–99`."""
    return [Item(line.short or line.label, line.count, number(line.count)) for line in ranked.lines]


def places(counted: Figures, column: Column) -> list[Line]:
    """How exactly the located enterprises are, the most exact first."""
    order = list(column.codes or {})
    found = sorted(counted.located, key=lambda code: order.index(code) if code in order else 99)
    return [
        Line(
            code,
            column.label(code) if code else _("not said"),
            counted.located[code],
            query(
                counted.code,
                latitude__notnull="1",
                **({"precision": code} if code else {"precision__isnull": "1"}),
            ),
        )
        for code in found
    ]


def _line(counted: Figures, column: Column, value: Any, count: int) -> Line:
    is_decade = column.name == "founded_decade"
    known = counted.known("founded" if is_decade else column.name)
    label = str(value) if column.unit == "year" else value_in_words(column, str(value), {})
    short = f"{value}–{(value + 9) % 100:02}" if is_decade else ""
    asked = query(counted.code, **{column.name: str(value)})
    return Line(value, label, count, asked, count / known if known else 0, short)


def query(code: str, **others: str) -> str:
    """The query string of the enterprises of one country that fulfil more."""
    return urlencode({"country": code} | others)


def linked_data(code: str, name: str, title: str, page: About) -> Node:
    """The page of a country as JSON-LD. `name` is the country's in English, `title` the page's."""
    thing = {"@type": "Country", "@id": f"{page.identity}#it", "name": name, "identifier": code}
    about_page = web_page(page, title) | {"about": {"@id": thing["@id"]}}
    return document(thing, about_page, breadcrumbs(page, title))
