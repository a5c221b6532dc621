"""Which database, table, record and format an address names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.utils import tilde_decode

_PARTS = re.compile(
    r"/(?P<database>[^/.]+)(?:/(?P<table>[^/]+?)(?:/(?P<record>[^/]+?))?)?(?:\.(?P<format>\w+))?"
)


@dataclass(frozen=True)
class Address:
    """An address of data; `format` is empty for a page."""

    database: str
    #: A table or an operator's stored query; empty for the database itself, that is, for SQL.
    table: str
    record: str
    format: str

    @property
    def is_page(self) -> bool:
        return not self.format


def address(scope: dict[str, Any], ds: Datasette) -> Address | None:
    """The data a request is for; None for all other pages.

    An address that ends with a slash is not one of ours: Datasette sends it on to the one without.
    """
    if scope["type"] != "http":
        return None
    path = request_path(scope, ds)
    match = _PARTS.fullmatch(path)
    if match is None or path.startswith(("/-/", "/static/")):
        return None
    return Address(
        tilde_decode(match["database"]),
        tilde_decode(match["table"] or ""),
        match["record"] or "",
        match["format"] or "",
    )


def request_path(scope: dict[str, Any], ds: Datasette) -> str:
    """The path of a request as Datasette's router sees it: undecoded, without the base URL."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    base = ds.setting("base_url")
    return "/" + path[len(base) :] if base != "/" and path.startswith(base) else path
