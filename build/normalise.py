"""One written form for values that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from build.schema import Table
from build.validate import Record


def normalise(table: Table, records: Iterable[Record]) -> Iterator[Record]:
    """Yield `records` with web and e-mail addresses in their usual form, and decades of years.

    Only what is equal by its standard is touched: the scheme and host of a web address
    (RFC 3986, 6.2.2.1) and the domain of an e-mail address. Facts stay as their source has them.
    """
    addresses = [
        (field.name, field.descriptor["format"])
        for field in table.fields
        if field.descriptor.get("format") in ("uri", "email")
    ]
    decades = [(field.name, field.decade_of) for field in table.fields if field.decade_of]
    for record in records:
        for name, of in decades:
            year = record.values.get(of)
            record.values[name] = None if year is None else year // 10 * 10
        for name, kind in addresses:
            if value := record.values.get(name):
                record.values[name] = _lower_host(value) if kind == "uri" else _lower_domain(value)
        yield record


def _lower_host(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _lower_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"
