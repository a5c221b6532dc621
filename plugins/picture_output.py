"""`/baltic/<table>.svg` and `.png`: the map of a selection, and the card for links to it.

They show what the same query string shows in every other format. The last ones are kept, 20 MB of
them, by version, selection and language.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import answers, picture
from portal.app import ROOT
from portal.drawn_map import drawn_map
from portal.kept import Kept
from portal.language import language
from portal.site import Site

TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
_kept = Kept(20_000_000, len)


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.(?P<format>svg|png)$", answer)]


async def answer(datasette, request):
    if refused := await answers.no_records(datasette, request, located=True):
        return refused
    kind, selection = request.url_vars["format"], request.scope["selection"]
    path = answers.database(datasette, request).path
    key = (path, selection.table, selection.narrowing(), kind, language())
    made = _kept.get(key) or _kept.put(key, await _made(datasette, request, kind))
    download = answers.attachment(selection, f"{selection.table}.{kind}")
    return Response(made, headers=answers.kept_for(datasette) | download, content_type=TYPES[kind])


async def _made(datasette, request, kind):
    card_map = (picture.CARD[0] - picture.PANEL, picture.CARD[1])
    width, height = card_map if kind == "png" else picture.MAP
    shown = await drawn_map(
        answers.database(datasette, request),
        request.scope["selection"],
        request.scope["table"],
        width=width,
        height=height,
        closest=picture.CLOSEST,
        apart=picture.APART,
    )
    title = await answers.title(datasette, request)
    said = picture.words(title, shown, Site(datasette, ROOT / "static"))
    if kind == "svg":
        return picture.map_svg(shown.drawing, said).encode()
    return await picture.png(picture.card_svg(shown.drawing, said))
