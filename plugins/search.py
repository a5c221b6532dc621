"""Make Datasette's own `_search=` find any spelling.

Datasette hands the words to the SQL function `escape_fts`; ours folds them as the build folded the
index (`Kobenhavn` finds København) and makes the last one a prefix. Registered last, so that it
replaces Datasette's function of that name.
"""

from datasette import hookimpl

from portal.search import match_expression


@hookimpl(trylast=True)
def prepare_connection(conn):
    conn.create_function("escape_fts", 1, match_expression, deterministic=True)
