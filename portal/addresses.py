"""Which table, record and format an address names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.utils import tilde_decode

_TABLE_OR_RECORD = re.compile(
    r"/(?P<database>[^/.]+)/(?P<table>[^/]+?)(?:/(?P<record>[^/]+?))?(?:\.(?P<format>\w+))?/?"
)


@dataclass(frozen=True)
class Address:
    """A table's or a record's address; `format` is empty for a page."""

    database: str
    table: str
    record: str | None
    format: str

    @property
    def is_page(self) -> bool:
        return not self.format


def address(scope: dict[str, Any], ds: Datasette) -> Address | None:
    """The table or record a request is for; None for all other pages."""
    path = request_path(scope, ds)
    match = _TABLE_OR_RECORD.fullmatch(path)
    if scope["type"] != "http" or match is None or path.startswith(("/-/", "/static/")):
        return None
    return Address(
        tilde_decode(match["database"]),
        tilde_decode(match["table"]),
        match["record"],
        match["format"] or "",
    )


def request_path(scope: dict[str, Any], ds: Datasette) -> str:
    """The path of a request as Datasette's router sees it: undecoded, without the base URL."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    base = ds.setting("base_url")
    return "/" + path[len(base) :] if base != "/" and path.startswith(base) else path
