"""What a published database says of itself: its tables, columns, words, keys and codes.

The build stores its schema in the database (table `datapackage`), so that a file describes itself
wherever it is copied and a running portal never mixes one version's schema with another's data.
Only what pages and addresses need is read here; rules for input stay with the build.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette

from build.roles import LABELS
from portal.errors import CannotServe
from portal.language import ENGLISH, LANGUAGES, language


@dataclass(frozen=True)
class Vocabulary:
    """The codes of one vocabulary."""

    #: Code → label in English.
    labels: dict[str, str]
    #: Language → code → label, as far as there are translations.
    translations: dict[str, dict[str, str]]
    #: Code → what belongs under it, in English.
    definitions: dict[str, str]
    #: Codes that have a page of their own: the countries of the network.
    with_page: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what it means, which values it may hold."""

    name: str
    title: str
    description: str = ""
    type: str = "string"
    unit: str | None = None
    #: Table whose keys the column, or each item of a list, holds.
    references: str | None = None
    #: Code → label, where `references` is a vocabulary.
    codes: dict[str, str] | None = None
    #: Language → code → label in that language.
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Code → what belongs under it.
    definitions: dict[str, str] = field(default_factory=dict)
    #: Codes that have a page of their own: the countries of the network.
    with_page: frozenset[str] = frozenset()

    def label(self, code: str) -> str:
        """The label of `code` in the reader's language, else in English, else the code itself."""
        own = self.translations.get(language(), {}).get(code)
        return own or (self.codes or {}).get(code, code)


@dataclass(frozen=True)
class Table:
    """One table a visitor may read."""

    name: str
    title: str
    description: str
    #: The columns of the primary key; none where SQLite's rowid stands in for one.
    keys: tuple[str, ...]
    columns: dict[str, Column]
    searchable: bool = False
    #: Whether the data package declares it; the others are what the build says about itself.
    declared: bool = True

    @property
    def key(self) -> str | None:
        """The primary key, where it is one column."""
        return self.keys[0] if len(self.keys) == 1 else None

    @property
    def label_column(self) -> str | None:
        return next((name for name in LABELS if name in self.columns), None)

    @property
    def has_geometry(self) -> bool:
        return "geometry" in self.columns

    @property
    def has_days(self) -> bool:
        """Whether its records begin on a day, and so are to come or past."""
        return "start" in self.columns


@dataclass(frozen=True)
class Catalogue:
    """Everything one database holds, in the words of its data package."""

    descriptor: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    #: Tables that are not for visitors: search indexes, SQLite's own, the stored descriptor.
    hidden: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return str(self.descriptor.get("title", ""))

    @property
    def description(self) -> str:
        return str(self.descriptor.get("description", ""))

    @property
    def version(self) -> str:
        return str(self.descriptor.get("version", ""))

    @property
    def licence(self) -> dict[str, str]:
        return next(iter(self.descriptor.get("licenses", [])), {})

    @property
    def sources(self) -> list[dict[str, str]]:
        return list(self.descriptor.get("sources", []))

    @property
    def publisher(self) -> dict[str, str]:
        return next(iter(self.descriptor.get("contributors", [])), {})

    @classmethod
    def read(cls, path: Path) -> Catalogue:
        """Read the database at `path`. Raises CannotServe when it is none of ours."""
        try:
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                return _read(connection)
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotServe(
                f"{path} cannot be read as a database of this portal: {error}. "
                "Run `make build` to make one."
            ) from error


def _read(connection: sqlite3.Connection) -> Catalogue:
    (text,) = connection.execute("select descriptor from datapackage").fetchone() or ("{}",)
    descriptor = json.loads(text)
    names = [name for (name,) in connection.execute(_TABLES)]
    hidden = {name for name in names if _is_internal(name, names)}
    resources = {resource["name"]: resource for resource in descriptor.get("resources", [])}
    vocabularies = {
        name: _vocabulary(connection, name)
        for name, resource in resources.items()
        if resource["schema"]["primaryKey"] == ["code"] and name in names
    }
    tables = {
        name: _table(connection, name, resources.get(name), vocabularies, f"{name}_fts" in names)
        for name in sorted(set(names) - hidden, key=lambda name: _rank(name, list(resources)))
    }
    return Catalogue(descriptor, tables, frozenset(hidden))


