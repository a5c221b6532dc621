"""Words and places (`_search`, `_bbox`, `_near`) as filters of every format of a table.

Datasette filters by columns; what is beside them comes in through its hook here, so that its table,
JSON and everything walked from that select what our own pages do. Its own `_search` stays unused,
for it is not told of our indexes.
"""

from datasette import hookimpl
from datasette.filters import FilterArguments

from portal import conditions
from portal.catalogue import catalogue


@hookimpl
def prepare_connection(conn):
    conditions.prepare(conn)


@hookimpl
def filters_from_request(request, database, table, datasette):
    known = catalogue(datasette, database)
    if not known or table not in known.tables:
        return None

    def read(connection):
        selection = request.scope["selection"]
        return conditions.beside_columns(connection, selection, known.tables[table])

    async def inner():
        parts = await datasette.get_database(database).execute_fn(read)
        params = {key: value for part in parts for key, value in part.params.items()}
        return FilterArguments([part.sql for part in parts], params)

    return inner
