"""`/baltic/<table>.xlsx`: the records of a table as an Excel workbook, complete.

The workbook is written to a temporary file first, for a ZIP cannot be sent before it is whole; so a
failure is an answer in words and never half a file. The file goes when it is sent.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from datasette import hookimpl
from datasette.utils import tilde_decode

from portal import wording
from portal.answers import refusal
from portal.catalogue import catalogue
from portal.citation import citation, data_version
from portal.walk import PageError, begun, pages
from portal.xlsx import About, TooManyRecords, write_workbook

CONTENT_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 1 << 16


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.xlsx$", xlsx)]


async def xlsx(datasette, request, send):
    name = tilde_decode(request.url_vars["database"])
    known, selection = catalogue(datasette, name), request.scope["selection"]
    table = known.tables[selection.table]
    path = datasette.urls.table(name, table.name)
    headers = [(b"content-type", CONTENT_TYPE)]
    if selection.get("_dl") == "on":
        headers.append((b"content-disposition", _attachment(table).encode()))
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    with tempfile.TemporaryDirectory(prefix="xlsx-") as folder:
        file = Path(folder) / "records.xlsx"
        try:
            records = await begun(pages(datasette, path, request.query_string))
            if request.method != "HEAD":
                about = await _about(datasette, request, datasette.get_database(name), known)
                await write_workbook(records, file, table, about, scratch=Path(folder))
        except PageError as error:
            return await refusal(datasette, str(error), status=error.status, page=False)
        except TooManyRecords as error:
            return await refusal(datasette, str(error), status=400, page=False)
        await send(start)
        if request.method != "HEAD":
            with file.open("rb") as ready:
                while piece := ready.read(CHUNK):
                    body = {"type": "http.response.body", "body": piece, "more_body": True}
                    await send(body)
    return await send({"type": "http.response.body", "body": b""})


def _attachment(table):
    return f'attachment; filename="{table.name}.xlsx"'


async def _about(datasette, request, db, known):
    selection, today = request.scope["selection"], datetime.now(UTC).date()
    table = known.tables[selection.table]
    called = await db.execute_fn(lambda connection: wording.names(connection, selection, table))
    title = wording.in_words(selection, table, called)
    query = selection.narrowing()
    page = datasette.urls.table(db.name, table.name) + (f"?{query}" if query else "")
    address = datasette.absolute_url(request, page)
    version = data_version(known, db.path)
    lines = [
        ("Title", title),
        ("From", known.title),
        ("Publisher", _named(known.publisher)),
        ("Licence", _named(known.licence)),
        *(("Source", _named(source)) for source in known.sources),
        ("Version", version),
        ("Date", today.isoformat()),
        ("Address", address),
        ("How to cite", citation(known, title, address, today, version).text),
    ]
    if (selection.get("_size") or selection.get("_next")) and selection.get("_stream") != "on":
        lines.append(("Part", "One page of the records, as the address asked by _size or _next."))
    return About(lines, today)


def _named(what):
    return ", ".join(filter(None, (what.get("title"), what.get("path"))))
