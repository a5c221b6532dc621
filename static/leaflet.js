// Loaded by datasette-leaflet-geojson in place of Leaflet (leaflet-address.js): the real Leaflet, whose
// tile layers, hard-coded there to OpenStreetMap's server, are our own basemap.
import { baseLayer } from "./basemap.js";

const words = JSON.parse(document.getElementById("leaflet-words").textContent);
await import(window.datasette.leaflet.LIBRARY_URL);
const { Control, Map, Marker, tileLayer } = window.L;
window.L.tileLayer = () => baseLayer(window.L, words.tiles, tileLayer);
Map.mergeOptions({ zoomSnap: 0.5 });
Control.Attribution.mergeOptions({ prefix: '<a href="https://leafletjs.com">Leaflet</a>' });
Control.Zoom.mergeOptions({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut });
// A place is pointed at by its marker, which does nothing when pressed.
Marker.mergeOptions({ alt: words.place, keyboard: false });
