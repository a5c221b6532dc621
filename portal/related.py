"""Articles, library items and events that have something in common with one of them.

What few records share tells more than what many do, so each thing in common counts by how rare it
is (inverse document frequency, Spärck Jones 1972).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from portal.calendar_days import is_past
from portal.catalogue import Catalogue, Column, Table
from portal.language import gettext as _
from portal.network import ACROSS
from portal.reading import held
from portal.record import PART_OF, Named

#: Tables whose records are compared, in the order in which they are shown.
TABLES = ("articles", "library", "events")
MOST = 6
#: Things in common that are told, the rarest first.
_TOLD = 3
#: Records of a table that are looked at, the last ones of the data: with more a page would wait.
_CANDIDATES = 500

#: Columns by what they tell: any of one line may agree with any other of it.
_ASPECTS = (
    ("themes",),
    ("countries", "country"),
    ("topics",),
    ("enterprises",),
    ("organisations", "organisation", "authors"),
)
_RANK = {aspect[0]: rank for rank, aspect in enumerate(_ASPECTS)}

#: Aspects that are keys of tables, whose records go by their names.
_NAMED = {"enterprises", "organisations"}

#: What a record has: the first column of an aspect, and a value.
_Thing = tuple[str, str]


@dataclass(frozen=True)
class Related:
    """A record that has something in common with another one."""

    table: Table
    record: Named
    #: What both have, the most telling first: a code of a column, else (no column) words.
    shared: tuple[tuple[Column | None, str], ...]
    #: Publication, or first day, as far as it is known.
    day: str = ""

    @property
    def words(self) -> str:
        """Why it is here, in the reader's language."""
        labels = [column.label(what) if column else what for column, what in self.shared]
        things = list({label.casefold(): label for label in labels}.values())[:_TOLD]
        return _("In common: %(things)s") % {"things": ", ".join(things)}


@dataclass(frozen=True)
class _Candidate:
    table: Table
    record: Named
    #: Publication or first day, as far as it is known.
    day: str
    things: frozenset[_Thing]


def related(
    connection: sqlite3.Connection,
    known: Catalogue,
    table: Table,
    values: dict[str, Any],
    *,
    shown: Collection[tuple[str, str]] = (),
) -> tuple[Related, ...]:
    """Up to six records that share themes, countries, topics or whom they name with the given one.

    They are of those tables of `known` that have such records.
    Those with the most in common, articles before library items before events; among equals those
    in the same language, then the newest. Events to come stand before those that are over, the
    soonest first. Sections stand aside for the whole they belong to, and what the page has `shown`
    by table and key is left out. None for a record of other tables.
    """
    if table.name not in TABLES:
        return ()
    tables = [known.tables[name] for name in TABLES if name in known.tables]
    everyone = [one for other in tables for one in _candidates(connection, other)]
    used = Counter(thing for one in everyone for thing in one.things)
    kept_back = _NAMED - known.tables.keys()
    own = frozenset(thing for thing in _things(table, values) if thing[0] not in kept_back)
    rarity = {thing: math.log(1 + len(everyone) / (used[thing] or 1)) for thing in own}
    telling = sorted(own, key=lambda thing: (-rarity[thing], _RANK[thing[0]], thing[1]))

    def likeness(one: _Candidate) -> tuple[float, bool]:
        score = sum(rarity[thing] for thing in telling if thing in one.things)
        return round(score, 6), one.record.language == values.get("language")

    told = {(table.name, values["id"]), (table.name, values.get(PART_OF)), *shown}
    others = [
        one for one in everyone if one.things & own and (one.table.name, one.record.key) not in told
    ]
    others.sort(key=lambda one: one.record.key)
    others.sort(key=lambda one: (*likeness(one), one.day), reverse=True)
    best = sorted(others[:MOST], key=_place)
    named = _names(connection, known, {thing for one in best for thing in one.things & own})
    return tuple(
        Related(
            one.table,
            one.record,
            tuple(_told(table, [thing for thing in telling if thing in one.things], named)),
            one.day,
        )
        for one in best
    )


def _place(one: _Candidate) -> tuple[int, bool, str]:
    """Where it stands; of what is to come the soonest first."""
    first = one.record.start or ""
    is_over = is_past({"start": first, "end": one.record.end})
    return TABLES.index(one.table.name), is_over, "" if is_over else first


def _candidates(connection: sqlite3.Connection, table: Table) -> Iterator[_Candidate]:
    days = [name for name in ("published", "start", "year") if name in table.columns]
    told = [
        name for name in ("language", "start", "end", "status", PART_OF) if name in table.columns
    ]
    compared = [name for aspect in _ASPECTS for name in aspect if name in table.columns]
    columns = dict.fromkeys(["id", str(table.label_column), *days, *told, *compared])
    listed = ", ".join(f'"{name}"' for name in columns)
    whole = f"where {PART_OF} is null" if PART_OF in table.columns else ""
    rows = connection.execute(
        f'select {listed} from "{table.name}" {whole} '  # noqa: S608
        f"order by rowid desc limit {_CANDIDATES}"
    )
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        label = str(values[str(table.label_column)] or values["id"])
        named = Named(
            values["id"],
            label,
            values.get("language"),
            values.get("start"),
            values.get("end"),
            values.get("status"),
        )
        yield _Candidate(
            table,
            named,
            str(next((values[name] for name in days if values[name]), "")),
            frozenset(_things(table, values)),
        )


def _things(table: Table, values: dict[str, Any]) -> Iterator[_Thing]:
    for aspect in _ASPECTS:
        for name in aspect:
            for item in held(table.columns.get(name), values.get(name)):
                if item not in ACROSS:  # to work across countries is nothing in common
                    yield aspect[0], item


def _names(
    connection: sqlite3.Connection, known: Catalogue, things: set[_Thing]
) -> dict[_Thing, str]:
    """The names of the enterprises and organisations among `things`."""
    found: dict[_Thing, str] = {}
    for name in _NAMED & known.tables.keys():
        keys = json.dumps([what for aspect, what in things if aspect == name])
        rows = connection.execute(
            f"select id, name from {name} where id in (select value from json_each(?))",  # noqa: S608
            [keys],
        )
        found |= {(name, key): label for key, label in rows}
    return found


def _told(
    table: Table, things: list[_Thing], named: dict[_Thing, str]
) -> Iterator[tuple[Column | None, str]]:
    columns = {
        aspect[0]: column
        for aspect in _ASPECTS
        for name in aspect
        if (column := table.columns.get(name)) and column.codes
    }
    for aspect, what in things:
        yield columns.get(aspect), named.get((aspect, what), what)
