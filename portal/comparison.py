"""How the enterprises of several countries compare: the same figures side by side, as a table, as
CSV, as a chart, and in words.

All figures count records in the directory.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from portal.catalogue import Catalogue, Column, Table
from portal.charts import Item, percent
from portal.countries import ARTICLE, Figures, Whole, country_column, query, ranking
from portal.csv_guard import guarded
from portal.errors import QueryError
from portal.language import N_, ngettext, number
from portal.language import gettext as _
from portal.questions import read
from portal.site import TABLES
from portal.wording import value_in_words

#: Countries with fewer enterprises have no shares that one might compare.
ENOUGH = 10
#: Beyond so many countries a heading tells their number and not their names.
_MOST_NAMED = 4
_MOST_DIFFERENCES = 3
#: Bars of a chart that one takes in.
_MOST_BARS, _FEWEST_GROUPS = 40, 5


@dataclass(frozen=True)
class Cell:
    """One figure: a number or words, of which list of which table it is, and its share.

    Of nothing there is no list: the query string is empty.
    """

    value: int | str
    table: str = "enterprises"
    query: str = ""
    #: From 0 to 1; None where it is a share of nothing.
    share: float | None = None

    @property
    def text(self) -> str:
        return number(self.value) if isinstance(self.value, int) else self.value or "–"

    @property
    def percent(self) -> str:
        """The share, unless it is none."""
        return percent(self.share) if self.share else ""


@dataclass(frozen=True)
class Row:
    """One figure of all countries, in their order."""

    title: str
    cells: list[Cell]
    #: An article of ours that explains it.
    article: str = ""


@dataclass(frozen=True)
class Block:
    """Rows that belong together."""

    title: str
    note: str
    rows: list[Row]


def to_compare(query: str, country: Column, codes: Sequence[str]) -> list[str]:
    """The countries that an address names, each once, in its order.

    Raises QueryError for any other parameter and for what is not one of `codes`.
    """
    network = {code: (country.codes or {})[code] for code in codes}
    columns = {"country": replace(country, codes=network)}
    chosen = read(query, Table("countries", N_("Countries"), "", (), columns)).chosen("country")
    asked = [value for _key, value in parse_qsl(query)]
    return sorted(chosen, key=asked.index)


def at_least_two(chosen: Sequence[str]) -> None:
    """Raises QueryError, for what cannot ask back by a form."""
    if len(chosen) < 2:
        raise QueryError(_("Choose two countries or more."))


def title(named: Sequence[str], *, in_full: bool = False) -> str:
    """What compares the countries of these names is called; many are counted, unless `in_full`."""
    if len(named) < 2:
        return _("Compare countries")
    if in_full or len(named) <= _MOST_NAMED:
        return _("Compare countries: %(countries)s") % {"countries": ", ".join(named)}
    words = ngettext("Compare %(num)s country", "Compare %(num)s countries", len(named))
    return words % {"num": len(named)}


def comparison(all_of: Whole, compared: Sequence[Figures], known: Catalogue) -> list[Block]:
    """Countries side by side, a cell a country in each row, in the reader's words."""
    table = known.tables["enterprises"]
    of_all = _("The shares are of the country's enterprises in the directory.")
    return [
        Block(_("Records"), "", list(_sizes(all_of, compared, known))),
        Block(_("What is known of the enterprises"), of_all, list(_known(all_of, compared, table))),
        Block(_("Sectors"), of_all, list(_sectors(compared, table.columns["sector"]))),
        Block(
            _("Founded"),
            _("The shares are of those enterprises whose year of foundation is known."),
            list(_decades(compared, table.columns["founded_decade"])),
        ),
    ]


def _sizes(all_of: Whole, compared: Sequence[Figures], known: Catalogue) -> Iterator[Row]:
    for name in TABLES:
        column = country_column(known.tables[name])
        sizes = [(one.code, all_of.size(name, one.code)) for one in compared]
        cells = [
            Cell(size, name, urlencode({column: code}) if size else "") for code, size in sizes
        ]
        yield Row(_(known.tables[name].title), cells)


def _known(all_of: Whole, compared: Sequence[Figures], table: Table) -> Iterator[Row]:
    article = ARTICLE if all_of.has_article else ""
    yield _part(_("On the map"), compared, "latitude", lambda one: one.extent.located)
    yield _part(_("Confirmed by the partner"), compared, "checked_on", lambda one: one.confirmed)
    for column, title, explained in (
        ("founded", _("Year of foundation known"), ""),
        ("legal_form", _("Legal form known"), ""),
        ("registered_status", _("Register or mark stated"), article),
    ):
        row = _part(title, compared, column, _knowing(column))
        yield replace(row, article=explained)
    form = table.columns["legal_form"]
    yield Row(_("Most frequent legal form"), [_most_frequent(one, form) for one in compared])


