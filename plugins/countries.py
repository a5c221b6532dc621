"""`/countries`, `/countries/<cc>` and `/countries/compare`: what there is by country."""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import charts, comparison, countries, linked_pages, wording
from portal.answers import attachment, kept_for, refusal, withheld
from portal.catalogue import catalogue
from portal.citation import cited_page
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
        (r"^/countries/compare\.csv$", compare_csv),
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
    if asked != code.lower():
        path = Links(datasette).path(f"/countries/{code.lower()}")
        return Response.redirect(str(path), status=301)
    profile = await countries.profile(db, known, code)
    before, after = countries.neighbours(code, codes)
    words = {
        "name": known.tables["enterprises"].columns["country"].label(code),
        "profile": profile,
        "codes": codes,
        "before": before,
        "after": after,
        "linked_data": script_text(_about_country(datasette, request, known, code)),
    }
    words |= _figures(datasette, known, profile.figures)
    html = await datasette.render_template(
        "country.html", _common(known) | words, request=request, view_name="country"
    )
    return Response.html(html, headers=kept_for(datasette))


def _figures(datasette, known, figures):
    """Map, charts and lists of the enterprises of one country."""
    table, selection = known.tables["enterprises"], countries.selected(figures.code)
    query = selection.canonical()
    founded = countries.founding(figures, table)
    sectors = countries.ranking(figures, table.columns["sector"], most=None)
    return {
        "figures": figures,
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
    }


def _about_country(datasette, request, known, code):
    column = known.tables["enterprises"].columns["country"]
    here = about(datasette, request, known, f"/countries/{code.lower()}", above=[_above()])
    return countries.linked_data(code, column.codes[code], column.label(code), here)


async def compare(datasette, request):
    known, refused = await _ready(datasette, request, plain=False)
    if refused:
        return refused
    db = datasette.get_database("baltic")
    whole = await countries.whole(db, known)
    codes, country = await _in_order(db, known), known.tables["enterprises"].columns["country"]
    try:
        chosen = comparison.to_compare(request.query_string, country, codes)
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True, request=request)
    named, canonical = [country.label(code) for code in chosen], countries.of_countries(chosen)
    path = f"/countries/compare{with_mark(canonical)}"
    here = about(datasette, request, known, path, above=[_above()])
    told = linked_pages.plain(here, _("Compare countries"))
    words = {
        "whole": whole,
        "codes": codes,
        "chosen": chosen,
        "title": comparison.title(named),
        "query": request.query_string,
        "canonical": canonical,
        "linked_data": script_text(told),
    }
    if len(chosen) > 1:
        words |= await _compared(db, known, whole, chosen)
        title = comparison.title(named, in_full=True)
        words["citation"] = cited_page(datasette, db, title, here.url)
    html = await datasette.render_template(
        "compare.html", _common(known) | words, request=request, view_name="countries"
    )
    return Response.html(html, headers=kept_for(datasette, listed=not request.query_string))


async def _compared(db, known, whole, chosen):
    """The table, the chart and the words of a comparison."""
    table = known.tables["enterprises"]
    compared = await countries.figures(db, known, chosen)
    groups, is_all = comparison.shares(compared, table.columns["sector"])
    return {
        "blocks": comparison.comparison(whole, compared, known),
        "chart": charts.grouped(groups),
        "groups": len(groups),
        "is_all": is_all,
        "differences": comparison.differences(compared, table),
        "enough": comparison.ENOUGH,
    }


async def compare_csv(datasette, request):
    known, refused = await _ready(datasette, request, plain=False, page=False)
    if refused:
        return refused
    db = datasette.get_database("baltic")
    whole = await countries.whole(db, known)
    country = known.tables["enterprises"].columns["country"]
    try:
        chosen = comparison.to_compare(request.query_string, country, whole.codes)
        comparison.at_least_two(chosen)
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=False)
    compared = await countries.figures(db, known, chosen)
    text = comparison.csv_text(comparison.comparison(whole, compared, known), chosen)
    name = attachment({"_dl": "1"}, f"countries-{'-'.join(chosen)}.csv")
    headers = kept_for(datasette, listed=False) | name
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


async def _ready(datasette, request, plain=True, page=True):
    """The catalogue, and a refusal where the answer may not be given or is asked too much.

    A `plain` page takes no parameters.
    """
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    if plain and request.query_string:
        words = _("This page takes no parameters; lists of records do.")
        return known, await refusal(datasette, words, status=400, page=True, request=request)
    for table in countries.NEEDED:
        if refused := await withheld(datasette, table, page=page):
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
        "across_query": countries.of_countries(ACROSS),
        "article": countries.ARTICLE,
    }


def _above():
    """The page above those of countries."""
    return _("Countries"), "/countries"
