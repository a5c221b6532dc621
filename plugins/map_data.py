"""`/baltic/<table>.map`: what the map shows of a selection, clusters made here.

It takes the query string of every other format, and `_viewport=west,south,east,north` with `_zoom`.
"""

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from portal.answers import refusal
from portal.area import Box
from portal.catalogue import catalogue
from portal.clusters import map_view
from portal.language import gettext as _

WORLD = "-180,-85,180,85"
ZOOM = "5"


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.map$", map_data)]


async def map_data(datasette, request):
    database = tilde_decode(request.url_vars["database"])
    known = catalogue(datasette, database)
    table = known and known.tables.get(tilde_decode(request.url_vars["table"]))
    if not table or not table.has_geometry:
        message = _("There is no map of this table, for its records have no place.")
        return await refusal(datasette, message, status=404, page=False)
    selection = request.scope["selection"]
    viewport = Box.read(selection.get("_viewport") or WORLD)
    zoom = float(selection.get("_zoom") or ZOOM)
    answer = await map_view(
        datasette.get_database(route=database), selection, table, viewport, zoom
    )
    return Response(
        answer,
        headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"},
        content_type="application/json; charset=utf-8",
    )
