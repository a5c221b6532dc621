"""Datasette's metadata: what the published schema says, with the operator's `metadata.yml` on top.

Titles, descriptions and units come from the schema alone. Licence and source are written on the
database and on every table, since Datasette 1.0 no longer inherits them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from portal.catalogue import Catalogue, Column, Table
from portal.errors import CannotServe

RIGHTS = ("license", "license_url", "source", "source_url")


def merged(known: Catalogue, operator: dict[str, Any], database: str = "baltic") -> dict[str, Any]:
    """The metadata for one database of ours.

    Raises CannotServe when the operator orders or facets a table by a column it does not have,
    which would make an error of its every page.
    """
    _check(known, operator.get("databases", {}).get(database, {}).get("tables", {}))
    rights = _rights(credited(known, operator)) | {
        key: operator[key] for key in RIGHTS if key in operator
    }
    tables = {table.name: _table(table) | rights for table in known.tables.values()}
    tables |= {name: {"hidden": True} for name in sorted(known.hidden)}
    schema = {
        "title": known.title,
        "description": known.description,
        **rights,
        "databases": {
            database: {
                "title": known.title,
                "description": known.description,
                **rights,
                "tables": tables,
            }
        },
    }
    result: dict[str, Any] = _overlaid(schema, operator)
    return result


def credited(known: Catalogue, operator: dict[str, Any]) -> Catalogue:
    """`known` with the publisher and the licence as the operator names them, where they do.

    Everything that says whose data it is asks here, so that no two things say otherwise.
    """
    publisher = _named(known.publisher, operator, "about")
    licence = _named(known.licence, operator, "license")
    return replace(
        known,
        descriptor=known.descriptor | {"contributors": [publisher], "licenses": [licence]},
    )


def _named(known: dict[str, str], operator: dict[str, Any], key: str) -> dict[str, str]:
    own = {"title": operator.get(key), "path": operator.get(f"{key}_url")}
    return known | {name: str(words) for name, words in own.items() if words}


def check_shape(settings: Any, path: Path) -> None:
    """Raises CannotServe where Datasette and we would look up a key and find no keys."""
    _mapping(settings, f"{path}")
    _mapping(settings.get("plugins", {}), f"plugins in {path}")
    databases = _mapping(settings.get("databases", {}), f"databases in {path}")
    for database, words in databases.items():
        tables = _mapping(words, f"{database} in {path}").get("tables", {})
        for table, of_table in _mapping(tables, f"tables in {path}").items():
            facets = _mapping(of_table, f"{table} in {path}").get("facets", [])
            if not isinstance(facets, list):
                raise CannotServe(f"facets of {table} in {path} must be a list.")


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CannotServe(f"{what} must hold keys and values, not {value!r}.")
    return value


def _check(known: Catalogue, settings: dict[str, Any]) -> None:
    for name, words in settings.items():
        if name not in known.tables:
            continue
        named = [words.get("sort"), words.get("sort_desc"), *words.get("facets", [])]
        for item in filter(None, named):
            column = next(iter(item.values())) if isinstance(item, dict) else item
            if column not in known.tables[name].columns:
                raise CannotServe(
                    f"metadata.yml sorts or facets {name} by {column}, a column it does not have."
                )


def _rights(known: Catalogue) -> dict[str, Any]:
    words = {
        "license": known.licence.get("title"),
        "license_url": known.licence.get("path"),
        "source": known.publisher.get("title"),
        "source_url": known.publisher.get("path"),
    }
    return {key: value for key, value in words.items() if value}


def _table(table: Table) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "title": table.title,
        "description": table.description,
        "columns": {column.name: _words(column) for column in table.columns.values()},
    }
    if table.label_column:
        settings["label_column"] = table.label_column
    return settings


def _words(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    text = f"{column.title}{unit}"
    return f"{text}: {column.description}" if column.description else text


def _overlaid(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {
        key: _overlaid(below[key], value) if key in below else value for key, value in above.items()
    }
