"""Every CSV, of tables, records and SQL: whole or broken off, guarded, and saying where it was cut.

All are made from Datasette's JSON. Its own CSV would lose records with equal values where its first
page ends, end with the error's text and status 200 when it fails, be empty with status 200 for SQL
that is wrong, and not say that an answer to SQL was cut at the limit of rows.

First of the wrappers, that is the innermost: the address has been read strictly by then.
"""

from urllib.parse import parse_qsl

from datasette import hookimpl

from portal.addresses import address, request_path
from portal.answers import attachment, refusal, stream
from portal.catalogue import catalogue
from portal.csv_rows import csv_text
from portal.walk import PageError, answer, begun, pages


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette):
    def wrap(app):
        async def csv_output(scope, receive, send):
            asked = address(scope, datasette)
            known = asked and asked.format == "csv" and catalogue(datasette, asked.database)
            if not known:
                return await app(scope, receive, send)
            path = request_path(scope, datasette).removesuffix(".csv")
            query = scope["query_string"].decode()
            options = dict(parse_qsl(query))
            headers = {"Content-Type": "text/csv; charset=utf-8"}
            headers |= attachment(options, f"{asked.table or asked.database}.csv")
            try:
                if asked.table in known.tables and not asked.record:
                    records = await begun(pages(datasette, path, query))
                else:
                    page, cut = await answer(datasette, path, query)
                    records = _only(page)
                    if cut:
                        headers["X-Truncated"] = str(len(page.rows))
            except PageError as error:
                refused = await refusal(datasette, str(error), status=error.status, page=False)
                return await refused.asgi_send(send)
            text = csv_text(records, header=options.get("_header") != "off")
            return await stream(scope, send, text, headers)

        return csv_output

    return wrap


async def _only(page):
    yield page
