"""Suggestions while one types, as a piece of a page for `suggest.js`.

`/suggest?q=…` is for everything. `/suggest/<table>?q=…&within=…` is for the field above the list of
one table; `within` is the query string of that list, to which places and codes are added.
"""

import sqlite3

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import compat, site_search
from portal.answers import refusal, took_too_long, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError, shown
from portal.language import gettext as _
from portal.query import parse
from portal.reading import in_time
from portal.suggestions import is_typed, suggestions, suggestions_of_all

#: Later than this (ms) nobody waits for a suggestion; they have typed on.
TIME_LIMIT_MS = 500
#: Suggestions of each kind of one table; all together fit on a small screen.
LIMIT = 5


# Before the page of any table of any database, which would take `suggest` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/suggest$", suggest), (r"^/suggest/(?P<table>[a-z_]+)$", suggest_of_table)]


async def suggest(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound("There is nothing to search.")
    if refused := await _not_understood(datasette, request, "q"):
        return refused
    sections = await site_search.open_sections(datasette, known)
    text = request.args.get("q") or ""
    groups = await _found(
        datasette, lambda connection: suggestions_of_all(connection, known, sections, text)
    )
    asked = site_search.Asked(" ".join(text.split()) if is_typed(text) else "")
    return await _answer(datasette, request, groups, everything=asked if asked.text else None)


async def suggest_of_table(datasette, request):
    known = catalogue(datasette)
    table = known and known.tables.get(request.url_vars["table"])
    if not table or not table.searchable:
        raise NotFound("There is no such table to search.")
    if refused := await withheld(datasette, table.name, page=False):
        return refused
    if refused := await _not_understood(datasette, request, "q", "within"):
        return refused
    text = request.args.get("q") or ""
    try:
        order = compat.order(datasette, table.name)
        within = parse(request.args.get("within") or "", table, order=order)
        groups = await _found(
            datasette,
            lambda connection: suggestions(
                connection, known, table, text, limit=LIMIT, within=within
            ),
        )
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=False)
    return await _answer(datasette, request, groups)


async def _not_understood(datasette, request, *allowed):
    unknown = next((key for key in request.args if key not in allowed), None)
    if unknown is None:
        return None
    words = _("There is no parameter %(key)s. There are %(allowed)s.")
    words %= {"key": shown(unknown), "allowed": ", ".join(allowed)}
    return await refusal(datasette, words, status=400, page=False)


async def _found(datasette, work):
    try:
        return await in_time(datasette.get_database("baltic"), work, TIME_LIMIT_MS)
    except sqlite3.OperationalError as error:
        if not took_too_long(error):
            raise
        return []


async def _answer(datasette, request, groups, everything=None):
    words = {"groups": groups, "everything": everything}
    html = await datasette.render_template("_suggestions.html", words, request=request)
    headers = {"Cache-Control": "max-age=60", "X-Robots-Tag": "noindex"}
    return Response.html(html, headers=headers)
