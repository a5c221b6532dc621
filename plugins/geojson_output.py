"""`/baltic/<table>.geojson`: the records of a table with places, complete and streamed.

datasette-geojson gives one page only, from a renderer that must hold it whole; hence this route.
Should a page fail half-way the stream ends without the closing bracket, which no client takes for
complete GeoJSON.
"""

from datasette import hookimpl
from datasette.utils import tilde_decode

from portal.answers import refusal
from portal.catalogue import catalogue
from portal.geojson import feature_collection
from portal.walk import PageError, begun, pages

CONTENT_TYPE = b"application/geo+json; charset=utf-8"


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.geojson$", geojson)]


async def geojson(datasette, request, send):
    database = tilde_decode(request.url_vars["database"])
    known = catalogue(datasette, database)
    table = known and known.tables.get(tilde_decode(request.url_vars["table"]))
    if not table or not table.has_geometry:
        return await refusal(datasette, _without_places(known, table), status=404, page=False)
    if "geometry" in request.args.getlist("_nocol"):
        message = "GeoJSON needs the column geometry, so _nocol=geometry is not possible."
        return await refusal(datasette, message, status=400, page=False)
    query = request.query_string + ("&_col=geometry" if "_col" in request.args else "")
    try:
        records = await begun(pages(datasette, datasette.urls.table(database, table.name), query))
    except PageError as error:
        return await refusal(datasette, str(error), status=error.status, page=False)
    headers = [(b"content-type", CONTENT_TYPE)]
    if "_dl" in request.args:
        name = f'attachment; filename="{table.name}.geojson"'
        headers.append((b"content-disposition", name.encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if request.method != "HEAD":
        async for piece in feature_collection(records, table, known):
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
    return await send({"type": "http.response.body", "body": b""})


def _without_places(known, table):
    places = [other.name for other in known.tables.values() if other.has_geometry] if known else []
    subject = table.title if table else "This table"
    return f"{subject}: there is no GeoJSON, for its records have no place. {', '.join(places)} do."
