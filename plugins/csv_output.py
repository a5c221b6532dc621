"""Every CSV, of tables and of SQL: guarded, named text/csv, whole or broken off.

A table's CSV is complete: it walks the same pages as GeoJSON does. Datasette's own stream would
lose records with equal values where its first page ends, and ends with the error's text and status
200 when it fails.

All CSV goes through one guard (`portal.csv_guard`). Should it end within a record, Datasette's CSV
of SQL has failed: the connection is closed without an end, which clients notice.

First of the wrappers, that is the innermost: the address has been read strictly by then.
"""

from urllib.parse import parse_qs

from datasette import hookimpl

from portal.addresses import address, request_path
from portal.answers import refusal
from portal.catalogue import catalogue
from portal.csv_guard import CsvGuard
from portal.csv_rows import csv_text
from portal.walk import PageError, begun, pages


class CsvBrokeOff(Exception):
    """The records could not all be read; the reader must not take what came for everything."""


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette):
    def wrap(app):
        async def csv_output(scope, receive, send):
            if scope["type"] != "http" or not request_path(scope, datasette).endswith(".csv"):
                return await app(scope, receive, send)
            stream = GuardedStream(send)
            asked = address(scope, datasette)
            known = asked and not asked.record and catalogue(datasette, asked.database)
            if known and asked.table in known.tables:
                await _table_csv(datasette, asked, scope, stream.send)
            else:
                await app(scope, receive, stream.send)
            if stream.broken:
                raise CsvBrokeOff
            return None

        return csv_output

    return wrap


async def _table_csv(datasette, asked, scope, send):
    query = scope["query_string"].decode()
    path = datasette.urls.table(asked.database, asked.table)
    try:
        records = await begun(pages(datasette, path, query))
    except PageError as error:
        answer = await refusal(datasette, str(error), status=error.status, page=False)
        return await answer.asgi_send(send)
    options = parse_qs(query)
    headers = [(b"content-type", b"text/csv; charset=utf-8")]
    if options.get("_dl") == ["on"]:
        name = f'attachment; filename="{asked.table}.csv"'
        headers.append((b"content-disposition", name.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["method"] != "HEAD":
        async for text in csv_text(records, header=options.get("_header") != ["off"]):
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
    return await send({"type": "http.response.body", "body": b""})


class GuardedStream:
    """Passes an answer on; one that holds CSV, through the guard."""

    def __init__(self, send):
        self._send = send
        self._guard = None
        self.broken = False

    async def send(self, message):
        if message["type"] == "http.response.start":
            message = self._started(message)
        elif self._guard:
            body = self._guard.feed(message.get("body", b""))
            more = message.get("more_body", False)
            self.broken = not more and not self._guard.complete
            if self.broken or (more and not body):
                return
            message = dict(message, body=body)
        await self._send(message)

    def _started(self, message):
        headers = dict(message["headers"])
        kind = headers.get(b"content-type", b"")
        if message["status"] != 200 or not kind.startswith((b"text/plain", b"text/csv")):
            return message
        self._guard = CsvGuard()
        headers[b"content-type"] = b"text/csv; charset=utf-8"
        return dict(message, headers=list(headers.items()))
