"""`/baltic/<table>.atom`: the newest records an address selects, as a feed to subscribe to."""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat, feeds
from portal.answers import attachment, database, kept_for, no_records, refusal, title
from portal.catalogue import catalogue
from portal.language import ENGLISH
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.metadata import credited
from portal.public import public


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.atom$", atom)]


async def atom(datasette, request):
    if refused := await no_records(datasette, request):
        return refused
    selection, table = request.scope["selection"], request.scope["table"]
    if not feeds.has_feed(table):
        words = _("There is no feed of this table, for its records have no pages.")
        return await refusal(datasette, words, status=404, page=False)
    db = database(datasette, request)
    known = credited(catalogue(datasette, db.route), compat.metadata(datasette))
    seen = await public(datasette, known, ["organisations"])
    english, choice = Links(datasette, ENGLISH), selection.narrowing()

    def absolute(path):
        return str(datasette.absolute_url(request, english.path(path)))

    about = feeds.About(
        table=table,
        known=known,
        title=await title(datasette, request),
        choice=choice,
        address=absolute(f"/{db.route}/{table.name}.atom") + with_mark(choice),
        page=absolute(f"/{db.route}/{table.name}") + with_mark(choice),
        absolute=absolute,
    )
    found = await db.execute_fn(lambda connection: feeds.newest(connection, selection, table, seen))
    return Response(
        feeds.atom(found, about),
        headers=kept_for(datasette) | attachment(selection, f"{table.name}.atom"),
        content_type="application/atom+xml; charset=utf-8",
    )
