// The basemap of our own: land, lakes, borders and towns drawn on canvas tiles from
// static/basemap/*.json (Natural Earth 10m, GeoNames; lakes OpenStreetMap), so that no map sends a
// request to another server. Colours are custom properties of portal.css, so it follows the reader's
// light or dark preference. The towns' names are a layer of their own above what is drawn on the
// map, or circles would hide them.

const TILE = 256;
/** So many points of a line are drawn, or passed over, together. */
const RUN = 32;
export const MAX_ZOOM = 9;
export const ATTRIBUTION =
  "Natural Earth, GeoNames, © " +
  '<a href="https://www.openstreetmap.org/copyright">OpenStreetMap contributors</a>';

/** The address of a street map, for what lies beyond MAX_ZOOM: for a link, never for a request. */
export function streetMapLink(lat, lon, zoom) {
  const [y, x] = [lat, lon].map((degrees) => Number(degrees).toFixed(5));
  const z = Math.min(19, Math.max(0, Math.round(zoom)));
  return `https://www.openstreetmap.org/?mlat=${y}&mlon=${x}#map=${z}/${y}/${x}`;
}

const mercatorX = (longitude) => (longitude + 180) / 360;
const mercatorY = (latitude) =>
  (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2;

/** The bounds of points i = from, from + 2, … below `to` of [x, y, x, y, …]. */
function bounds(points, from, to) {
  const box = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (let i = from; i < to; i += 2) {
    box.west = Math.min(box.west, points[i]);
    box.east = Math.max(box.east, points[i]);
    box.north = Math.min(box.north, points[i + 1]);
    box.south = Math.max(box.south, points[i + 1]);
  }
  return box;
}

const meet = (a, b) =>
  a.west < b.east && a.east > b.west && a.north < b.south && a.south > b.north;

/** A line of a file on a map of the world one unit wide. */
function projected(deltas, scale) {
  const points = new Float64Array(deltas.length);
  let [x, y] = [0, 0];
  for (let i = 0; i < deltas.length; i += 2) {
    x += deltas[i];
    y += deltas[i + 1];
    points[i] = mercatorX(x / scale);
    points[i + 1] = mercatorY(y / scale);
  }
  const runs = [];
  for (let from = 0; from < points.length; from += 2 * RUN) {
    const to = Math.min(from + 2 * RUN, points.length);
    // With the points next to it, so that every piece of the line, its curves too, is in a run.
    const box = bounds(points, Math.max(0, from - 4), Math.min(to + 2, points.length));
    runs.push({ from, to, box });
  }
  return { points, runs, box: bounds(points, 0, points.length) };
}

function prepared([{ scale, land, borders, towns, capitals, left }, waters]) {
  const named = towns.map(([text, x, y, zoom]) => ({
    text, zoom, x: mercatorX(x / scale), y: mercatorY(y / scale), left: false, capital: false,
  }));
  for (const i of capitals) named[i].capital = true;
  for (const i of left) named[i].left = true;
  return {
    land: land.map((ring) => projected(ring, scale)),
    borders: borders.map((line) => projected(line, scale)),
    lakes: waters.lakes.map((ring) => projected(ring, waters.scale)),
    towns: named,
  };
}

async function fetched(name) {
  const response = await fetch(new URL(`basemap/${name}.json`, import.meta.url));
  if (!response.ok) throw new Error(`No ${name}.json: ${response.status}`);
  return response.json();
}

const loaded = {};

/** What is drawn at a zoom. The first view needs the small files only. */
function load(zoom) {
  const files = zoom < 6 ? ["overview", "lakes"] : ["detail", "lakes-detail"];
  loaded[files[0]] ??= Promise.all(files.map(fetched)).then(prepared);
  loaded[files[0]].catch(() => delete loaded[files[0]]); // the next tile tries again
  return loaded[files[0]];
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");
let paint = null;
dark.addEventListener("change", () => { paint = null; });

function colours() {
  if (paint) return paint;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--map-${name}`).trim();
  paint = {
    sea: colour("sea"), land: colour("land"), border: colour("border"),
    coast: colour("coast"), town: colour("town"),
  };
  return paint;
}

/**
 * Adds a line to the path, its corners rounded. A run out of sight is one straight piece, since it
 * does not cross the view.
 */
function trace(context, { points, runs }, { world, left, top, sight }, closed) {
  let x = points[0] * world - left;
  let y = points[1] * world - top;
  context.moveTo(x, y);
  for (const { from, to, box } of runs) {
    for (let i = meet(box, sight) ? from : to - 2; i < to; i += 2) {
      const nextX = points[i] * world - left;
      const nextY = points[i + 1] * world - top;
      if (i < to - 2 && Math.abs(nextX - x) + Math.abs(nextY - y) < 0.7) continue;
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
      [x, y] = [nextX, nextY];
    }
  }
  context.lineTo(x, y);
  if (closed) context.closePath();
}

function drawLand(context, { land, lakes, borders }, view, paint) {
  const { world, sight } = view;
  const inSight = (line) => meet(line.box, sight);
  // A speck of a lake tells nothing, and a thousand of them only make the land look ill.
  const large = ({ box }) => (box.east - box.west + box.south - box.north) * world > 9;
  const path = (lines, closed) => {
    context.beginPath();
    for (const line of lines) trace(context, line, view, closed);
  };
  const stroke = (colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  };
  context.lineJoin = "round";
  context.fillStyle = paint.sea;
  context.fillRect(0, 0, TILE, TILE);
  path(land.filter(inSight), true);
  stroke(paint.coast, 1.8); // the inner half is painted over
  context.fillStyle = paint.land;
  context.fill();
  path(lakes.filter((line) => inSight(line) && large(line)), true);
  context.fillStyle = paint.sea;
  context.fill("evenodd");
  stroke(paint.coast, 0.9);
  path(borders.filter(inSight), false);
  stroke(paint.border, 1.1);
}

const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/** A town stands out the more, the farther off it was named already. */
function lettering(town, zoom) {
  if (town.capital) return { font: `600 13px ${FAMILY}`, dot: 2.2 };
  const seniority = Math.min(2, Math.floor(zoom) - town.zoom);
  return { font: `${11 + seniority * 0.75}px ${FAMILY}`, dot: 1.4 + seniority * 0.2 };
}

function drawTowns(context, { towns }, { zoom, world, left, top }, paint) {
  const reach = 200; // longer than any name
  const inSight = [];
  for (const town of towns) {
    if (town.zoom > zoom) break; // the file is in this order
    const [x, y] = [Math.round(town.x * world) - left, Math.round(town.y * world) - top];
    if (x < -reach || x > TILE + reach || y < -12 || y > TILE + 12) continue;
    inSight.push({ ...lettering(town, zoom), town, x, y });
  }
  if (!inSight.length) return;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = paint.land;
  context.fillStyle = paint.town;
  const each = (draw) => {
    for (const { town, x, y, font, dot } of inSight) {
      context.font = font;
      context.textAlign = town.left ? "right" : "left";
      draw(town.text, town.left ? x - 6 : x + 6, y, x, dot);
    }
  };
  context.globalAlpha = 0.85;
  each((text, start, y) => context.strokeText(text, start, y));
  context.globalAlpha = 1;
  each((text, start, y, x, dot) => {
    context.beginPath();
    context.arc(x, y, dot, 0, 7);
    context.fill();
    context.fillText(text, start, y);
  });
}

function tile(draw, { x, y, z }, done) {
  const canvas = document.createElement("canvas");
  const world = TILE * 2 ** z;
  const [left, top] = [x * TILE, y * TILE];
  const margin = 4;
  const sight = {
    west: (left - margin) / world, east: (left + TILE + margin) / world,
    north: (top - margin) / world, south: (top + TILE + margin) / world,
  };
  load(z)
    .then((data) => {
      canvas.width = canvas.height = Math.ceil(TILE * (window.devicePixelRatio || 1));
      const context = canvas.getContext("2d");
      context.scale(canvas.width / TILE, canvas.width / TILE);
      draw(context, data, { zoom: z, world, left, top, sight }, colours());
    })
    .then(() => done(null, canvas), (error) => done(error, canvas));
  return canvas;
}

/** Our basemap as a group of Leaflet layers: the land, and the names of towns. */
export function basemap(L) {
  // Leaflet draws tiles for whole zooms and stretches them between, which makes lines and names
  // thick or thin; these are drawn for half zooms too. Both methods are called for every view.
  const Sharp = L.GridLayer.extend({
    options: { minZoom: 3, maxZoom: MAX_ZOOM, noWrap: true, keepBuffer: 1 },
    _setView(center, zoom, ...rest) {
      this._drawnZoom = Math.round(zoom * 2) / 2;
      L.GridLayer.prototype._setView.call(this, center, zoom, ...rest);
    },
    _clampZoom() {
      return this._drawnZoom;
    },
    onAdd(map) {
      L.GridLayer.prototype.onAdd.call(this, map);
      this._repaint = () => this.redraw();
      dark.addEventListener("change", this._repaint);
    },
    onRemove(map) {
      dark.removeEventListener("change", this._repaint);
      L.GridLayer.prototype.onRemove.call(this, map);
    },
  });
  const Land = Sharp.extend({
    createTile: (coords, done) => tile(drawLand, coords, done),
  });
  const Towns = Sharp.extend({
    beforeAdd(map) {
      const pane = map.getPane("towns") ?? map.createPane("towns");
      pane.style.zIndex = 450; // above circles (400), below markers (600)
      pane.style.pointerEvents = "none";
      L.GridLayer.prototype.beforeAdd.call(this, map);
    },
    createTile: (coords, done) => tile(drawTowns, coords, done),
  });
  return L.layerGroup([new Land({ attribution: ATTRIBUTION }), new Towns({ pane: "towns" })]);
}

/** The layer maps begin with: the operator's tile server when one is set, else our own. */
export function baseLayer(L, tiles, tileLayer = L.tileLayer) {
  if (!tiles?.tile_url) return basemap(L);
  return tileLayer(tiles.tile_url, { maxZoom: 19, attribution: tiles.attribution ?? "" });
}
