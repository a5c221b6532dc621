"""`/baltic/<table>.xlsx`: the records of a table as an Excel workbook, complete.

The workbook is written to a temporary file first, for a ZIP cannot be sent before it is whole; so a
failure is an answer in words and never half a file. The file goes when it is sent.
"""

import tempfile
from pathlib import Path

from datasette import hookimpl

from portal.answers import attachment, database, no_records, refusal, stream, title
from portal.citation import cited
from portal.walk import PageError, begun, pages
from portal.xlsx import About, TooManyRecords, write_workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 1 << 16


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.xlsx$", xlsx)]


async def xlsx(datasette, request, send):
    if refused := await no_records(datasette, request):
        return refused
    selection, table = request.scope["selection"], request.scope["table"]
    path = datasette.urls.table(database(datasette, request).name, table.name)
    with tempfile.TemporaryDirectory(prefix="xlsx-") as folder:
        file = Path(folder) / "records.xlsx"
        try:
            records = await begun(pages(datasette, path, request.query_string))
            if request.method != "HEAD":
                told = cited(datasette, request, await title(datasette, request))
                about = _about(told, selection)
                await write_workbook(records, file, table, about, scratch=Path(folder))
        except PageError as error:
            return await refusal(datasette, str(error), status=error.status, page=False)
        except TooManyRecords as error:
            return await refusal(datasette, str(error), status=400, page=False)
        headers = {"Content-Type": CONTENT_TYPE} | attachment(selection, f"{table.name}.xlsx")
        return await stream(request.scope, send, _pieces(file), headers)


async def _pieces(file):
    with file.open("rb") as ready:
        while piece := ready.read(CHUNK):
            yield piece


def _about(citation, selection):
    known = citation.known
    lines = [
        ("Title", citation.title),
        ("From", known.title),
        ("Publisher", _named(known.publisher)),
        ("Licence", _named(known.licence)),
        *(("Source", _named(source)) for source in known.sources),
        ("Version", citation.version),
        ("Date", citation.today.isoformat()),
        ("Address", citation.address),
        ("How to cite", citation.text),
    ]
    if (selection.get("_size") or selection.get("_next")) and selection.get("_stream") != "on":
        lines.append(("Part", "One page of the records, as the address asked by _size or _next."))
    return About(lines, citation.today)


def _named(what):
    return ", ".join(filter(None, (what.get("title"), what.get("path"))))
