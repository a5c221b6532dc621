"""`/assets/<digest>/…`: our own scripts, styles and maps, which a browser asks for once.

The digest is that of all files together, so a script may import another by its plain name and both
are of the same edition; a file under its digest never changes. Under another digest (a page that
was open while the portal was renewed) the present file is sent, and not kept.
"""

from datasette import hookimpl
from datasette.utils.asgi import asgi_static

from portal.app import ROOT
from portal.site import digest

STATIC = ROOT / "static"
KEPT = b"public, max-age=31536000, immutable"

send_file = asgi_static(STATIC)


@hookimpl
def register_routes():
    return [(r"^/assets/(?P<digest>[0-9a-f]+)/(?P<path>[\w/.-]+)$", asset)]


async def asset(request, send):
    kept = request.url_vars["digest"] == digest(STATIC)

    async def send_kept(message):
        if message["type"] == "http.response.start":
            control = KEPT if kept and message["status"] == 200 else b"no-cache"
            message = message | {"headers": [*message["headers"], (b"cache-control", control)]}
        await send(message)

    await send_file(request, send_kept)
