"""`/baltic/<table>`: the list of a section's records with facets and a map, one page at a time.

Datasette's own table stays one click away, and answers whatever only it can (`_view=table`,
`_col`, `_facet`, …).
"""

from datetime import UTC, datetime

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from portal import compat
from portal.catalogue import catalogue
from portal.citation import citation, data_version
from portal.explorer import explore, facet_columns, orders, shown_columns
from portal.links import Links, with_mark
from portal.map_words import map_of


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)$", table_page)]


async def table_page(datasette, request, send):
    database = tilde_decode(request.url_vars["database"])
    known = catalogue(datasette, database)
    table = known and known.tables.get(tilde_decode(request.url_vars["table"]))
    selection = request.scope.get("selection")
    columns = shown_columns(datasette, table) if table else []
    if not columns or selection.wants_columns:
        return await compat.table_page(datasette, request, send)
    await compat.check_may_view(datasette, request, table.name)
    facets = facet_columns(datasette, table)
    view = await explore(datasette, selection, table, facets=facets)
    page = datasette.urls.table(database, table.name) + with_mark(selection.narrowing())
    cited = citation(
        known,
        view.title,
        datasette.absolute_url(request, page),
        datetime.now(UTC).date(),
        data_version(known, datasette.get_database(database).path),
    )
    where = None
    if table.has_geometry:
        query = selection.narrowing()
        where = map_of(table, query, view.extent.bounds, Links(datasette))
    html = await datasette.render_template(
        "explorer.html",
        {
            "database": database,
            "table": table.name,
            "view": view,
            "card_columns": columns,
            "orders": orders(view),
            "citation": cited,
            "map": where,
        },
        request=request,
        view_name="explorer",
    )
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if not selection.is_plain:
        headers["X-Robots-Tag"] = "noindex"
    return Response.html(html, headers=headers)
