"""Addresses in the reader's language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from datasette.app import Datasette
from datasette.url_builder import Urls
from datasette.utils import PrefixedUrlString, tilde_encode

from portal.language import ENGLISH, LANGUAGES, language

#: Endings of what is not a page and speaks all the same.
_OF_A_LANGUAGE = ("png", "svg")
#: Paths that are the same in all languages.
_OF_NO_LANGUAGE = ("/assets/", "/static/", "/-/static")


class Links(Urls):
    """Datasette's `urls`, with the language before the paths of pages."""

    def __init__(self, ds: Datasette, code: str | None = None) -> None:
        super().__init__(ds)  # type: ignore[no-untyped-call]
        self._code = code

    def path(self, path: str, format: str | None = None) -> PrefixedUrlString:
        """The address of `path`; a machine format, or a file with an ending, has no language."""
        if isinstance(path, PrefixedUrlString):
            return self._plain(path, format)
        path = "/" + path.removeprefix("/")
        if speaks(path) and format in (None, *_OF_A_LANGUAGE):
            path = prefixed(path, self._code or language())
        return self._plain(path, format)

    def _plain(self, path: str, format: str | None) -> PrefixedUrlString:
        address: PrefixedUrlString = super().path(path, format=format)  # type: ignore[no-untyped-call]
        return address

    def table(self, database: str, table: str, format: str | None = None) -> PrefixedUrlString:
        """The address of a table. Datasette would begin with that of its page."""
        return self._of_data(database, tilde_encode(table), format)

    def row(
        self, database: str, table: str, row_path: str, format: str | None = None
    ) -> PrefixedUrlString:
        """The address of one record."""
        return self._of_data(database, f"{tilde_encode(table)}/{row_path}", format)

    def _of_data(self, database: str, path: str, format: str | None) -> PrefixedUrlString:
        ending = f".{format}" if format else ""
        return self.path(f"/{self.ds.get_database(database).route}/{path}{ending}")

    def unprefixed(self, request: Any) -> str:
        """Path and query of a request without language and base URL, as `path` takes it."""
        base = self.ds.setting("base_url").rstrip("/")
        path = request.scope.get("raw_path", request.path.encode()).decode("latin-1")
        path = path.partition("?")[0].removeprefix(base) or "/"
        # A list's query string may be in Datasette's words by now.
        selection = request.scope.get("selection")
        return path + with_mark(selection.canonical() if selection else request.query_string)

    def again(self, address: str) -> str:
        """An address that Datasette made of the present one, in the reader's language."""
        base = self.ds.setting("base_url").rstrip("/")
        parts = urlsplit(address)
        path = base + prefixed(parts.path.removeprefix(base), self._code or language())
        return urlunsplit(parts._replace(path=path))

    def in_language(self, code: str, path: str) -> PrefixedUrlString:
        """The address of `path` in one language."""
        return Links(self.ds, code).path(path)

    def translations(self, here: str) -> list[tuple[str, str, str]]:
        """(code, name of the language, address) of a page in all languages."""
        return [(code, name, str(self.in_language(code, here))) for code, name in LANGUAGES.items()]


def speaks(path: str) -> bool:
    """Whether what is at `path` says something in the reader's language."""
    _name, _dot, ending = urlsplit(path).path.rpartition("/")[2].rpartition(".")
    return ending in _OF_A_LANGUAGE or not (_dot or path.startswith(_OF_NO_LANGUAGE))


def prefixed(path: str, code: str) -> str:
    """`path` in the language `code`."""
    return path if code == ENGLISH else f"/{code}{path}"


def stripped(path: str) -> tuple[str | None, str]:
    """The language at the beginning of `path`, None when it has none, and the rest."""
    first, _slash, rest = path.removeprefix("/").partition("/")
    return (first, "/" + rest) if first in LANGUAGES else (None, path)


def with_mark(query: str) -> str:
    """A query string as it stands in an address; nothing when it is empty."""
    return f"?{query}" if query else ""
