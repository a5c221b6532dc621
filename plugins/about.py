"""`/about`, `/about/privacy`, `/about/accessibility`: what one may want to know of the portal."""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat, linked_data, linked_pages
from portal.answers import kept_for, refusal
from portal.catalogue import Catalogue, catalogue
from portal.language import N_
from portal.language import gettext as _

#: Last part of the path → template, name, kind of page in the terms of schema.org.
PAGES = {
    "": ("about.html", N_("About, sources and funding"), "AboutPage"),
    "privacy": ("privacy.html", N_("Privacy"), "WebPage"),
    "accessibility": ("accessibility.html", N_("Accessibility"), "WebPage"),
}


# Before the page of any table of any database, which would take `about` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/about(/(?P<page>privacy|accessibility))?$", about)]


async def about(datasette, request):
    if request.query_string:
        words = _("This page takes no parameters; lists of records do.")
        return await refusal(datasette, words, status=400, page=True, request=request)
    page = request.url_vars["page"] or ""
    template, name, kind = PAGES[page]
    known = catalogue(datasette) or Catalogue()
    here = linked_data.about(datasette, request, known, f"/about/{page}".rstrip("/"))
    contact = compat.plugin_config(datasette, "portal").get("contact")
    html = await datasette.render_template(
        template,
        {
            "contact": contact,
            "linked_data": linked_data.script_text(linked_pages.plain(here, _(name), kind)),
        },
        request=request,
        view_name="about",
    )
    return Response.html(html, headers=kept_for(datasette))
