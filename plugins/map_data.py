"""`/baltic/<table>.map`: what the map shows of a selection, clusters made here.

It takes the query string of every other format, and `_viewport=west,south,east,north` with `_zoom`.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal.answers import database, kept_for, no_records
from portal.area import Box
from portal.clusters import map_view

WORLD = "-180,-85,180,85"
ZOOM = "5"


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.map$", map_data)]


async def map_data(datasette, request):
    if refused := await no_records(datasette, request, located=True):
        return refused
    db, selection = database(datasette, request), request.scope["selection"]
    viewport = Box.read(selection.get("_viewport") or WORLD)
    zoom = float(selection.get("_zoom") or ZOOM)
    return Response(
        await map_view(db, selection, request.scope["table"], viewport, zoom),
        headers=kept_for(datasette),
        content_type="application/json; charset=utf-8",
    )
