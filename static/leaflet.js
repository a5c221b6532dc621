// Loaded by datasette-leaflet-geojson in place of Leaflet (plugins/maps.py): the real Leaflet, whose
// tile layers, hard-coded there to OpenStreetMap's server, are our own basemap.
import { baseLayer } from "./basemap.js";

const { LIBRARY_URL, TILES, WORDS } = window.datasette.leaflet;
await import(LIBRARY_URL);
const { Control, Map, Marker, tileLayer } = window.L;
window.L.tileLayer = () => baseLayer(window.L, TILES, tileLayer);
Map.mergeOptions({ zoomSnap: 0.5 });
Control.Attribution.mergeOptions({ prefix: '<a href="https://leafletjs.com">Leaflet</a>' });
// A place is pointed at by its marker, which does nothing when pressed.
Marker.mergeOptions({ alt: WORDS?.place ?? "The place on the map", keyboard: false });
if (WORDS) Control.Zoom.mergeOptions({ zoomInTitle: WORDS.zoomIn, zoomOutTitle: WORDS.zoomOut });
