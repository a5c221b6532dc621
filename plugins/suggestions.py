"""Suggestions while one types: `/suggest/<table>?q=…` gives a piece of a page, for `suggest.js`."""

import sqlite3

from datasette import hookimpl
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Response

from portal.answers import took_too_long, withheld
from portal.catalogue import catalogue
from portal.suggestions import suggestions

#: Later than this (ms) nobody waits for a suggestion; they have typed on.
TIME_LIMIT_MS = 500
#: Suggestions of each kind; all together fit on a small screen.
LIMIT = 5


# Before the page of any table of any database, which would take `suggest` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/suggest/(?P<table>[a-z_]+)$", suggest)]


async def suggest(datasette, request):
    known = catalogue(datasette)
    table = known and known.tables.get(request.url_vars["table"])
    if not table or not table.searchable:
        raise NotFound("There is no such table to search.")
    if refused := await withheld(datasette, table.name, page=False):
        return refused
    text = request.args.get("q") or ""

    def read(connection):
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            return suggestions(connection, known, table, text, limit=LIMIT)

    try:
        groups = await datasette.get_database("baltic").execute_fn(read)
    except sqlite3.OperationalError as error:
        if not took_too_long(error):
            raise
        groups = []
    html = await datasette.render_template(
        "_suggestions.html", {"groups": groups, "searched": table}, request=request
    )
    headers = {"Cache-Control": "max-age=60", "X-Robots-Tag": "noindex"}
    return Response.html(html, headers=headers)
