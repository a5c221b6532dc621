"""`/partners`: what enterprises and organisations seek and offer across borders, and how to say so.

Who could match one record stands on that record's page.
"""

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Response

from portal import partners
from portal.answers import kept_for, refusal, withheld
from portal.catalogue import catalogue
from portal.errors import QueryError
from portal.language import gettext as _
from portal.linked_data import about, breadcrumbs, document, script_text, web_page
from portal.links import with_mark
from portal.questions import read
from portal.wording import chips


# Before the page of any table of any database, which would take `partners` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/partners$", finding_partners)]


async def finding_partners(datasette, request):
    known = catalogue(datasette)
    if not known:
        raise NotFound(_("There is no published database."))
    for table in partners.TABLES:
        if refused := await withheld(datasette, table, page=True):
            return refused
    question = partners.question(known)
    try:
        asked = read(request.query_string, question)
    except QueryError as error:
        return await refusal(datasette, str(error), status=400, page=True, request=request)
    title, path = partners.title(asked, question), partners.PATH + with_mark(asked.canonical())
    page = about(datasette, request, known, path)
    said = await partners.said(datasette, known)
    html = await datasette.render_template(
        "partners.html",
        {
            "asked": asked,
            "title": title,
            "chips": list(chips(asked, question, {})),
            "question": question.columns,
            "tables": {name: known.tables[name] for name in partners.TABLES},
            "said": said,
            "countries": partners.countries(known, said),
            "is_silent": not partners.anyone(said),
            "linked_data": script_text(document(web_page(page, title), breadcrumbs(page, title))),
            "lists": await partners.lists(datasette, known, asked) if asked.narrows else [],
        },
        request=request,
        view_name="partners",
    )
    return Response.html(html, headers=kept_for(datasette, listed=not asked.narrows))
