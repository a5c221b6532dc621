"""Finding partners across borders: who seeks what others offer, by their own word.

Nothing is guessed: an enterprise or organisation takes part when its record says what it seeks or
offers. Partners are looked for in other countries only, for that is what the platform is for.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from datasette.app import Datasette
from datasette.utils import sqlite_timelimit

from portal.catalogue import Catalogue, Column, Table
from portal.conditions import DISTANCE, conditions
from portal.countries import in_alphabet
from portal.explorer import summarise
from portal.facets import Counts
from portal.language import N_, either
from portal.language import gettext as _
from portal.limits import TIME_LIMIT_MS
from portal.listing import extent, listing
from portal.query import Filter, Selection
from portal.reading import in_time, items
from portal.specials import Order

PATH = "/partners"
#: Tables whose records seek and offer.
TABLES = ("enterprises", "organisations")
SIDES = ("seeks", "offers")
#: Matches that are shown of a record, and records of each list that was asked for.
SHOWN = 6


@dataclass(frozen=True)
class Match:
    """One that could match a record."""

    table: Table
    key: str
    label: str
    country: str
    #: What it offers and the record seeks.
    gives: tuple[str, ...]
    #: What it seeks and the record offers.
    takes: tuple[str, ...]
    #: The sector both work in.
    sector: str | None
    km: float | None


@dataclass(frozen=True)
class Matches:
    """Who could match a record: the best ones, and how many there are."""

    #: Column → codes, as the record says.
    says: dict[str, tuple[str, ...]]
    shown: tuple[Match, ...] = ()
    count: int = 0
    #: Lists that together hold all of them.
    lists: tuple[Selection, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the record does not say yet what it seeks or offers."""
        return not any(self.says.values())

    @property
    def groups(self) -> list[tuple[Match, list[Match]]]:
        """Those that match for the same reasons, each group with one that tells them."""
        found: dict[tuple[tuple[str, ...], ...], list[Match]] = {}
        for match in self.shown:
            found.setdefault((match.gives, match.takes), []).append(match)
        return [(group[0], group) for group in found.values()]


@dataclass(frozen=True)
class Line:
    """Records of one table that say something: how many, their list, and the first of them."""

    #: On which of `SIDES` they are.
    side: str
    selection: Selection
    count: int
    records: list[dict[str, Any]]


def matches(
    connection: sqlite3.Connection, known: Catalogue, table: Table, values: dict[str, Any]
) -> Matches | None:
    """Enterprises and organisations of other countries that offer what a record seeks, or seek what
    it offers.

    First those that match both ways, then by the number of things that match, the same sector,
    nearness where both have a place, and name. `values` are the record's, as stored; `known` has
    the tables in which to look. One look over those that say anything answers it: 50,000 that all
    do take a tenth of a second or two. Raises sqlite3.OperationalError (interrupted) beyond the
    time limit. None for records that neither seek nor offer by their kind, such as events.
    """
    if table.name not in TABLES:
        return None
    says = {side: tuple(items(values.get(side))) for side in SIDES}
    if not any(says.values()):
        return Matches(says)
    asked = {
        "seeks": json.dumps(says["seeks"]),
        "offers": json.dumps(says["offers"]),
        "country": values["country"],
        "sector": values.get("sector"),
        "near_lat": values.get("latitude"),
        "near_lon": values.get("longitude"),
        "most": SHOWN,
    }
    with sqlite_timelimit(connection, TIME_LIMIT_MS):
        rows = connection.execute(_sql(known), asked).fetchall()
    shown = tuple(
        Match(
            known.tables[name],
            key,
            label,
            country,
            tuple(items(gives)),
            tuple(items(takes)),
            sector,
            km,
        )
        for name, key, label, country, gives, takes, sector, km, _count in rows
    )
    return Matches(says, shown, rows[0][-1] if rows else 0, _lists(known, says, values["country"]))


def _sql(known: Catalogue) -> str:
    everyone = " union all ".join(_candidates(known.tables[name]) for name in _tables(known))
    # Materialised, or what is shared would be worked out for each place in which it is named.
    return f"""
        with everyone as materialized ({everyone})
        select name_of_table, id, name, country, gives, takes, sector, km, count(*) over ()
        from everyone where gives <> '[]' or takes <> '[]'
        order by
            gives <> '[]' and takes <> '[]' desc,
            json_array_length(gives) + json_array_length(takes) desc,
            sector is null, km is null, km, name collate nocase, name_of_table, id
        limit :most
        """  # noqa: S608 - names come from the schema


