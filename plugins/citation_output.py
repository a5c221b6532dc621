"""`/baltic/<table>.bib` and `.csl`: how to cite the records an address selects.

`.bib` is BibTeX, `.csl` CSL-JSON, which Zotero, Mendeley, pandoc and the like read. The address
cited is the page's, without what only orders or cuts it.
"""

from datetime import UTC, datetime

from datasette import hookimpl
from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from portal import wording
from portal.catalogue import catalogue
from portal.citation import citation, data_version

TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.(?P<format>bib|csl)$", answer)]


async def answer(datasette, request):
    name = tilde_decode(request.url_vars["database"])
    known, db = catalogue(datasette, name), datasette.get_database(name)
    selection = request.scope["selection"]
    table = known.tables[selection.table]
    called = await db.execute_fn(lambda connection: wording.names(connection, selection, table))
    query = selection.narrowing()
    path = datasette.urls.table(name, table.name) + (f"?{query}" if query else "")
    cited = citation(
        known,
        wording.in_words(selection, table, called),
        datasette.absolute_url(request, path),
        datetime.now(UTC).date(),
        data_version(known, db.path),
    )
    kind = request.url_vars["format"]
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if selection.get("_dl") == "on":
        headers["Content-Disposition"] = f'attachment; filename="{table.name}.{kind}"'
    body = cited.bibtex if kind == "bib" else cited.csl_json
    return Response(body, headers=headers, content_type=TYPES[kind])
