"""Words for templates: the site as a whole, and the columns of the table a page is about."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from datasette import hookimpl

from portal.app import ROOT
from portal.calendar_days import city_of
from portal.catalogue import catalogue
from portal.highlight import excerpt, highlighted
from portal.links import Links, with_mark
from portal.network import ACROSS
from portal.public import public_names
from portal.site import Site
from portal.wording import chips, names

#: Characters of a summary that a card shows.
EXCERPT = 260


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
        "across": ACROSS,
        "label_of": label_of,
    }
    env.filters |= {
        "query": with_mark,
        "city_of_zone": city_of,
        "added_to": added_to,
        "hits": hits,
        "excerpt": excerpt_of_hits,
        "items": json.loads,
        "from_start": from_start,
        "localised": Links(datasette).again,
    }


def from_start(address):
    """`address` without its page: another choice begins at its own first page."""
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] != "_next"]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def added_to(pairs, query):
    """A query string with more pairs."""
    return "?" + "&".join(filter(None, [query, urlencode(pairs)]))


def hits(text, found):
    """`text` with the words marked that were searched for."""
    return highlighted(text, found.words) if found else text


def excerpt_of_hits(text, found):
    """The part of a long text in which they are."""
    return excerpt(text, found.words if found else (), EXCERPT)


@hookimpl
def extra_template_vars(datasette, database, table, request, view_name):
    known = catalogue(datasette, database) if database and table else None
    if not known or table not in known.tables:
        return {}
    this = known.tables[table]
    words = {"this": this, "codes_of": known.tables}
    if view_name != "table":
        return words

    async def with_selection():
        selection = request.scope["selection"]
        db = datasette.get_database(database)
        seen = await public_names(datasette, known, this)
        called = await db.execute_fn(lambda connection: names(connection, selection, this, seen))
        return words | {"selection": selection, "chips": list(chips(selection, this, called))}

    return with_selection
