"""Records through Datasette's own JSON: of a table page by page, or one answer to SQL.

Exports made this way agree with the table's page and JSON by construction: the same query string
selects and orders them. Only one page of records is in memory at a time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from datasette.app import Datasette

#: What says how another format looks.
_NOT_HERE = ("_shape", "_nl", "_json", "_stream", "_dl", "_header", "_facet", "_facet_array",
             "_facet_date", "_facet_size", "_view")  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Some records, in order. With `_labels=on` keys are `{"value": …, "label": …}`."""

    columns: list[str]
    rows: list[list[Any]]
    #: Columns that may hold labels.
    labelled: frozenset[str]


class PageError(Exception):
    """A page of records could not be had; `status` and the message are Datasette's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def pages(ds: Datasette, path: str, query: str) -> AsyncIterator[Page]:
    """All pages of the table at `path`; only one when `query` asks for it by `_size` or `_next`.

    Raises PageError, before the first page for an address that Datasette does not take, later
    when the database fails.
    """
    given = dict(parse_qsl(query))
    one_page = bool({"_size", "_next"} & set(given)) and given.get("_stream") != "on"
    pairs = [pair for pair in parse_qsl(query) if pair[0] not in _NOT_HERE]
    if not one_page:
        pairs = [pair for pair in pairs if pair[0] != "_size"] + [("_size", "max")]
    pairs += [(key, "on") for key in ("_nofacet", "_nocount") if key not in given]
    while True:
        data = await _json(ds, path, pairs)
        # With labels Datasette makes an object of a row, in the same order.
        rows = [list(row.values()) if isinstance(row, dict) else row for row in data["rows"]]
        yield Page(data["columns"], rows, frozenset(data["expanded_columns"]))
        if one_page or not data["next_url"]:
            return
        pairs = parse_qsl(urlsplit(data["next_url"]).query)


async def answer(ds: Datasette, path: str, query: str) -> tuple[Page, bool]:
    """One record, or what an SQL query gives; and whether Datasette cut it at its limit of rows.

    Raises PageError for what Datasette does not answer.
    """
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _NOT_HERE]
    data = await _json(ds, path, [*pairs, ("_json_infinity", "on")])
    if data.get("error"):
        raise PageError(400, str(data["error"]))
    return Page(data["columns"], data["rows"], frozenset()), bool(data.get("truncated"))


async def _json(ds: Datasette, path: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    # A sum stays what `path` is; a new text would get the base URL once more.
    response = await ds.client.get(path + f".json?{urlencode(pairs)}")
    is_json = "json" in response.headers["content-type"]
    if response.status_code != 200:
        # Datasette refuses with a page what the operator's permissions keep from a reader.
        words = response.json().get("error") if is_json else response.reason_phrase
        raise PageError(response.status_code, str(words))
    data: dict[str, Any] = response.json()
    return data


async def begun(records: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """The same pages, the first already fetched, so that a refusal comes before the answer."""
    first = await anext(records)

    async def all_pages() -> AsyncIterator[Page]:
        yield first
        async for page in records:
            yield page

    return all_pages()
