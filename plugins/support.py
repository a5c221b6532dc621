"""`/support`: a reader says country, stage and need, and gets organisations and programmes."""

from datasette import hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import NotFound, Response

from portal import support
from portal.answers import kept_for, refusal, withheld
from portal.calendar_days import today
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.language import gettext as _
from portal.linked_data import about, script_text
from portal.links import Links, with_mark
from portal.map_words import map_of
from portal.network import ACROSS
from portal.public import public
from portal.questions import read


# Before the page of any table of any database, which would take `support` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/support$", find_support)]


@hookimpl
def prepare_jinja2_environment(env, datasette):
    def status_words(programme):
        """Whether one can apply, of a programme by the names of its columns."""
        status = catalogue(datasette).tables["programmes"].columns["status"]
        return support.status_words(programme, status, today())

    env.globals["status_words"] = status_words


async def find_support(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    for table in support.TABLES:
        if refused := await withheld(datasette, table, page=True):
            return refused
    try:
        asked = read(request.query_string, support.question(known))
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True, request=request)
    seen = await public(datasette, known, support.BESIDE)
    found = await support.find(datasette.get_database("baltic"), seen, asked)
    links, query = Links(datasette), found.mapped.narrowing()
    html = await datasette.render_template(
        "support.html",
        {
            "found": found,
            "across": ACROSS,
            "part_title": lambda part: support.part_title(part, found),
            "columns_beside": {name: known.tables[name].columns for name in support.BESIDE},
            "map": map_of(found.mapped_table, query, found.on_map.bounds, links, asks=False),
            "linked_data": script_text(_linked_data(datasette, request, known, found)),
        },
        request=request,
        view_name="support",
    )
    return Response.html(html, headers=kept_for(datasette, listed=not asked.narrows))


def _linked_data(datasette, request, known, found):
    def address(table, key):
        return datasette.absolute_url(request, links.row("baltic", table, tilde_encode(key)))

    links, path = Links(datasette), support.PATH + with_mark(found.asked.canonical())
    return support.linked_data(found, about(datasette, request, known, path), address)
