"""One basemap for all maps, our own, unless the operator names a tile server.

datasette-leaflet-geojson draws on OpenStreetMap's tiles without asking, but takes Leaflet from the
address in `datasette.leaflet.JAVASCRIPT_URL`. Registered last, this points that address at
`static/leaflet.js`, which is Leaflet with our basemap in the place of tile layers.
"""

import json

from datasette import hookimpl

from portal import compat
from portal.app import ROOT
from portal.language import gettext as _
from portal.site import Site


@hookimpl(trylast=True)
def extra_body_script(datasette):
    leaflet = Site(datasette, ROOT / "static").asset("leaflet.js")
    tiles = _as_script(compat.plugin_config(datasette, "baltic-map"))
    words = _as_script(
        {"place": _("The place on the map"), "zoomIn": _("Zoom in"), "zoomOut": _("Zoom out")}
    )
    return (
        "datasette.leaflet.LIBRARY_URL = datasette.leaflet.JAVASCRIPT_URL;\n"
        f"datasette.leaflet.JAVASCRIPT_URL = '{leaflet}';\n"
        f"datasette.leaflet.TILES = {tiles};\n"
        f"datasette.leaflet.WORDS = {words};"
    )


def _as_script(value):
    """`value` as it may stand in a script of a page."""
    return json.dumps(value).replace("<", "\\u003c")


@hookimpl
def extra_template_vars(datasette):
    return {"tiles": compat.plugin_config(datasette, "baltic-map")}
