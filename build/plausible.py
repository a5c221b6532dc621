"""Rules that no single cell shows: values that are of the right type and still cannot be true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from build.findings import Severity
from build.schema import Table

if TYPE_CHECKING:
    from build.validate import Context, Record

#: Bytes of a record's values in UTF-8. What the build adds fits beside them into the 100,000 that
#: a portal reads.
LARGEST_RECORD = 90_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """A country's bounding box in degrees; None where it is not known."""

    west: float | None
    south: float | None
    east: float | None
    north: float | None

    @classmethod
    def of(cls, values: dict[str, Any]) -> Bounds:
        west, south, east, north = (
            None if values.get(side) is None else float(values[side])
            for side in ("west", "south", "east", "north")
        )
        return cls(west, south, east, north)

    def contains(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies inside; true when the bounds are not known."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return True
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value cannot be, or is unlikely to be, true."""

    severity: Severity
    rule: str
    field: str
    message: str


def implausible(table: Table, record: Record, context: Context) -> Iterator[Doubt]:
    """Yield what is implausible in a record whose cells are each valid."""
    yield from _future(table, record, context.today)
    yield from _key_prefix(table, record)
    yield from _wrong_file(table, record)
    yield from _period(record)
    yield from _timezone(record)
    yield from _coordinates(table, record, context)
    yield from _size(record)


def _size(record: Record) -> Iterator[Doubt]:
    """A portal reads no longer rows (`plugins/sql_console.py`): all pages with it would fail."""
    sizes = {name: _stored_bytes(value) for name, value in record.values.items()}
    total = sum(sizes.values())
    if total > LARGEST_RECORD:
        longest = max(sizes, key=lambda name: sizes[name])
        message = (
            f"The record has {total} bytes, and no more than {LARGEST_RECORD} fit. "
            "This is its longest field."
        )
        yield Doubt("error", "record-too-large", longest, message)


def _stored_bytes(value: Any) -> int:
    if value is None:
        return 0
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
    return len(text.encode())


def _future(table: Table, record: Record, today: date) -> Iterator[Doubt]:
    for column in table.fields:
        value = record.values.get(column.name)
        if not column.not_in_future or value is None:
            continue
        first_day = _first_day(value)
        if first_day is None:
            message = f"{column.title} is not a day that there is."
            yield Doubt("error", "impossible-date", column.name, message)
        elif first_day > today:
            message = f"{column.title} lies in the future."
            yield Doubt("error", "not-in-future", column.name, message)


def _first_day(value: date | int | str) -> date | None:
    """The first day of a year, month or day (`2018`, `2018-06`, `2018-06-30`)."""
    if isinstance(value, int):
        # What comes after all days comes after today.
        return date(value, 1, 1) if MINYEAR <= value <= MAXYEAR else date.max
    try:
        return value if isinstance(value, date) else date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return None


def _key_prefix(table: Table, record: Record) -> Iterator[Doubt]:
    if table.id_prefix is None:
        return
    prefix = f"{record.values[table.id_prefix]}-".lower()
    if not record.values[table.key].startswith(prefix):
        # Only a warning: an id is kept for ever, also when an enterprise moves abroad.
        message = f"Identifiers of new records of this country begin with “{prefix}”."
        yield Doubt("warning", "id-prefix", table.key, message)


def _wrong_file(table: Table, record: Record) -> Iterator[Doubt]:
    if "*" not in table.path or table.id_prefix is None:
        return
    owner = PurePosixPath(record.file).stem
    if owner != record.values[table.id_prefix].lower():
        message = f"The record stands in the file of “{owner}”; move it to its own country's."
        yield Doubt("warning", "wrong-file", table.id_prefix, message)


def _period(record: Record) -> Iterator[Doubt]:
    start, end = record.values.get("start"), record.values.get("end")
    if start and end and end < start:
        yield Doubt("error", "end-before-start", "end", "The last day lies before the first.")


def _timezone(record: Record) -> Iterator[Doubt]:
    timezone = record.values.get("timezone")
    if timezone and timezone not in _timezones():
        message = f"“{timezone}” is not an IANA time zone such as Europe/Riga."
        yield Doubt("error", "unknown-timezone", "timezone", message)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _coordinates(table: Table, record: Record, context: Context) -> Iterator[Doubt]:
    if not table.geocoded:
        return
    latitude, longitude = record.values["latitude"], record.values["longitude"]
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        yield Doubt("error", "half-coordinates", missing, "Give both coordinates or neither.")
    if latitude is None or longitude is None:
        return
    country = record.values["country"]
    bounds = context.bounds.get(country)
    if bounds is None or bounds.contains(latitude, longitude):
        return
    if bounds.contains(longitude, latitude):
        message = (
            f"Latitude and longitude seem to be swapped: as they stand, they are not in {country}."
        )
        yield Doubt("error", "swapped-coordinates", "latitude", message)
    else:
        message = f"These coordinates do not lie in {country}."
        yield Doubt("error", "coordinates-outside", "latitude", message)
