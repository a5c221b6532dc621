"""The addresses of removed records: 410 with the reason, or 301 to the record that took its place.

Pages and machine formats alike, so that a citation, a link and a program that keeps ids all learn
what became of a record.
"""

from datasette import hookimpl
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from portal import compat
from portal.addresses import address
from portal.catalogue import catalogue
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.removals import outcome, removals


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def removed_records(scope, receive, send):
            asked = address(scope, datasette)
            known = asked and asked.record and catalogue(datasette, asked.database)
            if not known:
                return await app(scope, receive, send)
            db = datasette.get_database(route=asked.database)
            found = outcome(await removals(db, known), asked.table, tilde_decode(asked.record))
            if found is None:
                return await app(scope, receive, send)
            if found.replaced_by:
                answer = _moved(datasette, scope, db, asked, found.replaced_by)
            else:
                answer = await _gone(datasette, db, asked, found)
            return await answer.asgi_send(send)

        return removed_records

    return wrap


def _moved(datasette, scope, db, asked, key):
    links = Links(datasette)
    path = links.row(db.name, asked.table, tilde_encode(key), format=asked.format or None)
    query = with_mark(scope["query_string"].decode("latin-1"))
    return Response.redirect(f"{path}{query}", status=301)


async def _gone(datasette, db, asked, removal):
    title = _("This record is not here any more")
    if asked.is_page:
        await compat.ready(datasette)
        words = {
            "database": db.name,
            "table": asked.table,
            "title": title,
            "words": removal.words,
        }
        html = await datasette.render_template("no_record.html", words, view_name="error")
        return Response.html(html, status=410)
    words = {"removed_on": removal.removed_on, "reason": removal.reason}
    told = {"ok": False, "error": removal.words, "status": 410, "title": title, **words}
    return Response.json(told, status=410)
