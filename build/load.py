"""Records → tables of the SQLite database, with types, keys, indexes and search from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from build.fold import fold
from build.place_index import index_places
from build.schema import Schema, Table
from build.search_index import index_text
from build.validate import Record

#: Columns that records are filtered or sorted by, besides keys of other tables.
_INDEXED = (
    "name", "title", "city", "geonameid", "founded", "start", "updated_on", "latitude", "longitude",
)  # fmt: skip

#: Derived tables have no file, so they are declared here.
SOURCES = {
    "record_table": str,
    "record_id": str,
    "url": str,
    "title": str,
    "host": str,
    "checked_on": str,
}


def load_table(db: Database, table: Table, records: Iterable[Record]) -> None:
    """Create `table` and insert `records`.

    Every column is declared from the schema: a guessed type would turn postcode `01001` into 1001.
    """
    columns = {field.name: field.sqlite_type for field in table.fields}
    target = db.table(table.name)
    target.create(
        columns,
        pk=table.key,
        not_null={field.name for field in table.fields if field.required},
        foreign_keys=[(key.field, key.table, key.column) for key in table.foreign_keys],
        strict=True,
    )
    rows = ({name: _stored(record.values.get(name)) for name in columns} for record in records)
    target.insert_all(rows, batch_size=1000)


def _stored(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return value


def finish(db: Database, schema: Schema) -> None:
    """Add what stands on the loaded tables: sources, indexes, search, the schema itself."""
    db.register_function(fold, deterministic=True)
    db.register_function(_host, name="host", deterministic=True)
    db.table("sources").create(SOURCES, pk=("record_table", "record_id", "url"), strict=True)
    for table in schema.tables.values():
        _fill_through(db, table)
        if table.by_name.keys() >= {"source_url", "source_title", "checked_on"}:
            _load_sources(db, table)
        _index(db, table)
        _order(db, table)
        if table.search_fields:
            index_text(db, table)
        if table.geocoded:
            index_places(db, table)
    db.table("datapackage").create({"name": str, "descriptor": str}, pk="name", strict=True)
    descriptor = json.dumps(schema.descriptor, ensure_ascii=False)
    name = schema.descriptor.get("name", "datapackage")
    db.table("datapackage").insert({"name": name, "descriptor": descriptor})


def _fill_through(db: Database, table: Table) -> None:
    """Fill in the fields that come through the vocabulary of another one, in its order.

    Lists are spelt as `_stored` spells them.
    """
    for field in table.fields:
        if not field.through:
            continue
        items = f'json_each(case when json_valid("{field.through}") then "{field.through}" '
        items += f'else json_array("{field.through}") end)'
        vocabulary = table.references[field.through]
        db.execute(
            f"""
            update "{table.name}" set "{field.name}" = (
                select nullif(replace(json_group_array(code), '","', '", "'), '[]') from (
                    select target.code from {items} as given
                    join "{vocabulary}" as word on word.code = given.value
                    join json_each(word."{field.name}") as found
                    join "{table.references[field.name]}" as target on target.code = found.value
                    group by target.code order by min(target.rowid)
                )
            ) where "{field.through}" is not null
            """  # noqa: S608 - names come from the schema
        )


def _host(address: str) -> str:
    return urlsplit(address).netloc.removeprefix("www.")


def _load_sources(db: Database, table: Table) -> None:
    db.execute(
        f"""
        insert into sources
        select ?, "{table.key}", source_url, source_title, host(source_url), checked_on
        from "{table.name}" where source_url is not null order by "{table.key}"
        """,  # noqa: S608 - names come from the schema
        [table.name],
    )


def _index(db: Database, table: Table) -> None:
    columns = {key.field for key in table.foreign_keys} | (set(_INDEXED) & set(table.by_name))
    for column in sorted(columns):
        db.table(table.name).create_index([column])


def _order(db: Database, table: Table) -> None:
    """Make `<table>_order`: each record's place in the alphabet, where Łódź stands between Linz and
    Lund. SQLite alone would put every letter with an accent behind z.
    """
    label = table.label
    if not label:
        return
    db.execute(
        f'create table "{table.name}_order" '
        "(record_rowid integer primary key, alphabet_position integer not null unique)"
    )
    db.execute(
        f"""
        insert into "{table.name}_order"
        select rowid, row_number() over (order by fold("{label}"), "{table.key}")
        from "{table.name}" order by rowid
        """  # noqa: S608 - names come from the schema
    )
