"""`/robots.txt`, `/sitemap.xml` and `/sitemap-<n>.xml`: which pages there are for search engines.

All pages stand in `/sitemap.xml`, or, where they are too many for one file, in files that it names.
"""

import asyncio

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import sitemap
from portal.answers import kept_for, refusal, stream
from portal.catalogue import catalogue
from portal.language import LANGUAGES
from portal.language import gettext as _
from portal.links import Links
from portal.public import public

XML = "application/xml; charset=utf-8"


# Before the page of any table of any database, which would take these for databases.
@hookimpl(tryfirst=True)
def register_routes():
    return [
        (r"^/robots\.txt$", robots),
        (r"^/sitemap\.xml$", whole),
        (r"^/sitemap-(?P<number>[1-9][0-9]{0,5})\.xml$", part),
    ]


async def robots(datasette, request):
    address = _absolute(datasette, request, "/sitemap.xml")
    text = sitemap.robots(address, datasette.setting("base_url"))
    return Response.text(text, headers=kept_for(datasette))


async def whole(datasette, request, send):
    if refused := await _refused(datasette, request):
        return refused
    parts = await _read(datasette, sitemap.parts)
    if len(parts) <= 1:
        return await _send(datasette, request, send, 1)
    addresses = [
        (_absolute(datasette, request, f"/sitemap-{part.number}.xml"), part.changed)
        for part in parts
    ]
    return Response(sitemap.index(addresses), content_type=XML, headers=kept_for(datasette))


async def part(datasette, request, send):
    if refused := await _refused(datasette, request):
        return refused
    return await _send(datasette, request, send, int(request.url_vars["number"]))


async def _send(datasette, request, send, number):
    pages = await _read(datasette, sitemap.pages, number)
    if not pages:
        return await refusal(datasette, _("There is no such page."), status=404, page=False)
    homes = {code: _absolute(datasette, request, "/", code) for code in LANGUAGES}

    async def pieces():
        for piece in sitemap.sitemap(pages, homes):
            yield piece
            await asyncio.sleep(0)  # a robot's file must not keep readers waiting

    headers = {"Content-Type": XML} | kept_for(datasette)
    return await stream(request.scope, send, pieces(), headers)


async def _refused(datasette, request):
    if not request.query_string:
        return None
    words = _("A sitemap takes no parameters.")
    return await refusal(datasette, words, status=400, page=False)


async def _read(datasette, what, *arguments):
    """What `what` reads of the pages that the public may see."""
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    seen = {*(await public(datasette, known, sitemap.tables_shown(known))).tables}
    db = datasette.get_database("baltic")
    return await db.execute_fn(lambda connection: what(connection, known, seen, *arguments))


def _absolute(datasette, request, path, code=None):
    return datasette.absolute_url(request, Links(datasette, code).path(path))
