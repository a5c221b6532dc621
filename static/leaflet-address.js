// datasette-leaflet-geojson, once the page is there, takes Leaflet from this address; we give it ours.
const { leaflet } = window.datasette;
leaflet.LIBRARY_URL = leaflet.JAVASCRIPT_URL;
leaflet.JAVASCRIPT_URL = new URL("leaflet.js", import.meta.url).href;
