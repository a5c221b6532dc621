"""`/baltic/<table>`: the list of a section's records with facets and a map, one page at a time.

Datasette's own table stays one click away, and answers whatever only it can (`_view=table`,
`_col`, `_facet`, …).
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat, linked_data, linked_pages
from portal.answers import kept_for
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.citation import cited
from portal.explorer import list_page, month_offered, orders, shown_columns
from portal.links import Links, with_mark
from portal.map_words import map_of
from portal.public import public_names


@hookimpl
def register_routes():
    return [(r"^/(?P<database>baltic)/(?P<table>[^/.]+)$", table_page)]


async def table_page(datasette, request, send):
    table, selection = request.scope.get("table"), request.scope.get("selection")
    columns = shown_columns(datasette, table) if table else []
    if not columns or selection.wants_columns:
        return await compat.table_page(datasette, request, send)
    known = await public_names(datasette, catalogue(datasette), table)
    page = await list_page(datasette, known, selection)
    shown, query = page.summary, selection.narrowing()
    where = None
    if table.has_geometry:
        where = map_of(table, query, shown.extent.bounds, Links(datasette))
    path = f"/baltic/{table.name}{with_mark(selection.canonical())}"
    told = linked_pages.records(
        linked_data.about(datasette, request, known, path),
        table,
        shown.title,
        None if page.month else page.listing,
    )
    html = await datasette.render_template(
        "explorer.html",
        {
            "database": "baltic",
            "table": table.name,
            "view": shown,
            "listing": page.listing,
            "card_columns": columns,
            "orders": orders(page),
            "month": page.month,
            "month_offered": month_offered(page),
            "this_month": today().isoformat()[:7],
            "whens": page.whens,
            "citation": cited(datasette, request, shown.title),
            "map": where,
            "linked_data": linked_data.script_text(told),
        },
        request=request,
        view_name="explorer",
    )
    return Response.html(html, headers=kept_for(datasette, listed=selection.is_plain))
