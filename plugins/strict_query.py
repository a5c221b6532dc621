"""Read the addresses of tables and records strictly, before Datasette sees them.

Stock Datasette ignores some filters it does not know (a wider result with status 200), answers 500
to others and takes a repeated key for "and". Here an address is parsed once (`portal.query`), and
Datasette gets the same selection in its own words, so that its links, paging, facets and exports
keep it. The page of a form is sent on to its tidy address (`portal.forms`).

Internal tables (search indexes, SQLite's own) are answered 404: Datasette only hides their names.
"""

from datasette import hookimpl

from portal import compat
from portal.addresses import address
from portal.answers import refusal
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.forms import tidy
from portal.query import parse, parse_record

#: Formats of ours that walk a table's JSON, where their query string is read once more.
EXPORTS = {"csv", "geojson"}


@hookimpl
def asgi_wrapper(datasette):
    def wrap(app):
        async def strict(scope, receive, send):
            asked = address(scope, datasette) if scope["type"] == "http" else None
            known = asked and catalogue(datasette, asked.database)
            if not known:
                return await app(scope, receive, send)
            if _is_missing(asked, known, datasette):
                message = f"There is no table {asked.table} here."
                answer = await refusal(datasette, message, status=404, page=asked.is_page)
                return await answer.asgi_send(send)
            if asked.table not in known.tables:  # a stored query of the operator's
                return await app(scope, receive, send)
            query = scope.get("query_string", b"")
            tidied = tidy(query.decode("latin-1")) if asked.is_page and not asked.record else None
            if tidied is not None:
                return await _redirect(send, scope, tidied)
            try:
                rewritten = _rewritten(query, asked, known.tables[asked.table], datasette)
            except QueryError as error:
                answer = await refusal(datasette, str(error), status=400, page=asked.is_page)
                return await answer.asgi_send(send)
            return await app(dict(scope, query_string=rewritten.encode()), receive, send)

        return strict

    return wrap


def _is_missing(asked, known, datasette):
    formats = {"", "csv", "blob", *datasette.renderers} | (set() if asked.record else EXPORTS)
    queries = compat.metadata(datasette).get("databases", {}).get(asked.database, {})
    stored = asked.table in queries.get("queries", {})
    return asked.format not in formats or not (stored or asked.table in known.tables)


def _rewritten(query, asked, table, datasette):
    if asked.record:
        return parse_record(query)
    selection = parse(query, table, order=compat.order(datasette, table.name))
    return selection.canonical() if asked.format in EXPORTS else selection.for_datasette()


async def _redirect(send, scope, query):
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    location = path + (b"?" + query.encode() if query else b"")
    headers = [(b"location", location), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
