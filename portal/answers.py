"""Short answers of our own, in the form the reader asked for: a page, or JSON."""

from __future__ import annotations

from datasette.app import Datasette
from datasette.utils.asgi import Response

from portal import compat

#: What machines are told; pages say it in the reader's language.
_TITLES = {400: "This address is not understood", 404: "Not found"}


async def refusal(ds: Datasette, message: str, *, status: int, page: bool) -> Response:
    """Say in words why an address is not answered."""
    words = {"error": message, "status": status}
    answer: Response
    if page:
        await compat.ready(ds)
        html = await ds.render_template("error.html", words, view_name="error")
        answer = Response.html(html, status=status)
    else:
        answer = Response.json({"ok": False, **words, "title": _TITLES.get(status)}, status=status)
    return answer
