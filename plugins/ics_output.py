"""`/baltic/events.ics` and `/baltic/events/<id>.ics`: calendars that programs subscribe to.

That of a list takes every filter of its page and holds the whole selection, however its page is
ordered or cut. It is made on a thread of its own, since a large one takes longer than a page.
"""

import asyncio
from urllib.parse import parse_qsl

from datasette import hookimpl
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from portal import compat, icalendars
from portal.answers import attachment, database, kept_for, no_records, refusal, title
from portal.catalogue import catalogue
from portal.errors import shown
from portal.language import ENGLISH
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.metadata import credited
from portal.network import host


@hookimpl
def register_routes():
    table = r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)"
    return [(rf"{table}\.ics$", of_list), (rf"{table}/(?P<pks>[^/.]+)\.ics$", of_record)]


async def of_list(datasette, request):
    if refused := await no_records(datasette, request):
        return refused
    db, table = database(datasette, request), request.scope["table"]
    selection = request.scope["selection"]
    if not table.has_days:
        return await _refused(datasette, _("There is no calendar of this table."))
    events = await db.execute_fn(lambda connection: icalendars.chosen(connection, selection, table))
    links, choice = Links(datasette, ENGLISH), with_mark(selection.narrowing())
    told = icalendars.about(
        credited(catalogue(datasette, db.route), compat.metadata(datasette)),
        await title(datasette, request),
        source=datasette.absolute_url(request, links.table(db.name, table.name, "ics") + choice),
        page=datasette.absolute_url(request, links.table(db.name, table.name) + choice),
    )
    name = attachment(selection, f"{table.name}.ics")
    return await _answer(datasette, request, table, events, name, told)


async def of_record(datasette, request):
    db, key = database(datasette, request), tilde_decode(request.url_vars["pks"])
    known = catalogue(datasette, db.route)
    table = known and known.tables.get(tilde_decode(request.url_vars["table"]))
    if not table or not table.has_days:
        return await _refused(datasette, _("There is no calendar of this table."))
    found = await db.execute_fn(lambda connection: icalendars.single(connection, table, key))
    if not found:
        words = _("There is no record %(id)s here.") % {"id": shown(key)}
        return await _refused(datasette, words)
    name = attachment(dict(parse_qsl(request.query_string)), f"{key}.ics")
    return await _answer(datasette, request, table, found, name)


async def _refused(datasette, words):
    return await refusal(datasette, words, status=404, page=False)


async def _answer(datasette, request, table, events, download, told=None):
    db, links = database(datasette, request), Links(datasette, ENGLISH)

    def page(key):
        path = links.row(db.name, table.name, tilde_encode(key))
        return datasette.absolute_url(request, path)

    origin = icalendars.Origin(table, host(catalogue(datasette, db.route)), page)
    return Response(
        await asyncio.to_thread(icalendars.calendar, events, origin, told),
        headers=kept_for(datasette) | download,
        content_type=icalendars.CONTENT_TYPE,
    )
