"""`/about`, `/about/privacy`, `/about/accessibility`: what one may want to know of the portal."""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import compat
from portal.answers import kept_for

PAGES = {"": "about.html", "privacy": "privacy.html", "accessibility": "accessibility.html"}


# Before the page of any table of any database, which would take `about` for one.
@hookimpl(tryfirst=True)
def register_routes():
    return [(r"^/about(/(?P<page>privacy|accessibility))?$", about)]


async def about(datasette, request):
    page = request.url_vars["page"] or ""
    contact = compat.plugin_config(datasette, "portal").get("contact")
    html = await datasette.render_template(
        PAGES[page], {"contact": contact}, request=request, view_name="about"
    )
    return Response.html(html, headers=kept_for(datasette))
