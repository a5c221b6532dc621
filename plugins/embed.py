"""`/embed/map?…`: the map of a selection for a frame in another site, with credit and a way back.

The one page that other sites may frame (plugins/security_headers.py); it sets nothing and asks
nothing of the reader, not even where they are.
"""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import compat
from portal.answers import kept_for, refusal, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.explorer import summarise
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.map_words import map_of
from portal.query import parse

TABLE = "enterprises"


# Before the page of any table of any database, which would take `embed` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/embed/map$", embed)]


async def embed(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    if refused := await withheld(datasette, TABLE, page=True):
        return refused
    table = known.tables[TABLE]
    try:
        selection = parse(request.query_string, table, order=compat.order(datasette, TABLE))
        if selection.wants_columns:
            raise QueryError(_("The embedded map has no columns to choose or count."))
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True)
    view = await summarise(datasette, known, selection, facets=[])
    links = Links(datasette)
    html = await datasette.render_template(
        "embed.html",
        {
            "database": "baltic",
            "table": TABLE,
            "view": view,
            "map": map_of(table, selection.narrowing(), view.extent.bounds, links, asks=False),
            "here_table": links.table("baltic", TABLE),
            "choice": with_mark(selection.narrowing()),
        },
        request=request,
        view_name="embed",
    )
    return Response.html(html, headers=kept_for(datasette, listed=False))
