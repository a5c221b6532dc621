"""Headers that keep every request on our origin, and paths and pages that are nobody's business.

- Content-Security-Policy: everything from here; inline scripts and styles only because Datasette
  writes some. An operator's tile server is the one exception, when there is one.
- Datasette redirects `/\\example.com/` abroad, and `//example.com` is an address abroad wherever a
  redirect repeats it: no path with a backslash or two slashes is answered.
- No page may be framed elsewhere but the one made for it (plugins/embed.py).
- Introspection pages show file paths, or cost much (`/-/password-tool` hashes in the event loop).
- Nothing here can be changed, so nothing but reading is answered, and OPTIONS at once (Datasette
  would work the whole page out for it).
- Search engines list pages, not the data behind them: what is no page is marked `noindex`.
- The portal has no accounts, so credentials and cookies of a request are not even looked at: they
  would make answers private, and a malformed `Authorization` header a 500.
"""

import logging
import re
from urllib.parse import urlsplit

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat
from portal.addresses import address, request_path
from portal.answers import refusal
from portal.language import gettext as _
from portal.links import stripped

CLOSED = re.compile(
    r"/-/(threads|databases|password-tool|messages|allow-debug|permissions|patterns|auth-token|"
    r"login|logout)(\.json)?/?"
)

FRAMED = "/embed/map"


@hookimpl(trylast=True)
def asgi_wrapper(datasette):
    tile_url = compat.plugin_config(datasette, "baltic-map").get("tile_url")
    headers, framed = _headers(tile_url), _headers(tile_url, framed=True)

    def wrap(app):
        async def secured(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)

            asked = address(scope, datasette)
            path = request_path(scope, datasette)
            _code, page = stripped(path)
            ours = framed if page == FRAMED else headers
            ours = ours + ([] if not asked or asked.is_page else [_NOT_LISTED])
            names = {name for name, _ in ours}
            begun = []

            async def send_secured(message):
                if message["type"] == "http.response.start":
                    given = message.get("headers", [])
                    kept = [(k, _without_persons(k, v)) for k, v in given if k.lower() not in names]
                    message = dict(message, headers=kept + ours)
                    begun.append(message["status"])
                await send(message)

            if "\\" in path or "%5c" in path.lower() or "//" in path or CLOSED.fullmatch(page):
                words = _("There is no such page.")
                answer = await refusal(datasette, words, status=404, page=True)
                return await answer.asgi_send(send_secured)
            if scope["method"] not in ("GET", "HEAD"):
                words = "This portal is for reading: GET, HEAD and OPTIONS are all it answers."
                answer = await refusal(datasette, words, status=405, page=False)
                if scope["method"] == "OPTIONS":
                    answer = Response("", status=204)
                answer.headers["Allow"] = "GET, HEAD, OPTIONS"
                return await answer.asgi_send(send_secured)
            anonymous = [(k, v) for k, v in scope["headers"] if k not in _PERSONAL]
            try:
                return await app(dict(scope, headers=anonymous), receive, send_secured)
            except Exception:
                # What failed before Datasette took over, which answers for the rest itself.
                if begun:
                    raise
                logging.exception("%s failed", path)
                answer = await refusal(datasette, "", status=500, page=not asked or asked.is_page)
                return await answer.asgi_send(send_secured)

        return secured

    return wrap


def _without_persons(name, value):
    """Datasette says that its pages differ by who asks; ours are the same for everyone."""
    if name.lower() != b"vary":
        return value
    parts = [part for part in value.split(b", ") if part.lower() not in _PERSONAL]
    return b", ".join(parts) or b"Accept-Encoding"


_NOT_LISTED = (b"x-robots-tag", b"noindex")
_PERSONAL = (b"authorization", b"cookie")


def _headers(tile_url, *, framed=False):
    images = "'self' data:"
    if tile_url:
        address = urlsplit(tile_url.replace("{s}", "*"))
        images += f" {address.scheme}://{address.netloc}"
    ancestors = "*" if framed else "'self'"
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; object-src 'none'; base-uri 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}"
    )
    headers = [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]
    return headers if framed else [*headers, (b"x-frame-options", b"SAMEORIGIN")]
