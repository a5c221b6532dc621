"""`/baltic/<table>.svg` and `.png`: the map of a selection, and the card for links to it.

They show what the same query string shows in every other format. The last ones are kept, by
version, selection and language.
"""

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from portal import picture, wording
from portal.answers import refusal
from portal.app import ROOT
from portal.catalogue import catalogue
from portal.drawn_map import drawn_map
from portal.kept import Kept
from portal.language import language
from portal.site import Site

TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
_kept = Kept(200)


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.(?P<format>svg|png)$", answer)]


async def answer(datasette, request):
    known = catalogue(datasette, tilde_decode(request.url_vars["database"]))
    table = known and known.tables.get(tilde_decode(request.url_vars["table"]))
    if not table or not table.has_geometry:
        name = table.title if table else "This table"
        words = f"{name}: there is no picture, for its records have no place on the map."
        return await refusal(datasette, words, status=404, page=False)
    kind = request.url_vars["format"]
    selection = request.scope["selection"]
    db = datasette.get_database(tilde_decode(request.url_vars["database"]))
    key = (db.path, table.name, selection.narrowing(), kind, language())
    made = _kept.get(key) or _kept.put(key, await _made(datasette, db, known, selection, kind))
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if selection.get("_dl") == "on":
        headers["Content-Disposition"] = f'attachment; filename="{table.name}.{kind}"'
    return Response(made, headers=headers, content_type=TYPES[kind])


async def _made(datasette, db, known, selection, kind):
    table = known.tables[selection.table]
    called = await db.execute_fn(lambda connection: wording.names(connection, selection, table))
    card_map = (picture.CARD[0] - picture.PANEL, picture.CARD[1])
    width, height = card_map if kind == "png" else picture.MAP
    shown = await drawn_map(
        db,
        selection,
        table,
        width=width,
        height=height,
        closest=picture.CLOSEST,
        apart=picture.APART,
    )
    site = Site(datasette, ROOT / "static")
    said = picture.words(wording.in_words(selection, table, called), shown, site)
    if kind == "svg":
        return picture.map_svg(shown.drawing, said).encode()
    return await picture.png(picture.card_svg(shown.drawing, said))
