// The basemap of our own: land, borders and towns drawn on canvas tiles from static/basemap/*.json
// (Natural Earth 10m; GeoNames), so that no map sends a request to another server. Colours are
// custom properties of portal.css, so it follows the reader's light or dark preference. The towns'
// names are a layer of their own above what is drawn on the map, or circles would hide them.

const TILE = 256;
export const MAX_ZOOM = 9;
export const ATTRIBUTION = "Natural Earth, GeoNames";
const loaded = {};

const mercatorX = (longitude) => (longitude + 180) / 360;
const mercatorY = (latitude) =>
  (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2;

function projected(deltas, scale) {
  const points = new Float64Array(deltas.length);
  let [x, y, west, east, north, south] = [0, 0, 1, 0, 1, 0];
  for (let i = 0; i < deltas.length; i += 2) {
    x += deltas[i];
    y += deltas[i + 1];
    points[i] = mercatorX(x / scale);
    points[i + 1] = mercatorY(y / scale);
    west = Math.min(west, points[i]);
    east = Math.max(east, points[i]);
    north = Math.min(north, points[i + 1]);
    south = Math.max(south, points[i + 1]);
  }
  return { points, west, east, north, south };
}

function load(name) {
  loaded[name] ??= fetch(new URL(`basemap/${name}.json`, import.meta.url))
    .then((response) => response.json())
    .then(({ scale, land, borders, towns }) => ({
      land: land.map((ring) => projected(ring, scale)),
      borders: borders.map((line) => projected(line, scale)),
      towns: towns.map(([text, x, y, zoom]) => ({
        text, zoom, x: mercatorX(x / scale), y: mercatorY(y / scale),
      })),
    }));
  return loaded[name];
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--map-${name}`).trim();
  return {
    sea: colour("sea"), land: colour("land"), border: colour("border"),
    coast: colour("coast"), town: colour("town"),
  };
}

function trace(context, { points }, world, left, top, closed) {
  let [lastX, lastY] = [Infinity, Infinity];
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] * world - left;
    const y = points[i + 1] * world - top;
    if (i && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.7) continue;
    i ? context.lineTo(x, y) : context.moveTo(x, y);
    [lastX, lastY] = [x, y];
  }
  if (closed) context.closePath();
}

function drawLand(context, { land, borders }, world, left, top, paint) {
  const [west, east] = [left / world, (left + TILE) / world];
  const [north, south] = [top / world, (top + TILE) / world];
  const inSight = (shape) =>
    shape.west < east && shape.east > west && shape.north < south && shape.south > north;
  context.fillStyle = paint.sea;
  context.fillRect(0, 0, TILE, TILE);
  context.lineJoin = "round";
  const shapes = land.filter(inSight);
  context.strokeStyle = paint.coast;
  context.lineWidth = 1.6;
  for (const shape of shapes) {
    trace(context, shape, world, left, top, true);
    context.stroke();
  }
  context.fillStyle = paint.land;
  context.strokeStyle = paint.land;
  context.lineWidth = 0.6; // closes the hairlines between neighbours
  for (const shape of shapes) {
    trace(context, shape, world, left, top, true);
    context.fill();
    context.stroke();
  }
  context.strokeStyle = paint.border;
  context.lineWidth = 1;
  for (const line of borders.filter(inSight)) {
    trace(context, line, world, left, top, false);
    context.stroke();
  }
}

function drawTowns(context, { towns }, world, left, top, paint) {
  const zoom = Math.log2(world / TILE);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.lineWidth = 3.5;
  for (const town of towns) {
    if (town.zoom > zoom) break; // the file is in this order
    const x = town.x * world - left;
    const y = town.y * world - top;
    if (x < -200 || x > TILE + 10 || y < -10 || y > TILE + 10) continue;
    context.fillStyle = paint.town;
    context.beginPath();
    context.arc(x, y, 1.6, 0, 7);
    context.fill();
    context.strokeStyle = paint.land;
    context.strokeText(town.text, x + 9, y);
    context.fillText(town.text, x + 9, y);
  }
}

function tile(draw, { x, y, z }, done) {
  const canvas = document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = TILE * ratio;
  canvas.style.width = canvas.style.height = `${TILE}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  load(z > 5 ? "detail" : "overview")
    .then((data) => draw(context, data, TILE * 2 ** z, x * TILE, y * TILE, colours()))
    .then(() => done(null, canvas), (error) => done(error, canvas));
  return canvas;
}

/** Our basemap as a group of Leaflet layers: the land, and the names of towns. */
export function basemap(L) {
  const Land = L.GridLayer.extend({
    createTile: (coords, done) => tile(drawLand, coords, done),
  });
  const Towns = L.GridLayer.extend({
    beforeAdd(map) {
      const pane = map.getPane("towns") ?? map.createPane("towns");
      pane.style.zIndex = 450; // above circles (400), below markers (600)
      pane.style.pointerEvents = "none";
      L.GridLayer.prototype.beforeAdd.call(this, map);
    },
    createTile: (coords, done) => tile(drawTowns, coords, done),
  });
  const zooms = { minZoom: 3, maxZoom: MAX_ZOOM };
  const layers = [
    new Land({ ...zooms, attribution: ATTRIBUTION }),
    new Towns({ ...zooms, pane: "towns" }),
  ];
  window
    .matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => layers.forEach((layer) => layer.redraw()));
  return L.layerGroup(layers);
}

/** The layer maps begin with: the operator's tile server when one is set, else our own. */
export function baseLayer(L, tiles, tileLayer = L.tileLayer) {
  if (!tiles?.tile_url) return basemap(L);
  return tileLayer(tiles.tile_url, { maxZoom: 19, attribution: tiles.attribution ?? "" });
}
