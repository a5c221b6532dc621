"""`/assets/<digest>/…`: our own scripts, styles and maps, which a browser asks for once.

The files of datasette-leaflet are kept too: their names hold their version.

The digest is that of all files together, so a script may import another by its plain name and both
are of the same edition; a file under its digest never changes. Under another digest (a page that
was open while the portal was renewed) the present file is sent, and not kept.
"""

from datasette import hookimpl
from datasette.utils.asgi import asgi_static

from portal.addresses import request_path
from portal.app import ROOT
from portal.site import digest

STATIC = ROOT / "static"
LEAFLET = "/-/static-plugins/datasette-leaflet/"
KEPT = b"public, max-age=31536000, immutable"

send_file = asgi_static(STATIC)


@hookimpl
def register_routes():
    return [(r"^/assets/(?P<digest>[0-9a-f]+)/(?P<path>[\w/.-]+)$", asset)]


async def asset(request, send):
    kept = request.url_vars["digest"] == digest(STATIC)

    await send_file(request, kept_by_browsers(send, KEPT if kept else b"no-cache"))


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def with_leaflet_kept(scope, receive, send):
            if scope["type"] == "http" and request_path(scope, datasette).startswith(LEAFLET):
                send = kept_by_browsers(send, KEPT)
            return await app(scope, receive, send)

        return with_leaflet_kept

    return wrap


def kept_by_browsers(send, control):
    """`send` that says of a file how long it may be kept."""

    async def send_kept(message):
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = message | {"headers": [*message["headers"], (b"cache-control", control)]}
        await send(message)

    return send_kept
