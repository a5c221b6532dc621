"""`/search?q=…`: one search over all sections, with `section` and `country` to narrow it."""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import countries, home, site_search
from portal.answers import kept_for, refusal, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.explorer import shown_columns
from portal.language import gettext as _


# Before the page of any table of any database, which would take `search` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/search$", search_page)]


async def search_page(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    sections = await site_search.open_sections(datasette, known)
    if not sections:
        return await withheld(datasette, "enterprises", page=True)
    question = site_search.question(known, sections)
    try:
        asked = site_search.read(request.query_string, question)
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True, request=request)
    db, country = datasette.get_database("baltic"), question.columns["country"]
    results = await site_search.search(db, known, sections, asked) if asked.text else None
    compared = countries.in_alphabet(results.compared, country) if results else []
    html = await datasette.render_template(
        "search.html",
        {
            "asked": asked,
            "results": results,
            "facets": results.facets(country) if results else [],
            "sections": {name: site_search.SECTIONS[name] for name in sections},
            "card_columns": {
                name: shown_columns(datasette, known.tables[name]) for name in sections
            },
            "sizes": await home.sizes(db, known),
            "countries": await countries.whole(db, known),
            "country": country.label,
            "choice": asked.choice(country),
            "chips": asked.chips(country),
            "compared": [country.label(code) for code in compared],
            "tried_countries": [country.label(code) for code in asked.countries],
            "tried": [_(site_search.SECTIONS[name]) for name in asked.sections or sections],
            "telling": site_search.telling,
        },
        request=request,
        view_name="search",
    )
    return Response.html(html, headers=kept_for(datasette, listed=False))
