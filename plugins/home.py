"""The home page, `/`: a map of all enterprises, the numbers, the next events, the newest texts."""

from datetime import UTC, datetime

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import home
from portal.app import ROOT
from portal.catalogue import catalogue
from portal.drawing import drawing


@hookimpl
def register_routes():
    return [(r"^/$", home_page)]


async def home_page(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound("There is no published database.")
    db = datasette.get_database("baltic")
    shown = await home.overview(datasette, db, known)
    events, upcoming = await home.events(db, datetime.now(UTC).date())
    html = await datasette.render_template(
        "home.html",
        {
            "shown": shown,
            "drawing": drawing(shown, ROOT / "static" / "basemap" / "overview.json"),
            "events": events,
            "upcoming": upcoming,
            "articles": await home.articles(db),
        },
        request=request,
        view_name="home",
    )
    return Response.html(html, headers={"Cache-Control": "max-age=60"})