def _candidates(table: Table) -> str:
    """Those elsewhere that say anything, with what they share with the record."""
    sector = "case when sector = :sector then sector end" if "sector" in table.columns else "null"
    return f"""
        select '{table.name}' as name_of_table, id, name, country,
            {_shared("offers", "seeks")} as gives, {_shared("seeks", "offers")} as takes,
            {sector} as sector, {DISTANCE} as km
        from "{table.name}"
        where country <> :country and (seeks is not null or offers is not null)
        """  # noqa: S608


def _shared(theirs: str, own: str) -> str:
    """The codes of a column of theirs that the record has in its own, as a JSON array."""
    return (
        f"(select json_group_array(distinct value) from json_each({theirs}) "  # noqa: S608
        f"where value in (select value from json_each(:{own})))"
    )


def _tables(known: Catalogue) -> list[str]:
    return [name for name in TABLES if name in known.tables]


def _lists(
    known: Catalogue, says: dict[str, tuple[str, ...]], country: str
) -> tuple[Selection, ...]:
    elsewhere = Filter("country", "not", (country,))
    return tuple(
        Selection(
            table,
            tuple(sorted([elsewhere, Filter(theirs, "arraycontains", tuple(sorted(says[own])))])),
        )
        for table in _tables(known)
        for own, theirs in (SIDES, SIDES[::-1])
        if says[own]
    )


def question(known: Catalogue) -> Table:
    """What the page may be asked for: countries, ways of working together, and a side."""
    columns = known.tables["enterprises"].columns
    sides = {"seeks": _("Seek it"), "offers": _("Offer it")}
    asked = {
        "country": replace(columns["country"], title=N_("Country")),
        "code": replace(columns["seeks"], name="code", title=N_("What"), type="string"),
        "side": Column("side", N_("Seek or offer"), codes=sides),
    }
    return Table("partners", N_("Finding partners"), "", (), asked)


def title(asked: Selection, question: Table) -> str:
    """What was asked for as a sentence: `Who offers it: Trade. Country: Lithuania`."""
    if not asked.narrows:
        return _(question.title)
    what, country = (
        either([question.columns[name].label(code) for code in asked.chosen(name)])
        for name in ("code", "country")
    )
    side = asked.chosen("side")[0] if len(asked.chosen("side")) == 1 else ""
    who = _(_WHO[side, bool(what)]) % {"what": what}
    return _("%(who)s. Country: %(country)s") % {"who": who, "country": country} if country else who


#: By the side that is asked for, if it is one, and whether it is said what it is about.
_WHO = {
    ("offers", True): N_("Who offers it: %(what)s"),
    ("seeks", True): N_("Who seeks it: %(what)s"),
    ("", True): N_("Who offers or seeks it: %(what)s"),
    ("offers", False): N_("Who offers something"),
    ("seeks", False): N_("Who seeks something"),
    ("", False): N_("Who offers or seeks something"),
}


async def said(ds: Datasette, known: Catalogue) -> dict[str, Counts]:
    """Table → `seeks`, `offers` or `country` → code → how many records say so.

    Counted once for each database.
    """
    facets = [*SIDES, "country"]
    return {
        name: (await summarise(ds, known, Selection(name), facets=facets)).overall
        for name in TABLES
    }


def countries(known: Catalogue, said: dict[str, Counts]) -> list[str]:
    """Codes of the countries that have any record, in the alphabet of the reader's language."""
    codes = {code for counted in said.values() for code in counted["country"]}
    return in_alphabet(codes, known.tables["enterprises"].columns["country"])


def anyone(said: dict[str, Counts]) -> bool:
    """Whether any record says what it seeks or offers."""
    return any(
        code is not None for counted in said.values() for side in SIDES for code in counted[side]
    )


async def lists(ds: Datasette, known: Catalogue, asked: Selection) -> list[Line]:
    """The lists of records that fit `asked`; of both sides where none was asked for.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    sides = asked.chosen("side") or SIDES
    selections = [(side, _said_by(name, side, asked)) for side in sides for name in TABLES]

    def count(connection: sqlite3.Connection) -> list[Line]:
        lines = []
        for side, selection in selections:
            table = known.tables[selection.table]
            where = conditions(connection, selection, table)
            total = extent(connection, table, where).total
            first, order = selection.viewed(_size=SHOWN), Order(table.label_column or "")
            found = listing(connection, first, table, where, order=order, total=total)
            lines.append(Line(side, selection, total, found.records))
        return lines

    return await in_time(ds.get_database("baltic"), count)


def _said_by(table: str, side: str, asked: Selection) -> Selection:
    codes, countries = asked.chosen("code"), asked.chosen("country")
    filters = [Filter(side, "arraycontains", codes) if codes else Filter(side, "notnull", ("1",))]
    if countries:
        filters.append(Filter("country", "exact", countries))
    return Selection(table, tuple(sorted(filters)))
