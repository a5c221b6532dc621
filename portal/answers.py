"""What our answers have in common: refusals in words, headers, how a long body is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_decode
from datasette.utils.asgi import Request, Response

from portal import compat, wording
from portal.catalogue import Catalogue, catalogue
from portal.language import gettext as _
from portal.public import public_names
from portal.query import Selection
from portal.values import TRUTH

#: What machines are told; pages say it in the reader's language.
_TITLES = {400: "This address is not understood", 404: "Not found"}


async def refusal(
    ds: Datasette, message: str, *, status: int, page: bool, request: Request | None = None
) -> Response:
    """Say in words why an address is not answered: as a page, or as JSON.

    A page that knows the `request` offers itself in the other languages.
    """
    words = {"error": message, "status": status}
    answer: Response
    if page:
        await compat.ready(ds)
        html = await ds.render_template("error.html", words, request=request, view_name="error")
        answer = Response.html(html, status=status)
    else:
        answer = Response.json({"ok": False, **words, "title": _TITLES.get(status)}, status=status)
    return answer


async def withheld(ds: Datasette, table: str, *, page: bool) -> Response | None:
    """A refusal where the operator keeps a table from the public; None where not."""
    if await compat.may_view(ds, table):
        return None
    words = _("This table is not for the public.")
    return await refusal(ds, words, status=403, page=page)


async def no_records(ds: Datasette, request: Request, *, located: bool = False) -> Response | None:
    """A refusal unless a request is for the records of a table of ours, `located` ones if need be.

    `plugins/strict_query.py` has put table and selection into the scope of those.
    """
    table = request.scope.get("table")
    if table is None:
        words = _("There is no such page.")
    elif located and not table.has_geometry:
        words = _("There is no map of this table, for its records have no place.")
    else:
        return None
    return await refusal(ds, words, status=404, page=False)


def took_too_long(error: BaseException) -> bool:
    """Whether a time limit ended a query, which is no error of the database's."""
    return isinstance(error, sqlite3.OperationalError) and str(error) == "interrupted"


def database(ds: Datasette, request: Request) -> Database:
    """The database that the address of a request names."""
    found: Database = ds.get_database(route=tilde_decode(request.url_vars["database"]))
    return found


async def title(ds: Datasette, request: Request) -> str:
    """In words, which records a request is for."""
    selection, table = request.scope["selection"], request.scope["table"]
    db = database(ds, request)
    known = await public_names(ds, catalogue(ds, str(db.route)) or Catalogue(), table)
    called = await db.execute_fn(
        lambda connection: wording.names(connection, selection, table, known)
    )
    return wording.in_words(selection, table, called)


def kept_for(ds: Datasette, *, listed: bool = True) -> dict[str, str]:
    """The header that says how long an answer may be kept; and whether search engines may not have
    it `listed`.
    """
    kept = {"Cache-Control": f"max-age={ds.setting('default_cache_ttl')}"}
    return kept if listed else kept | {"X-Robots-Tag": "noindex"}


def attachment(asked: Selection | dict[str, str], name: str) -> dict[str, str]:
    """The header that makes an answer a download called `name`, where `_dl` asks for one."""
    if TRUTH.get(asked.get("_dl") or "") != "1":
        return {}
    name = name.encode("ascii", "replace").decode()
    return {"Content-Disposition": f'attachment; filename="{name}"'}


async def stream(
    scope: dict[str, Any],
    send: Callable[[dict[str, Any]], Awaitable[None]],
    pieces: AsyncIterable[str | bytes],
    headers: dict[str, str],
) -> None:
    """Send a body piece by piece; nothing of it is made for a HEAD."""
    raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    if scope["method"] != "HEAD":
        async for piece in pieces:
            body = piece.encode() if isinstance(piece, str) else piece
            await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
