"""The page of one record, `/baltic/<table>/<id>`, of the tables that a visitor reads.

Its machine formats (`.json`, `.csv`) and the records of all other tables stay Datasette's.
"""

import re
from urllib.parse import urlencode, urlsplit

from datasette import hookimpl
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from portal import compat, facts, linked_data, partners
from portal.answers import kept_for
from portal.calendar_days import is_past, today
from portal.catalogue import catalogue
from portal.citation import cited_page, cited_work
from portal.event_days import seen_from_today, takes_place
from portal.language import gettext as _
from portal.language import number
from portal.links import Links
from portal.location import location
from portal.markdown import rendered
from portal.metadata import credited
from portal.naming import naming
from portal.nearby import REACH_KM
from portal.network import ACROSS
from portal.public import public
from portal.record import MOST_NAMES, content_tables, read
from portal.related import related
from portal.support import status_words


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)/(?P<pks>[^/.]+)$", record_page)]


@hookimpl
def prepare_jinja2_environment(env):
    env.filters |= {
        "path_key": tilde_encode,
        "kilometres": kilometres,
        "is_web_address": facts.is_web_address,
        "is_listing": facts.is_listing,
        "host": lambda address: urlsplit(address).netloc.removeprefix("www."),
    }


def kilometres(distance):
    """A distance as far as it means anything."""
    return number(round(distance)) if distance >= 1 else "< 1"


async def record_page(datasette, request, send):
    known = catalogue(datasette) if request.url_vars["database"] == "baltic" else None
    table = known and content_tables(known).get(tilde_decode(request.url_vars["table"]))
    if not table:
        return await compat.row_page(datasette, request, send)
    known = credited(known, compat.metadata(datasette))
    known = await public(datasette, known, set(content_tables(known)) - {table.name})
    database, key = "baltic", tilde_decode(request.url_vars["pks"])
    db = datasette.get_database(database)
    record, others = await db.execute_fn(
        lambda connection: _with_others(connection, known, table, key)
    )
    if record is None:
        return await _missing(datasette, request, table, key)
    body = record.values.get("body")
    path_key = tilde_encode(key)
    address = f"/baltic/{table.name}/{path_key}"
    list_of_all = (_(table.title), f"/baltic/{table.name}")
    about = linked_data.about(datasette, request, known, address, above=[list_of_all])
    citation = cited_page(datasette, db, record.label, about.url)
    words = {
        "database": database,
        "table": table.name,
        # Only then does datasette-leaflet-geojson bring its scripts.
        "columns": list(record.values) if record.is_located else None,
        "primary_key_values": [key],
        "path_key": path_key,
        "record": record,
        "groups": facts.groups(record),
        "unknown": facts.unknown(record),
        "text": body and rendered(body, Links(datasette).path),
        **others,
        "location": location(record),
        "is_across": record.values.get("country") in ACROSS,
        "may_have_changed": facts.may_have_changed(record),
        **_state(record),
        "own_choice": _own_choice(datasette, table, key),
        "citation": citation,
        "work": cited_work(record, citation),
        "reach": REACH_KM,
        "most_parts": MOST_NAMES,
        "correction": _correction(datasette, known, record),
        "lists": list(facts.lists(record)),
        "linked_data": linked_data.script_text(linked_data.linked_data(record, about)),
    }
    html = await datasette.render_template("record.html", words, request=request, view_name="row")
    json_path = datasette.urls.row(database, table.name, path_key, format="json")
    json_address = datasette.absolute_url(request, json_path)
    other = {"Link": f'<{json_address}>; rel="alternate"; type="application/json+datasette"'}
    return Response.html(html, headers=kept_for(datasette) | other)


def _with_others(connection, known, table, key):
    """The record, None where there is none, and the lists of others that its page shows."""
    record = read(connection, known, table, key)
    if record is None:
        return None, {}
    near = (*record.same_town.named, *record.same_field.named)
    shown = {(table.name, other.key) for other in near}
    return record, {
        "naming": list(naming(connection, known, table, key)),
        "related": related(connection, known, table, record.values, shown=shown),
        "partners": partners.matches(connection, known, table, record.values),
    }


async def _missing(datasette, request, table, key):
    words = {
        "database": "baltic",
        "table": table.name,
        "title": _("There is no such record"),
        "words": _("%(table)s: there is no record with the identifier “%(id)s”.")
        % {"table": _(table.title), "id": key if len(key) <= 100 else key[:99] + "…"},
        # What a mistyped or shortened address still tells of the name.
        "search": re.sub("[^a-z0-9]+", " ", key.partition("-")[2])[:100].strip(),
    }
    html = await datasette.render_template(
        "no_record.html", words, request=request, view_name="error"
    )
    return Response.html(html, status=404)


def _state(record):
    """How an event or a programme stands today."""
    values, columns = record.values, record.table.columns
    if record.table.has_days:
        is_to_come = takes_place(values) and not is_past(values)
        return {"now": seen_from_today(values), "is_to_come": is_to_come}
    if {"status", "deadline"} <= columns.keys():
        return {"applying": status_words(values, columns["status"], today())}
    return {}


def _own_choice(datasette, table, key):
    """Format of lists → the address of the list of this one record in it."""
    address, choice = datasette.urls.table("baltic", table.name), urlencode({"id": key})
    return {format: f"{address}.{format}?{choice}" for format in ("geojson", "png", "bib", "csl")}


def _correction(datasette, known, record):
    """Where a reader may say what is wrong: the desk, else the publisher's own website."""
    desk = compat.plugin_config(datasette, "portal").get("desk_url")
    asked = urlencode({"record": f"{record.table.name}/{record.key}"})
    if desk and facts.is_web_address(str(desk)):
        return {"desk": f"{desk.rstrip('/')}/contribute/correction?{asked}"}
    return {"publisher": known.publisher.get("path", "")}
