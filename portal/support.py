"""Find support: organisations and programmes for a country, a stage and a need, each optional.

What fits comes in parts, each of which is a list of the portal by its own address, so that every
number here is that of a list. Support of the chosen countries comes before that which works across
countries and is found with each of them. A record that says another stage than the asked one is
left out; one that says none may fit, and comes after those that say it.

Of programmes the open ones come first, over all parts: those with a deadline to come and those that
are always open. Then come those held every year and those of which it is not known: whoever looks
for support can prepare for their next round, or ask. Those that are closed or over are folded: a
source says so, or a deadline has passed and it is neither always open nor held every year, or only
past years are told of it (`portal.own_order.OPENNESS`).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from datasette.database import Database

from portal.calendar_days import today
from portal.catalogue import Catalogue, Column, Table
from portal.conditions import Conditions, conditions
from portal.countries import in_alphabet
from portal.facets import Choice, Facet, counts
from portal.language import N_, day, either, ngettext
from portal.language import gettext as _
from portal.linked_data import (
    About,
    Node,
    breadcrumbs,
    document,
    item_list,
    reference,
    web_page,
)
from portal.listing import Extent, extent, listing
from portal.network import ACROSS
from portal.own_order import OPENNESS, years_run
from portal.query import Filter, Selection
from portal.questions import read
from portal.reading import in_time, rows
from portal.specials import Order
from portal.wording import Chip, chips, in_words

PATH = "/support"
#: What is looked through, in the order of the page.
TABLES = ("programmes", "organisations")
#: Records shown of a part; of what works across countries beside others, or is not open, fewer.
SHOWN, SHOWN_FEW = 10, 5
#: Tables of which something may stand beside the answer, where the public may see them.
BESIDE = ("library", "events")
#: Records that are shown of each.
SHOWN_BESIDE = 3
#: Kinds of library items from which one learns, and for whom they are to be.
_COURSES = ("course", "teaching-material", "guide")
_LEARNERS = ("founders", "enterprises")
#: Needs that those meet.
_TRAINING = "training"
#: Up to this many days before a deadline the days are counted.
SOON_DAYS = 60

#: How open programmes are, in the order of the page: which groups of `OPENNESS`.
_OPEN = {"open": "in (0, 1)", "unsure": "in (2, 3)", "closed": "= 4"}


@dataclass(frozen=True)
class Some:
    """Records of a part that are shown together: the first ones, and how many there are."""

    total: int
    records: list[dict[str, Any]]


@dataclass(frozen=True)
class Part:
    """Records that fit in the same way, and their list."""

    selection: Selection
    #: Whether they work across countries, where one was asked for.
    is_across: bool
    #: Whether they say the asked stage, or none; None where no stage was asked for.
    says_stage: bool | None
    total: int
    confirmed: int
    #: How open → programmes; of organisations all of them, under `open`.
    some: dict[str, Some]


@dataclass(frozen=True)
class Kind:
    """What was found in one table."""

    table: Table
    parts: list[Part]

    @property
    def total(self) -> int:
        return sum(part.total for part in self.parts)

    def of(self, openness: str) -> list[tuple[Part, Some]]:
        """What each part has that is as open; parts that have nothing are left out."""
        return [
            (part, some) for part in self.parts if (some := part.some.get(openness)) and some.total
        ]

    def number(self, openness: str) -> int:
        """How many of its records are as open."""
        return sum(some.total for _part, some in self.of(openness))

    @property
    def across(self) -> int:
        """How many of its records work across countries, beside those of the chosen ones."""
        return sum(part.total for part in self.parts if part.is_across)

    @property
    def confirmed(self) -> int:
        """How many of them their partner has confirmed."""
        return sum(part.confirmed for part in self.parts)

    @property
    def is_only_across(self) -> bool:
        """Whether the chosen countries themselves have nothing."""
        return bool(self.total) and all(part.is_across for part in self.parts)


@dataclass(frozen=True)
class Beside:
    """Records of another table that may help too: the first ones, how many, and their list."""

    selection: Selection
    total: int
    records: list[dict[str, Any]]


@dataclass(frozen=True)
class Support:
    """The answer to one question."""

    asked: Selection
    question: Table
    kinds: dict[str, Kind]
    #: Parameter → code → table → what one would get; None counts those that do not say.
    counted: dict[str, dict[str | None, Counter[str]]]
    #: Organisations of the map: of all stages, for an address can ask for one or for none only.
    mapped: Selection
    on_map: Extent
    #: Conditions to leave out where nothing fits, each with what one would find.
    without: list[tuple[Chip, int]]
    #: Library items from which one learns, and coming events; none where there are none.
    beside: dict[str, Beside]

    @property
    def total(self) -> int:
        return sum(kind.total for kind in self.kinds.values())

    @property
    def across(self) -> int:
        """How many of them work across countries, beside those of the chosen countries."""
        return sum(kind.across for kind in self.kinds.values())

    @property
    def places(self) -> str:
        """The chosen countries: `Denmark or Lithuania`."""
        column = self.question.columns["country"]
        return either([column.label(code) for code in self.asked.chosen("country")])

    @property
    def confirmed(self) -> int:
        return sum(kind.confirmed for kind in self.kinds.values())

    @property
    def mapped_table(self) -> Table:
        return self.kinds["organisations"].table

    @property
    def chips(self) -> list[Chip]:
        return list(chips(self.asked, self.question, {}))

    @property
    def title(self) -> str:
        return in_words(self.asked, self.question, {})

    @property
    def facets(self) -> list[Facet]:
        """The three choices, countries by their names and the others as one goes through them."""
        return [self._facet(column) for column in self.question.columns.values()]

    def _facet(self, column: Column) -> Facet:
        counted, chosen = self.counted[column.name], self.asked.chosen(column.name)
        codes: list[str] = list(column.codes or ())
        if column.name == "country":
            named = {code for code in counted if code} | set(chosen)
            codes = in_alphabet(named, column)
        choices = [
            Choice(code, column.label(code), counted.get(code, Counter()).total(), code in chosen)
            for code in codes
        ]
        return Facet(column, choices, counted.get(None, Counter()).total())


def question(known: Catalogue) -> Table:
    """What may be asked for, as columns whose codes are those of the records."""
    columns = known.tables["organisations"].columns
    names = {
        "country": ("country", N_("Country")),
        "stage": ("stages", N_("Stage")),
        "need": ("needs", N_("Need")),
    }
    asked = {
        name: replace(columns[column], name=name, title=title, type="string")
        for name, (column, title) in names.items()
    }
    return Table("support", N_("Find support"), "", (), asked)


async def find(db: Database, known: Catalogue, asked: Selection) -> Support:
    """What fits `asked`. `known` has the tables that the public may see.

    Raises sqlite3.OperationalError (interrupted) beyond the time limit.
    """
    found = await in_time(db, lambda connection: _find(connection, known, asked))
    if found.total or not asked.narrows:
        return found
    fewer = [(chip, read(chip.without, found.question)) for chip in found.chips]

    def totals(connection: sqlite3.Connection) -> list[int]:
        return [
            sum(
                _extent(connection, known, part).total
                for name in TABLES
                for part, _across, _says in _parts(name, other)
            )
            for _chip, other in fewer
        ]

    counted = await in_time(db, totals)
    without = [(chip, count) for (chip, _other), count in zip(fewer, counted, strict=True)]
    return replace(found, without=without)


def _find(connection: sqlite3.Connection, known: Catalogue, asked: Selection) -> Support:
    kinds = {}
    for name in TABLES:
        parts = [_part(connection, known, *each) for each in _parts(name, asked)]
        kinds[name] = Kind(known.tables[name], [part for part in parts if part.total])
    countries = asked.chosen("country")
    mapped = _selection(
        "organisations",
        country=(*countries, *ACROSS) if countries else (),
        needs=asked.chosen("need"),
    )
    return Support(
        asked,
        question(known),
        kinds,
        _counted(connection, known, asked),
        mapped,
        _extent(connection, known, mapped),
        [],
        dict(_beside(connection, known, asked)) if asked.narrows else {},
    )


def _beside(
    connection: sqlite3.Connection, known: Catalogue, asked: Selection
) -> Iterator[tuple[str, Beside]]:
    """Courses where training is looked for, or no need is said; coming events of the countries."""
    needs, countries = asked.chosen("need"), asked.chosen("country")
    wanted = {}
    if not needs or _TRAINING in needs:
        kinds = Filter("kind", "exact", tuple(sorted(_COURSES)))
        wanted["library"] = Selection("library", (kinds,)), _COURSES_FIRST
    if countries:
        of_countries = Filter("country", "exact", countries)
        coming = Selection("events", (of_countries,), when="coming")
        wanted["events"] = coming, "start, id"
    for name, (selection, by) in wanted.items():
        if name not in known.tables:
            continue
        table = known.tables[name]
        where = conditions(connection, selection, table)
        if total := extent(connection, table, where).total:
            sql = f"select * from {name} where {where.sql} order by {by} limit {SHOWN_BESIDE}"  # noqa: S608
            asked_of = where.params | {
                "learners": json.dumps(_LEARNERS),
                "countries": json.dumps(countries),
            }
            yield name, Beside(selection, total, rows(connection.execute(sql, asked_of)))


def _none_of(column: str, parameter: str) -> str:
    """Whether a list has none of the items of the parameter, which is a list as JSON."""
    return (
        f"not exists (select 1 from json_each({column}) "  # noqa: S608
        f"where value in (select value from json_each(:{parameter})))"
    )


#: For those who found or run an enterprise first, then about the countries, then what works.
_COURSES_FIRST = (
    f"{_none_of('audiences', 'learners')}, {_none_of('countries', 'countries')}, "
    "broken_since is not null, part_of is not null, kind, year is null, year desc, id"
)


def _parts(table: str, asked: Selection) -> Iterator[tuple[Selection, bool, bool | None]]:
    """Selections that together are what fits, the best first; across countries?; says the stage?"""
    for countries, is_across in _places(asked.chosen("country")):
        for says in (True, False) if asked.chosen("stage") else (None,):
            yield (
                _selection(
                    table,
                    country=countries,
                    needs=asked.chosen("need"),
                    stages=asked.chosen("stage") if says else (),
                    is_silent=says is False,
                ),
                is_across,
                says,
            )


def _places(countries: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    yield countries, False
    across = tuple(code for code in ACROSS if code not in countries)
    if countries and across:
        yield across, True


def _selection(
    table: str,
    *,
    country: Iterable[str] = (),
    needs: tuple[str, ...] = (),
    stages: tuple[str, ...] = (),
    is_silent: bool = False,
) -> Selection:
    """Records of any of the countries that meet any of the needs, at a stage or saying none."""
    filters = [
        Filter("country", "exact", tuple(sorted({*country}))),
        Filter("needs", "arraycontains", needs),
        Filter("stages", "arraycontains", stages),
        Filter("stages", "isnull", ("1",) if is_silent else ()),
    ]
    return Selection(table, tuple(sorted(item for item in filters if item.values)))


def _part(
    connection: sqlite3.Connection,
    known: Catalogue,
    selection: Selection,
    is_across: bool,
    says_stage: bool | None,
) -> Part:
    table = known.tables[selection.table]
    where = conditions(connection, selection, table)
    most = SHOWN_FEW if is_across else SHOWN

    def some(chosen: Conditions, most: int) -> Some:
        total = extent(connection, table, chosen).total
        cut, order = selection.viewed(_size=most), Order(table.label_column or "")
        if not total:
            return Some(0, [])
        found = listing(connection, cut, table, chosen, order=order, total=total)
        return Some(total, found.records)

    if table.name == "programmes":
        shown = {
            name: some(_and(where, f"({OPENNESS}) {groups}"), most if name == "open" else SHOWN_FEW)
            for name, groups in _OPEN.items()
        }
    else:
        shown = {"open": some(where, most)}
    confirmed = extent(connection, table, _and(where, "checked_on is not null")).total
    total = sum(each.total for each in shown.values())
    return Part(selection, is_across, says_stage, total, confirmed, shown)


def _and(where: Conditions, more: str) -> Conditions:
    return Conditions(f"{where.sql} and {more}", where.params | {"today": today().isoformat()})


def _extent(connection: sqlite3.Connection, known: Catalogue, selection: Selection) -> Extent:
    table = known.tables[selection.table]
    return extent(connection, table, conditions(connection, selection, table))


def _counted(
    connection: sqlite3.Connection, known: Catalogue, asked: Selection
) -> dict[str, dict[str | None, Counter[str]]]:
    """What each code would give, the other choices kept.

    Of a country what is its own; of a stage those that say it: what works across countries, and
    what says no stage, comes with every one.
    """
    of_parameter = {"country": "country", "stage": "stages", "need": "needs"}
    result: dict[str, dict[str | None, Counter[str]]] = {name: {} for name in of_parameter}
    for name, column in of_parameter.items():
        others = asked if name == "need" else asked.without(name)
        for table in TABLES:
            for selection, _across, _says in _parts(table, others):
                found = counts(connection, selection, known.tables[table], [column])
                for code, count in found[column].items():
                    result[name].setdefault(code, Counter())[table] += count
    return result


def part_title(part: Part, support: Support) -> str:
    """What the records of a part have in common; empty where nothing was asked that tells parts."""
    columns = support.question.columns
    place = ""
    if countries := support.asked.chosen("country"):
        labels = [columns["country"].label(code) for code in countries]
        place = _("Across countries") if part.is_across else either(labels)
    stages = [columns["stage"].label(code) for code in support.asked.chosen("stage")]
    words = {"place": place, "stage": either(stages)}
    if part.says_stage is None:
        return place
    if part.says_stage:
        said = _("%(place)s, meant for: %(stage)s") if place else _("Meant for: %(stage)s")
        return said % words
    return (
        _("%(place)s, not said for which stage") % words if place else _("Not said for which stage")
    )


def status_words(programme: dict[str, Any], column: Column, on: date) -> str:
    """Whether one can apply on the day `on`, as far as the source tells; see this module's head.

    `column` is that of the status. The days left are told when they are `SOON_DAYS` or fewer.
    """
    status, deadline = programme["status"], programme["deadline"]
    if status == "closed":
        return column.label(status)
    if deadline:
        return _until(date.fromisoformat(deadline), status, column, on)
    if status != "unknown":
        return column.label(status)
    if years := years_run(programme.get("period"), on):
        return _("Ran %(years)s; not known whether it will again") % {"years": years}
    return _("Not known whether one can still apply")


def _until(deadline: date, status: str, column: Column, on: date) -> str:
    """What a deadline means on the day `on`."""
    left, words = (deadline - on).days, {"day": day(deadline.isoformat())}
    if left < 0:
        if status == "open-ended":
            return column.label(status)
        if status == "annual":
            return (
                _("Closed for now: the last deadline was %(day)s. It is held every year.") % words
            )
        return _("Closed: the deadline was %(day)s") % words
    if left == 0:
        return _("Apply today: %(day)s is the last day") % words
    if left > SOON_DAYS:
        return _("Apply by %(day)s") % words
    return ngettext(
        "Apply by %(day)s: %(count)s day left", "Apply by %(day)s: %(count)s days left", left
    ) % (words | {"count": left})


def linked_data(support: Support, page: About, address: Callable[[str, str], str]) -> Node:
    """The page in the terms of schema.org, with the records it shows but for the closed ones.

    `address` gives the absolute address of a record by its table and key.
    """
    if not support.asked.narrows:
        return document(web_page(page, support.title), breadcrumbs(page, support.title))
    shown = [
        (kind.table.name, record["id"], record["name"])
        for kind in support.kinds.values()
        for openness in ("open", "unsure")
        for _part, some in kind.of(openness)
        for record in some.records
    ]
    entries = [
        (address(table, key), reference(page, table, key, name)) for table, key, name in shown
    ]
    found = item_list(support.title, support.total, entries)
    about = web_page(page, support.title, "CollectionPage") | {"mainEntity": found}
    return document(about, breadcrumbs(page, support.title))