def _vocabulary(connection: sqlite3.Connection, name: str) -> Vocabulary:
    columns = {row[1] for row in connection.execute(f"pragma table_info({_quoted(name)})")}

    def words(column: str) -> dict[str, str]:
        if column not in columns:
            return {}
        sql = f"select code, {column} from {_quoted(name)} where {column} is not null"  # noqa: S608
        return dict(connection.execute(sql).fetchall())

    translations = {code: words(f"label_{code}") for code in LANGUAGES if code != ENGLISH}
    with_page = frozenset(code for code, has_one in words("network").items() if has_one)
    return Vocabulary(words("label"), translations, words("definition"), with_page)


_TABLES = "select name from sqlite_master where type = 'table' order by name"


def _is_internal(name: str, names: list[str]) -> bool:
    return (
        name == "datapackage"
        or name.startswith("sqlite_")
        or any(name.startswith(_beside(other)) for other in names)
    )


def _beside(table: str) -> tuple[str, ...]:
    """How the names of a table's indexes begin: of words, places, the map, the alphabet."""
    return f"{table}_fts", f"{table}_rtree", f"{table}_map", f"{table}_order"


def _rank(name: str, declared: list[str]) -> int:
    return declared.index(name) if name in declared else len(declared)


def _table(
    connection: sqlite3.Connection,
    name: str,
    resource: dict[str, Any] | None,
    vocabularies: dict[str, Vocabulary],
    searchable: bool,
) -> Table:
    stored = connection.execute(f"pragma table_info({_quoted(name)})").fetchall()
    keys = [row[1] for row in sorted(stored, key=lambda row: row[5]) if row[5]]
    schema = (resource or {}).get("schema", {})
    fields = {item["name"]: item for item in schema.get("fields", [])}
    references = dict(_references(schema))
    columns = {
        row[1]: _column(
            row[1], row[2], fields.get(row[1], {}), references.get(row[1]), vocabularies
        )
        for row in stored
    }
    words = resource or {}
    return Table(
        name=name,
        title=words.get("title", title_of(name)),
        description=words.get("description", "").strip(),
        keys=tuple(keys),
        columns=columns,
        searchable=searchable,
        declared=resource is not None,
    )


def _references(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in schema.get("foreignKeys", []):
        yield key["fields"][0], key["reference"]["resource"]
    for item in schema.get("fields", []):
        if "keysOf" in item:
            yield item["name"], item["keysOf"]


def _column(
    name: str,
    stored_type: str,
    words: dict[str, Any],
    references: str | None,
    vocabularies: dict[str, Vocabulary],
) -> Column:
    guess = {"INTEGER": "integer", "REAL": "number", "FLOAT": "number"}
    vocabulary = vocabularies.get(references or "")
    return Column(
        name=name,
        title=words.get("title", title_of(name)),
        description=words.get("description", "").strip(),
        type=words.get("type", guess.get(stored_type.upper(), "string")),
        unit=words.get("unit"),
        references=references,
        codes=vocabulary.labels if vocabulary else None,
        translations=vocabulary.translations if vocabulary else {},
        definitions=vocabulary.definitions if vocabulary else {},
        with_page=vocabulary.with_page if vocabulary else frozenset(),
    )


def title_of(name: str) -> str:
    """What a table or column is called for which there are no words: `record_id` is Record id."""
    return name.replace("_", " ").capitalize()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_known: WeakKeyDictionary[Datasette, dict[str, Catalogue]] = WeakKeyDictionary()


def catalogue(ds: Datasette, database: str = "baltic") -> Catalogue | None:
    """The catalogue of an open database, read once; None for one that is not ours."""
    known = _known.setdefault(ds, {})
    if database not in known:
        try:
            path = ds.get_database(route=database).path
            known[database] = Catalogue.read(Path(path))
        except (KeyError, TypeError, CannotServe):
            return None
    return known[database]