def _knowing(column: str) -> Callable[[Figures], int]:
    return lambda one: one.known(column)


def _part(
    title: str, compared: Sequence[Figures], column: str, of: Callable[[Figures], int]
) -> Row:
    known = {f"{column}__notnull": "1"}
    return Row(title, [_cell(of(one), one.total, query(one.code, **known)) for one in compared])


def _most_frequent(one: Figures, column: Column) -> Cell:
    first = ranking(one, column, 1).lines
    if not first:
        return Cell("")
    words = _("%(value)s (%(count)s)") % {"value": first[0].label, "count": number(first[0].count)}
    return Cell(words, query=first[0].query)


def _sectors(compared: Sequence[Figures], sector: Column) -> Iterator[Row]:
    for code in _in_all(compared):
        cells = [
            _cell(one.counts["sector"].get(code, 0), one.total, query(one.code, sector=code))
            for one in compared
        ]
        yield Row(sector.label(code), cells)


def _decades(compared: Sequence[Figures], column: Column) -> Iterator[Row]:
    for decade in sorted({decade for one in compared for decade in one.decades()}):
        asked = {column.name: str(decade)}
        cells = [
            _cell(one.decades().get(decade, 0), one.known("founded"), query(one.code, **asked))
            for one in compared
        ]
        yield Row(value_in_words(column, str(decade), {}), cells)


def _cell(count: int, whole: int, query: str) -> Cell:
    return Cell(count, query=query if count else "", share=count / whole if whole else None)


def csv_text(blocks: Sequence[Block], codes: Sequence[str]) -> str:
    """The table as CSV: block, row, and of each country the figure and its share, from 0 to 1."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    heads = [head for code in codes for head in (code, f"{code}_share")]
    writer.writerow(["block", "row", *heads])
    for block in blocks:
        for row in block.rows:
            cells = [part for cell in row.cells for part in _figures(cell)]
            writer.writerow(map(guarded, [block.title, row.title, *cells]))
    return out.getvalue()


def _figures(cell: Cell) -> tuple[str, str]:
    return str(cell.value), "" if cell.share is None else str(round(cell.share, 4))


def _in_all(compared: Sequence[Figures]) -> list[str]:
    """The sectors of all compared countries, by their mean share, the largest first.

    The share and not the number: else one large country would decide.
    """
    codes = {code for one in compared for code in one.counts["sector"] if code is not None}
    return sorted(codes, key=lambda code: (-sum(_share(one, code) for one in compared), code))


def _share(one: Figures, sector: str) -> float:
    return one.counts["sector"].get(sector, 0) / one.total if one.total else 0


def shares(
    compared: Sequence[Figures], column: Column
) -> tuple[list[tuple[str, list[Item]]], bool]:
    """Groups of a chart, the share of each sector by country; and whether these are all sectors.

    The more countries, the fewer sectors, the largest.
    """
    sectors = _in_all(compared)
    most = max(_FEWEST_GROUPS, _MOST_BARS // max(1, len(compared)))
    groups = [
        (
            column.label(code),
            [Item(one.code, _share(one, code), percent(_share(one, code))) for one in compared],
        )
        for code in sectors[:most]
    ]
    return groups, len(sectors) <= most


def differences(compared: Sequence[Figures], table: Table) -> list[str]:
    """The sectors whose shares differ most, in words; of countries with enough enterprises only."""
    many = [one for one in compared if one.total >= ENOUGH]
    if len(many) < 2:
        return []
    country, sector = table.columns["country"], table.columns["sector"]
    found = []
    for code in _in_all(many):
        by_share = sorted(many, key=lambda one: _share(one, code))
        least, most = by_share[0], by_share[-1]
        found.append((_share(most, code) - _share(least, code), code, most, least))
    found.sort(key=lambda item: (-item[0], item[1]))
    return [
        _("%(sector)s: %(most)s %(high)s, %(least)s %(low)s")
        % {
            "sector": sector.label(code),
            "most": country.label(most.code),
            "high": percent(_share(most, code)),
            "least": country.label(least.code),
            "low": percent(_share(least, code)),
        }
        for gap, code, most, least in found[:_MOST_DIFFERENCES]
        if gap
    ]
