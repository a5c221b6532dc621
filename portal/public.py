"""What the operator lets the public see."""

from __future__ import annotations

from dataclasses import replace

from datasette.app import Datasette

from portal import compat
from portal.catalogue import Catalogue


async def public(ds: Datasette, known: Catalogue) -> Catalogue:
    """The catalogue of `baltic` without the tables that are kept from the public.

    For pages that tell of tables beside their own, and leave out what they may not tell.
    """
    tables = {
        name: table for name, table in known.tables.items() if await compat.may_view(ds, name)
    }
    return replace(known, tables=tables)
