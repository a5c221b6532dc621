"""The home page, `/`: a map of all enterprises, the numbers, what is next, what is new."""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import home, linked_data, linked_pages
from portal.answers import kept_for, refusal, withheld
from portal.app import ROOT
from portal.catalogue import catalogue
from portal.changes import changes
from portal.language import gettext as _
from portal.links import Links
from portal.map_words import map_of
from portal.public import public
from portal.record import content_tables
from portal.site import Site


@hookimpl
def register_routes():
    return [(r"^/$", home_page)]


async def home_page(datasette, request):
    if request.query_string:
        words = _("This page takes no parameters; lists of records do.")
        return await refusal(datasette, words, status=400, page=True)
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    if refused := await withheld(datasette, "enterprises", page=True):
        return refused
    db = datasette.get_database("baltic")
    shown = await home.enterprises(datasette, known)
    seen = await public(datasette, known, content_tables(known))
    events, upcoming = await home.events(db, known) if "events" in seen.tables else ([], False)
    links, site = Links(datasette), Site(datasette, ROOT / "static")
    told = linked_pages.home(
        linked_data.about(datasette, request, known, "/"),
        title=site.title,
        description=site.description,
        search=site.absolute(request, links.path("/search")),
    )
    html = await datasette.render_template(
        "home.html",
        {
            "shown": shown,
            "codes_of": known.tables,
            "by_country": home.most_first(shown, "country"),
            "by_sector": home.most_first(shown, "sector"),
            "sizes": await home.sizes(db, known),
            "map": map_of(shown.table, "", None, links, asks=False),
            "events": events,
            "upcoming": upcoming,
            "articles": await home.articles(db) if "articles" in seen.tables else [],
            "linked_data": linked_data.script_text(told),
            "changes": await db.execute_fn(lambda connection: changes(connection, seen)),
        },
        request=request,
        view_name="home",
    )
    return Response.html(html, headers=kept_for(datasette))
