"""`/baltic/<table>.geojson`: the records of a table with places, complete and streamed.

datasette-geojson gives one page only, from a renderer that must hold it whole; hence this route.
Should a page fail half-way the stream ends without the closing bracket, which no client takes for
complete GeoJSON.
"""

from datasette import hookimpl

from portal import compat
from portal.answers import attachment, database, no_records, refusal, stream
from portal.catalogue import catalogue
from portal.geojson import feature_collection
from portal.metadata import credited
from portal.walk import PageError, begun, pages


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.geojson$", geojson)]


async def geojson(datasette, request, send):
    if refused := await no_records(datasette, request, located=True):
        return refused
    if "geometry" in request.args.getlist("_nocol"):
        message = "GeoJSON needs the column geometry, so _nocol=geometry is not possible."
        return await refusal(datasette, message, status=400, page=False)
    db, table = database(datasette, request), request.scope["table"]
    query = request.query_string + ("&_col=geometry" if "_col" in request.args else "")
    try:
        records = await begun(pages(datasette, datasette.urls.table(db.name, table.name), query))
    except PageError as error:
        return await refusal(datasette, str(error), status=error.status, page=False)
    known = credited(catalogue(datasette, db.route), compat.metadata(datasette))
    headers = {"Content-Type": "application/geo+json; charset=utf-8"}
    headers |= attachment(request.scope["selection"], f"{table.name}.geojson")
    return await stream(request.scope, send, feature_collection(records, table, known), headers)
