"""Words for templates: the site as a whole, and the columns of the table a page is about."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from datasette import hookimpl

from portal import compat
from portal.app import ROOT
from portal.catalogue import catalogue
from portal.chips import chips
from portal.query import parse
from portal.site import Site, day, period


@hookimpl
def prepare_jinja2_environment(env, datasette):
    async def label_of(table, key):
        """The name of one record, by which a link to it is called."""
        column = catalogue(datasette).tables[table].label_column
        labels = await datasette.get_database("baltic").execute(
            f'select "{column}" from "{table}" where id = ?',  # noqa: S608
            [key],
        )
        return labels.first()[0] if labels.first() else key

    env.globals |= {
        "site": Site(datasette, ROOT / "static"),
        "label_of": label_of,
        "period": period,
        "chips": chips,
    }
    env.filters |= {"day": day, "items": json.loads, "from_start": from_start}


def from_start(address):
    """`address` without its page: another choice begins at its own first page."""
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "_next"]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


@hookimpl
def extra_template_vars(datasette, database, table, request, view_name):
    known = catalogue(datasette, database) if database and table else None
    if not known or table not in known.tables:
        return {}
    words = {"this": known.tables[table], "codes_of": known.tables}
    if view_name == "table":
        config = datasette.plugin_config("portal", database=database, table=table) or {}
        order = compat.order(datasette, table)
        words["selection"] = parse(request.query_string, known.tables[table], order=order)
        words["list_columns"] = config.get("columns")
    return words
