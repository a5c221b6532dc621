"""The few places where Datasette 0.65 and 1.0 differ, so that a later move is made here alone.

Nothing else in the portal touches metadata, permissions or the order of Datasette's start.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from threading import Barrier
from typing import Any, cast

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils.asgi import Forbidden, Request
from datasette.views.row import RowView
from datasette.views.table import TableView

from portal.specials import Order

#: Datasette prints a traceback with all local variables, 404s included, wherever `rich` is
#: installed, and we need `rich` for the build.
setattr(pm.get_plugin("datasette.handle_exception"), "rich", None)  # noqa: B010


def immutable_database(ds: Datasette, path: Path, name: str) -> Database:
    """Add the file at `path`, which nobody will change, under `name`."""
    added: Database = ds.add_database(Database(ds, path=str(path), is_mutable=False), name=name)
    return added


class _Discreet(Datasette):
    """Datasette, which names no record of a table that is kept from the public; 1.0 does so too."""

    async def expand_foreign_keys(
        self, database: str, table: str, column: str, values: Any
    ) -> dict[tuple[str, Any], str]:
        """(column, key) → name of the record; nothing where it may not be told."""
        for key in await self.databases[database].foreign_keys_for_table(table):
            if key["column"] == column and not await may_view(self, key["other_table"], database):
                return {}
        found: dict[tuple[str, Any], str] = await super().expand_foreign_keys(  # type: ignore[no-untyped-call]
            database, table, column, values
        )
        return found


def application(**options: Any) -> Datasette:
    """Datasette, with what it needs to be safe here."""
    made: Datasette = _Discreet(**options)  # type: ignore[no-untyped-call]
    return made


async def open_connections(db: Database) -> None:
    """Let every SQL thread open the database now.

    They do so at their first query, and SQLite would open an empty file in the place of one that
    has gone by then: half of the answers would be of no table at all.
    """
    threads = db.ds.setting("num_sql_threads")
    together = Barrier(threads)

    def opened(_: sqlite3.Connection) -> None:
        together.wait(timeout=30)

    await asyncio.gather(*(db.execute_fn(opened) for _ in range(threads)))


def metadata(ds: Datasette) -> dict[str, Any]:
    """All metadata, the operator's and what plugins add."""
    return ds.metadata() or {}


def set_metadata(ds: Datasette, merged: dict[str, Any]) -> None:
    """Replace the metadata Datasette started with. 1.0 will want `set_table_metadata` here."""
    ds._metadata_local = merged


def table_metadata(ds: Datasette, database: str, table: str) -> dict[str, Any]:
    """Settings and words of one table."""
    return ds.table_metadata(database, table) or {}


def plugin_config(ds: Datasette, name: str, table: str | None = None) -> dict[str, Any]:
    """An operator's settings for the plugin `name`, or those of one of our tables for it."""
    database = "baltic" if table else None
    return ds.plugin_config(name, database=database, table=table) or {}


def early_request(scope: dict[str, Any], receive: Any) -> Request:
    """A request as templates need it, before Datasette has looked at who asks."""
    return Request(scope | {"actor": None, "csrftoken": lambda: ""}, receive)


async def table_page(ds: Datasette, request: Any, send: Any) -> Any:
    """Datasette's own page of a table, at a route of ours."""
    return await _own_page(TableView, ds, request, send)


async def row_page(ds: Datasette, request: Any, send: Any) -> Any:
    """Datasette's own page of a record, at a route of ours."""
    return await _own_page(RowView, ds, request, send)


async def _own_page(view: Any, ds: Datasette, request: Any, send: Any) -> Any:
    request.url_vars["format"] = None  # its own route has one
    return await view.as_view(ds)(request, send)


async def may_view(ds: Datasette, table: str, database: str = "baltic") -> bool:
    """Whether the operator's permissions let the public see a table."""
    permissions: list[Any] = [("view-table", (database, table)), ("view-database", database)]
    try:
        await ds.ensure_permissions(cast(Any, None), [*permissions, "view-instance"])
    except Forbidden:
        return False
    return True


async def ready(ds: Datasette) -> None:
    """Run Datasette's start-up hooks unless they have run; templates need them."""
    await ds.invoke_startup()


def order(ds: Datasette, table: str, database: str = "baltic") -> Order | None:
    """The order of a table for which the address asks for none."""
    settings = table_metadata(ds, database, table)
    if "sort" in settings:
        return Order(settings["sort"])
    return Order(settings["sort_desc"], falling=True) if "sort_desc" in settings else None
