"""What the operator lets the public see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from datasette.app import Datasette

from portal import compat
from portal.catalogue import Catalogue, Table


async def public_names(ds: Datasette, known: Catalogue, table: Table) -> Catalogue:
    """The same for pages of a selection of `table`, whose title names records of other tables."""
    columns = (column for column in table.columns.values() if column.codes is None)
    return await public(ds, known, {column.references for column in columns if column.references})


async def public(ds: Datasette, known: Catalogue, names: Iterable[str]) -> Catalogue:
    """The catalogue of `baltic` without those tables among `names` that are kept from the public.

    For pages that tell of tables beside their own, and leave out what they may not tell. To ask
    takes most of a millisecond a table, so `names` are those a page tells of.
    """
    kept_back = {name for name in names if not await compat.may_view(ds, name)}
    return replace(
        known, tables={name: known.tables[name] for name in known.tables if name not in kept_back}
    )
