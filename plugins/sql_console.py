"""What anyone may ask in SQL: for so long, of such a size, and told in words when it is more.

A second of time (`sql_time_limit_ms`) does not bound memory: `select zeroblob(900000000)` takes
less and stops the portal for many seconds while it writes the answer out. So no value may be larger
than any that a record holds (the longest texts are of some kilobytes). With the limit of 1,000 rows
an answer is below 100 MB, and up to six times as much while JSON is made of it.
"""

import sqlite3

from datasette import hookimpl
from datasette.views.base import DatasetteError

from portal.answers import refusal
from portal.language import gettext as _
from portal.language import number

#: Bytes of one value, and of one row on its way through SQLite.
LARGEST = 100_000


@hookimpl
def prepare_connection(conn):
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)


@hookimpl
def handle_exception(datasette, request, exception):
    """Datasette's own words are HTML, also in JSON, and name a setting of the operator's."""
    if not isinstance(exception, DatasetteError) or exception.title != "SQL Interrupted":
        return None
    words = _(
        "The query took longer than it may here, %(seconds)s s. Ask for less, or download the "
        "whole database and ask it at home."
    ) % {"seconds": number(datasette.setting("sql_time_limit_ms") / 1000)}
    return lambda: refusal(datasette, words, status=400, page=not request.path.endswith(".json"))
