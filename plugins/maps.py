"""One basemap for all maps, our own, unless the operator names a tile server.

datasette-leaflet-geojson draws on OpenStreetMap's tiles without asking, but takes Leaflet from the
address in `datasette.leaflet.JAVASCRIPT_URL`. `static/leaflet-address.js`, on every page that has
its script, points that at `static/leaflet.js`: Leaflet with our basemap in the place of tiles.
"""

from datasette import hookimpl

from portal import compat


@hookimpl
def extra_template_vars(datasette):
    return {"tiles": compat.plugin_config(datasette, "baltic-map")}
