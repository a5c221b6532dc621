"""`/countries`, `/countries/<cc>` and `/countries/compare`: what there is by country."""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import charts, countries, linked_pages, wording
from portal.answers import kept_for, refusal, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.language import gettext as _
from portal.linked_data import about, script_text
from portal.links import Links, with_mark
from portal.map_words import map_of
from portal.network import ACROSS


# Before the page of any table of any database, which would take `countries` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [
        (r"^/countries$", index),
        (r"^/countries/compare$", compare),
        (r"^/countries/(?P<code>[^/]+)$", country_page),
    ]


async def index(datasette, request):
    known, refused = await _ready(datasette, request)
    return refused or await _index(datasette, request, known)


async def country_page(datasette, request):
    known, refused = await _ready(datasette, request)
    if refused:
        return refused
    db = datasette.get_database("baltic")
    codes = await _in_order(db, known)
    asked = request.url_vars["code"]
    code = asked.upper()
    if code not in codes:
        return await _index(datasette, request, known, missing=True)
    path = f"/countries/{code.lower()}"
    if asked != code.lower():
        return Response.redirect(str(Links(datasette).path(path)), status=301)
    profile = await countries.profile(db, known, code)
    table, figures = known.tables["enterprises"], profile.figures
    selection = countries.selected(code)
    query = selection.canonical()
    name = table.columns["country"].label(code)
    founded = countries.founding(figures, table)
    sectors = countries.ranking(figures, table.columns["sector"], most=None)
    before, after = countries.neighbours(code, codes)
    words = {
        "name": name,
        "profile": profile,
        "figures": figures,
        "tables": known.tables,
        "codes": codes,
        "before": before,
        "after": after,
        "query": query,
        "map_title": wording.in_words(selection, table, {}),
        "map": map_of(table, query, figures.extent.bounds, Links(datasette), asks=False),
        "places": countries.places(figures, table.columns["precision"]),
        "sectors": sectors,
        "sector_chart": charts.bars([line.item for line in sectors.lines]),
        "founded": founded,
        "unknown_years": charts.percent(1 - founded.known / (figures.total or 1)),
        "founded_chart": charts.columns(countries.years_of(founded)),
        "rankings": {
            column: countries.ranking(figures, table.columns[column])
            for column in ("city", "legal_form", "registered_status")
        },
        "linked_data": script_text(
            countries.linked_data(
                code,
                table.columns["country"].codes[code],
                name,
                about(datasette, request, known, path, above=[_above()]),
            )
        ),
    }
    html = await datasette.render_template(
        "country.html", _common(known) | words, request=request, view_name="country"
    )
    return Response.html(html, headers=kept_for(datasette))


async def compare(datasette, request):
    known, refused = await _ready(datasette, request, plain=False)
    if refused:
        return refused
    db = datasette.get_database("baltic")
    whole = await countries.whole(db, known)
    codes = await _in_order(db, known)
    try:
        chosen = countries.to_compare(request.query_string, codes)
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True, request=request)
    table = known.tables["enterprises"]
    words = {"whole": whole, "codes": codes, "chosen": chosen, "query": request.query_string}
    if len(chosen) > 1:
        compared = await countries.figures(db, known, chosen)
        groups, is_all = countries.shares(compared, table.columns["sector"])
        words |= {
            "blocks": countries.comparison(whole, compared, known),
            "chart": charts.grouped(groups),
            "groups": len(groups),
            "is_all": is_all,
            "differences": countries.differences(compared, table),
            "enough": countries.ENOUGH,
        }
    canonical = countries.comparing(chosen)
    here = about(
        datasette, request, known, f"/countries/compare{with_mark(canonical)}", above=[_above()]
    )
    told = linked_pages.plain(here, _("Compare countries"))
    words |= {"canonical": canonical, "linked_data": script_text(told)}
    html = await datasette.render_template(
        "compare.html", _common(known) | words, request=request, view_name="countries"
    )
    headers = kept_for(datasette)
    if request.query_string:
        headers["X-Robots-Tag"] = "noindex"
    return Response.html(html, headers=headers)


async def _ready(datasette, request, plain=True):
    """The catalogue, and a refusal where the page may not be shown or is asked too much."""
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    if plain and request.query_string:
        words = _("This page takes no parameters; lists of records do.")
        return known, await refusal(datasette, words, status=400, page=True, request=request)
    for table in countries.NEEDED:
        if refused := await withheld(datasette, table, page=True):
            return known, refused
    return known, None


async def _in_order(db, known):
    column = known.tables["enterprises"].columns["country"]
    return countries.in_alphabet((await countries.whole(db, known)).codes, column)


async def _index(datasette, request, known, missing=False):
    db = datasette.get_database("baltic")
    words = {
        "whole": await countries.whole(db, known),
        "codes": await _in_order(db, known),
        "missing": missing,
        "linked_data": script_text(
            linked_pages.plain(
                about(datasette, request, known, "/countries"), _("Countries"), "CollectionPage"
            )
        ),
    }
    html = await datasette.render_template(
        "countries.html", _common(known) | words, request=request, view_name="countries"
    )
    return Response.html(html, status=404 if missing else 200, headers=kept_for(datasette))


def _common(known):
    """How templates name countries and the lists of their records."""
    return {
        "country": known.tables["enterprises"].columns["country"].label,
        "column_of": {name: countries.country_column(known.tables[name]) for name in known.tables},
        "tables": known.tables,
        "across": ACROSS,
        "article": countries.ARTICLE,
    }


def _above():
    """The page above those of countries."""
    return _("Countries"), "/countries"
