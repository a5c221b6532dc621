"""`/baltic/<table>.bib` and `.csl`: how to cite the records an address selects.

`.bib` is BibTeX, `.csl` CSL-JSON, which Zotero, Mendeley, pandoc and the like read. The address
cited is the page's, without what only orders or cuts it.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal.answers import attachment, kept_for, no_records, title
from portal.citation import cited

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
    found = cited(datasette, request, await title(datasette, request))
    return Response(
        found.bibtex if kind == "bib" else found.csl_json,
        headers=kept_for(datasette) | attachment(selection, f"{selection.table}.{kind}"),
        content_type=TYPES[kind],
    )
