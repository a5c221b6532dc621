// Loaded by datasette-leaflet-geojson in place of Leaflet (plugins/maps.py): the real Leaflet, whose
// tile layers, hard-coded there to OpenStreetMap's server, are our own basemap.
import { baseLayer } from "./basemap.js";

const { LIBRARY_URL, TILES } = window.datasette.leaflet;
await import(LIBRARY_URL);
const tileLayer = window.L.tileLayer;
window.L.tileLayer = () => baseLayer(window.L, TILES, tileLayer);
// A place is pointed at by its marker, which does nothing when pressed.
window.L.Marker.mergeOptions({ alt: "The place on the map", keyboard: false });
