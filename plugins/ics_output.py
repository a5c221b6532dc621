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
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.errors import shown
from portal.kept import Kept
from portal.language import ENGLISH
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.metadata import credited
from portal.network import host

#: Bytes of calendars that are kept: a large one takes a second for every 2,000 events.
_calendars = Kept(32_000_000, weight=len)
_making = {}


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
    links, choice = Links(datasette, ENGLISH), with_mark(selection.narrowing())
    told = icalendars.about(
        credited(catalogue(datasette, db.route), compat.metadata(datasette)),
        await title(datasette, request),
        source=datasette.absolute_url(request, links.table(db.name, table.name, "ics") + choice),
        page=datasette.absolute_url(request, links.table(db.name, table.name) + choice),
    )
    name = attachment(selection, f"{table.name}.ics")
    origin = _origin(datasette, request, table)

    async def make():
        events = await db.execute_fn(
            lambda connection: icalendars.chosen(connection, selection, table)
        )
        return await asyncio.to_thread(icalendars.calendar, events, origin, told)

    return _answer(datasette, await _once((str(db.path), told, today()), make), name)


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
    origin = _origin(datasette, request, table)
    return _answer(datasette, icalendars.calendar(found, origin), name)


async def _refused(datasette, words):
    return await refusal(datasette, words, status=404, page=False)


async def _once(key, make):
    """What `make` makes: kept, and made once however many ask for it at the same time."""
    if (kept := _calendars.get(key)) is not None:
        return kept
    if key not in _making:
        _making[key] = asyncio.ensure_future(make())
        _making[key].add_done_callback(lambda _done: _making.pop(key))
    # One who goes away must not take it from the others.
    return _calendars.put(key, await asyncio.shield(_making[key]))


def _origin(datasette, request, table):
    db, links = database(datasette, request), Links(datasette, ENGLISH)

    def page(key):
        path = links.row(db.name, table.name, tilde_encode(key))
        return datasette.absolute_url(request, path)

    return icalendars.Origin(table, host(catalogue(datasette, db.route)), page)


def _answer(datasette, body, download):
    return Response(
        body,
        headers=kept_for(datasette) | download,
        content_type=icalendars.CONTENT_TYPE,
    )
