"""What became of records that are not there any more: removed with a reason, or merged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from datasette.database import Database

from portal.catalogue import Catalogue
from portal.language import day
from portal.language import gettext as _

TABLE = "removals"


@dataclass(frozen=True)
class Removal:
    """One removed record; `replaced_by` is the id of the record that took its place."""

    reason: str
    removed_on: str
    replaced_by: str | None = None

    @property
    def words(self) -> str:
        return _("This record was removed on %(day)s. The reason: %(reason)s") % {
            "day": day(self.removed_on),
            "reason": self.reason,
        }


#: `<table>/<id>` → its removal, by database.
Removals = dict[str, Removal]
_known: WeakKeyDictionary[Database, Removals] = WeakKeyDictionary()


async def removals(db: Database, known: Catalogue) -> Removals:
    """All removals of one immutable database, read once; none in those built before there were."""
    if db not in _known:
        _known[db] = await db.execute_fn(_read) if TABLE in known.tables else {}
    return _known[db]


def _read(connection: sqlite3.Connection) -> Removals:
    rows = connection.execute(f"select record, reason, removed_on, replaced_by from {TABLE}")  # noqa: S608
    return {record: Removal(*rest) for record, *rest in rows}


def outcome(removed: Removals, table: str, key: str) -> Removal | None:
    """What became of a record in the end: the last removal if its successors were removed too.

    A `replaced_by` in the answer is a record that is there. None for one that was not removed.
    """
    removal = removed.get(f"{table}/{key}")
    passed = 0
    while removal and removal.replaced_by and passed < len(removed):
        following = removed.get(f"{table}/{removal.replaced_by}")
        if following is None:
            break
        removal, passed = following, passed + 1
    return removal
