"""`/baltic/<table>.bib` and `.csl`: how to cite the records an address selects.

`.bib` is BibTeX, `.csl` CSL-JSON, which Zotero, Mendeley, pandoc and the like read. The address
cited is the page's, without what only orders or cuts it. Of one library item or article, chosen by
its `id`, there is also, and first, the work itself.
"""

from datasette import hookimpl
from datasette.utils import tilde_encode
from datasette.utils.asgi import Response

from portal import citation
from portal.answers import attachment, database, kept_for, no_records, title
from portal.catalogue import catalogue
from portal.language import ENGLISH
from portal.links import Links
from portal.public import public
from portal.record import content_tables, read

TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}


@hookimpl
def register_routes():
    return [(r"^/(?P<database>[^/.]+)/(?P<table>[^/.]+)\.(?P<format>bib|csl)$", answer)]


async def answer(datasette, request):
    if refused := await no_records(datasette, request):
        return refused
    kind, selection = request.url_vars["format"], request.scope["selection"]
    cited = await _of_one_work(datasette, request)
    if cited is None:
        cited = [citation.cited(datasette, request, await title(datasette, request))]
    return Response(
        citation.bibtex(cited) if kind == "bib" else citation.csl_json(cited),
        headers=kept_for(datasette) | attachment(selection, f"{selection.table}.{kind}"),
        content_type=TYPES[kind],
    )


async def _of_one_work(datasette, request):
    """What to cite where the address chooses one work; None where it does not."""
    db, table = database(datasette, request), request.scope["table"]
    key = citation.only_work(request.scope["selection"])
    if key is None:
        return None
    known = catalogue(datasette, str(db.route))
    seen = await public(datasette, known, content_tables(known))
    record = await db.execute_fn(lambda connection: read(connection, seen, table, key))
    if record is None:
        return None
    page = Links(datasette, ENGLISH).row(db.name, table.name, tilde_encode(key))
    address = datasette.absolute_url(request, page)
    found = citation.cited_page(datasette, db, record.label, address)
    return citation.entries(found, citation.cited_work(record, found))
