"""Read the addresses of tables, records and SQL strictly, before Datasette sees them.

Stock Datasette ignores some filters it does not know (a wider result with status 200), answers 500
to others and takes a repeated key for "and". Here an address is parsed once (`portal.query`), and
Datasette gets the same selection in its own words, so that its links, paging, facets and exports
keep it. The page of a form is sent on to its tidy address (`portal.forms`).

Internal tables (search indexes, SQLite's own) are answered 404: Datasette only hides their names.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat
from portal.addresses import address
from portal.answers import refusal, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError, shown
from portal.explorer import shown_columns
from portal.forms import tidy, untracked
from portal.language import gettext as _
from portal.links import Links, with_mark
from portal.query import check_sql, parse, parse_record

#: Formats of ours. Those that walk a table's JSON have their query string read once more there.
EXPORTS = {"csv", "geojson", "xlsx", "bib", "csl", "svg", "png", "map", "ics", "atom"}


@hookimpl
def asgi_wrapper(datasette):
    async def redirect(scope, send, query):
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        location = Links(datasette).again(path) + with_mark(query)
        await Response.redirect(location).asgi_send(send)

    def wrap(app):
        async def strict(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            asked, query = address(scope, datasette), scope.get("query_string", b"")
            if not asked or asked.is_page:
                cleaned = untracked(query.decode("latin-1"))
                if cleaned is not None:
                    return await redirect(scope, send, cleaned)
            known = asked and catalogue(datasette, asked.database)
            if not known:
                return await app(scope, receive, send)
            if missing := _missing(asked, known, datasette):
                asking = compat.early_request(scope, receive)
                answer = await refusal(
                    datasette, missing, status=404, page=asked.is_page, request=asking
                )
                return await answer.asgi_send(send)
            table = known.tables.get(asked.table)
            if asked.table and not table:  # a stored query of the operator's
                return await app(scope, receive, send)
            page = asked.is_page
            if table and (refused := await withheld(datasette, table.name, page=page)):
                return await refused.asgi_send(send)
            is_list = bool(asked.table) and not asked.record
            tidied = tidy(query.decode("latin-1")) if asked.is_page and is_list else None
            if tidied is not None:
                return await redirect(scope, send, tidied)
            try:
                read = _read(query, asked, known, datasette)
            except QueryError as error:
                asking = compat.early_request(scope, receive)
                answer = await refusal(
                    datasette, str(error), status=400, page=asked.is_page, request=asking
                )
                return await answer.asgi_send(send)
            return await app(scope | read, receive, send)

        return strict

    return wrap


def _missing(asked, known, datasette):
    """What is not there, in words; None when all is."""
    queries = compat.metadata(datasette).get("databases", {}).get(asked.database, {})
    table = known.tables.get(asked.table)
    if asked.table and not table and asked.table not in queries.get("queries", {}):
        return _("There is no table %(table)s here.") % {"table": shown(asked.table)}
    formats = {"csv", "blob", *datasette.renderers}
    formats |= EXPORTS if table and not asked.record else set()
    formats |= {"ics"} if table and asked.record and table.has_days else set()
    formats |= set() if asked.table else {"db"}
    if asked.format and asked.format not in formats:
        return _("There is no format %(format)s here. There are %(formats)s.") % {
            "format": shown(asked.format),
            "formats": ", ".join(sorted(formats)),
        }
    keys = max(1, len(table.keys)) if table else 1
    if asked.record and len(asked.record.split(",")) != keys:
        return _("There is no record %(id)s here.") % {"id": shown(asked.record)}
    return None


def _read(query, asked, known, datasette):
    """What the request becomes: of a list its table, its selection, and that in Datasette's words.

    Views find the first two in the scope, and need not look for them again.
    """
    if not asked.table:
        check_sql(query, must_ask=asked.format not in ("", "json", "db"))
        return {}
    table = known.tables[asked.table]
    if asked.record:
        return {"query_string": parse_record(query, table).encode()}
    order = compat.order(datasette, table.name)
    selection = parse(query, table, order=order, form=asked.format)
    is_list = shown_columns(datasette, table) and not selection.wants_columns
    own_words = asked.format in EXPORTS or (not asked.format and is_list)
    words = selection.canonical() if own_words else selection.for_datasette()
    return {"query_string": words.encode(), "selection": selection, "table": table}
