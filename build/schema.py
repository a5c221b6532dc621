"""The one schema, `data/datapackage.yml`, as the objects every stage works with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import frictionless
import yaml

from build.errors import CannotRun
from build.roles import LABELS

#: libyaml's loader is ten times as fast as the one in Python and as safe.
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SCHEMA_FILE = "datapackage.yml"

#: How a Table Schema type is stored. Lists are kept as JSON arrays, dates as ISO text.
SQLITE_TYPES: dict[str, type] = {"integer": int, "boolean": int, "number": float}


#: What `build.read` reads.
FORMATS = ("csv", "markdown")
#: What the build makes beside the tables of the schema.
DERIVED_TABLES = ("sources", "build_report", "issues", "datapackage")
_NAME = re.compile("[a-z][a-z0-9_]*")
#: Values of a descriptor; ours has some thousands.
_LARGEST = 100_000

#: How numbers and dates are written. SQLite's integers have 18 digits and some more.
_WRITTEN = {
    "integer": re.compile(r"[+-]?[0-9]{1,18}"),
    "number": re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]{1,3})?"),
    "date": re.compile(r"[0-9-]+"),
}

#: Cells up to this length are worth remembering; summaries and bodies are not.
_REMEMBERED_LENGTH = 60


class Field:
    """One column: its name, type, words and rules."""

    def __init__(self, descriptor: dict[str, Any]) -> None:
        self.descriptor = descriptor
        self.name: str = descriptor["name"]
        self.type: str = descriptor.get("type", "string")
        self.title: str = descriptor.get("title", self.name)
        self.description: str = descriptor.get("description", "")
        constraints = descriptor.get("constraints", {})
        self.required: bool = constraints.get("required", False)
        self.input: str = descriptor.get("input", "expected")
        self.search: bool = descriptor.get("search", False)
        self.not_in_future: bool = descriptor.get("notInFuture", False)
        #: Name of the field, a year, whose decade this is.
        self.decade_of: str | None = descriptor.get("decadeOf")
        #: Whether it names a record of any table, as `<table>/<id>`.
        self.any_record: bool = descriptor.get("anyRecord", False)
        #: Name of the table whose keys the items of a list are.
        self.keys_of: str | None = descriptor.get("keysOf")
        #: Name of the field whose codes have this one's values in their vocabulary.
        self.through: str | None = descriptor.get("through")
        self._reader = frictionless.Field.from_descriptor(descriptor).create_cell_reader()
        self._read_again = lru_cache(maxsize=2048)(self._read_anew)

    def read(self, cell: str | list[str]) -> tuple[Any, dict[str, str] | None]:
        """Return (value, {broken rule: note} or None), as Frictionless reads the cell.

        Short cells repeat (countries, sectors, dates, empty ones) and are remembered.
        """
        if isinstance(cell, str) and len(cell) <= _REMEMBERED_LENGTH:
            return self._read_again(cell)
        return self._read_anew(cell)

    def _read_anew(self, cell: str | list[str]) -> tuple[Any, dict[str, str] | None]:
        if isinstance(cell, str) and cell and not self._is_well_written(cell):
            return None, {"type": "written in a way that no other program would understand"}
        return self._reader(cell)

    def _is_well_written(self, cell: str) -> bool:
        """Python, and so Frictionless, takes `NaN`, `2_014` and `٢٠١٤` for numbers."""
        if self.type in _WRITTEN:
            return _WRITTEN[self.type].fullmatch(cell) is not None
        return self.descriptor.get("format") != "uri" or _is_address(cell)

    @property
    def sqlite_type(self) -> type:
        return SQLITE_TYPES.get(self.type, str)


def _only(names: str | list[str]) -> str:
    """The one field of a key, which Table Schema lets stand alone or in a list."""
    if isinstance(names, str):
        return names
    if len(names) != 1:
        raise Unusable(f"a key has one field, not {len(names)}")
    return names[0]


def _written_out(node: Any, sizes: dict[int, int]) -> int:
    """How many values a YAML document has when each alias stands for all of its anchor."""
    if id(node) not in sizes:
        parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        sizes[id(node)] = 1 + sum(_written_out(part, sizes) for part in parts)
    return sizes[id(node)]


def _is_address(text: str) -> bool:
    """Whether Python can take a web address apart, as the portal will do."""
    try:
        urlsplit(text).port  # noqa: B018 - it is read for what it raises
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class ForeignKey:
    """`field` holds a key of `table`."""

    field: str
    table: str
    column: str


class Unusable(ValueError):
    """What is wrong with a schema, in a sentence."""


class Table:
    """One resource of the data package: its files, fields and keys."""

    def __init__(self, descriptor: dict[str, Any]) -> None:
        """Raises `Unusable`, or what Frictionless does, when the build could not work with it."""
        self.name: str = descriptor["name"]
        self.title: str = descriptor.get("title", self.name)
        self.description: str = descriptor.get("description", "")
        self.path: str = descriptor["path"]
        self.format: str = descriptor.get("format", "csv")
        schema = descriptor["schema"]
        self.fields = [Field(field) for field in schema["fields"]]
        self.key = _only(schema["primaryKey"])
        self.id_prefix: str | None = schema.get("idPrefix")
        self.foreign_keys = [
            ForeignKey(
                _only(key["fields"]),
                key["reference"]["resource"],
                _only(key["reference"]["fields"]),
            )
            for key in schema.get("foreignKeys", [])
        ]
        self._check()

    def _check(self) -> None:
        """Raise `Unusable` for what would only be found half-way through a build."""
        names = [field.name for field in self.fields]
        for name in (self.name, *names):
            if not _NAME.fullmatch(name):
                raise Unusable(f"“{name}” is no name: write small letters, digits and _")
        if twice := {name for name in names if names.count(name) > 1}:
            raise Unusable(f"the field {', '.join(sorted(twice))} is declared twice")
        needed = {self.key, *self.references}
        needed.update(field.decade_of for field in self.fields if field.decade_of)
        needed.update(field.through for field in self.fields if field.through)
        if self.id_prefix:
            needed.add(self.id_prefix)
        if self.geocoded:
            needed.update(("country", "latitude", "longitude", "precision"))
        if missing := needed - set(names):
            raise Unusable(f"the field {', '.join(sorted(missing))} is needed, but not declared")
        if self.by_name[self.key].type != "string":
            raise Unusable(f"the primary key {self.key} must be of type string")
        if self.format not in FORMATS:
            raise Unusable(f"the format is {self.format}, not one of {', '.join(FORMATS)}")
        path = PurePosixPath(self.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise Unusable(f"the path “{self.path}” does not lie in the data directory")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def input_fields(self) -> list[Field]:
        """Fields that may stand in a file; the build fills the others."""
        return [field for field in self.fields if field.input != "never"]

    @cached_property
    def search_fields(self) -> list[Field]:
        return [field for field in self.fields if field.search]

    @property
    def label(self) -> str | None:
        """Name of the field that says what a record is called."""
        return next((name for name in LABELS if name in self.by_name), None)

    @property
    def geocoded(self) -> bool:
        return "geometry" in self.by_name

    @cached_property
    def references(self) -> dict[str, str]:
        """Field → table whose keys it holds, single values and lists alike."""
        lists = {field.name: field.keys_of for field in self.fields if field.keys_of}
        return {key.field: key.table for key in self.foreign_keys} | lists

    def files(self, data: Path) -> list[Path]:
        """Files of this table in `data`, in a fixed order."""
        return sorted(data.glob(self.path))


class Schema:
    """All tables, from a Frictionless Data Package descriptor."""

    def __init__(self, descriptor: dict[str, Any]) -> None:
        # YAML anchors make shared objects of what Frictionless later changes in place.
        self.descriptor: dict[str, Any] = json.loads(json.dumps(descriptor, default=str))
        self.descriptor.pop("x-fields", None)
        self.tables: dict[str, Table] = {}
        for resource in self.descriptor["resources"]:
            name = resource["name"]
            if name in self.tables or name in DERIVED_TABLES:
                raise Unusable(f"There can be only one table {name}")
            try:
                self.tables[name] = Table(resource)
            except KeyError as missing:
                raise Unusable(f"Table {name}: {missing} is not declared") from missing
            except (Unusable, re.error, frictionless.FrictionlessException) as problem:
                raise Unusable(f"Table {name}: {problem}") from problem
        self._check_references()

    def _check_references(self) -> None:
        for table in self.tables.values():
            for field, target in table.references.items():
                if target not in self.tables:
                    raise Unusable(
                        f"Table {table.name}: {field} refers to a table {target}, "
                        "which is not declared"
                    )
            for key in table.foreign_keys:
                if key.column != self.tables[key.table].key:
                    raise Unusable(
                        f"Table {table.name}: {key.field} refers to {key.table}.{key.column}, "
                        f"which is not its primary key"
                    )
            for filled in table.fields:
                if filled.through and filled.name not in self._behind(table, filled.through):
                    raise Unusable(
                        f"Table {table.name}: {filled.name} is to come through {filled.through}, "
                        "whose vocabulary has no such field"
                    )

    def _behind(self, table: Table, name: str) -> dict[str, Field]:
        """The fields of the table to which the field `name` of `table` refers."""
        target = table.references.get(name)
        return self.tables[target].by_name if target else {}

    @classmethod
    def load(cls, data: Path) -> Schema:
        """Read `datapackage.yml` of the directory `data`.

        Raises CannotRun when it is missing, not YAML, or not a descriptor one can work with.
        """
        path = data / SCHEMA_FILE
        try:
            descriptor = yaml.load(path.read_text(encoding="utf-8"), Loader=_SafeLoader)  # noqa: S506
        except OSError as error:
            raise CannotRun(f"The schema {path} cannot be read: {error.strerror}.") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise CannotRun(f"The schema {path} is not valid YAML: {error}") from error
        try:
            if _written_out(descriptor, {}) > _LARGEST:
                raise Unusable("its anchors and aliases multiply without end")
            schema = cls(descriptor)
            list(schema.in_dependency_order())
        except CycleError as error:
            circle = " → ".join(error.args[1])
            raise CannotRun(f"In the schema {path}, tables refer in a circle: {circle}.") from error
        except Unusable as problem:
            raise CannotRun(f"The schema {path} is no usable data package. {problem}.") from problem
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise CannotRun(
                f"The schema {path} has not the form of a data package "
                f"({type(error).__name__}: {error})."
            ) from error
        return schema

    def in_dependency_order(self) -> Iterator[Table]:
        """Tables, each after those it refers to. Raises CycleError when there is no such order."""
        graph = {table.name: sorted(self._before(table)) for table in self.tables.values()}
        for name in TopologicalSorter(graph).static_order():
            yield self.tables[name]

    def _before(self, table: Table) -> set[str]:
        """Names of the tables `table` refers to."""
        if any(field.any_record for field in table.fields):
            return set(self.tables) - {table.name}
        return set(table.references.values()) - {table.name}
