// The basemap of our own: land, lakes, borders and towns drawn on canvas tiles from
// static/basemap/ (Natural Earth 10m, GeoNames; lakes OpenStreetMap), so that no map sends a
// request to another server. From zoom 6 on it is in sheets, of which those in sight are loaded.
// Colours are custom properties of portal.css, so it follows the reader's light or dark preference.
// The towns' names are a layer of their own above what is drawn on the map, or circles would hide
// them.

const TILE = 256;
/** So many points of a line are drawn, or passed over, together. */
const RUN = 32;
export const MAX_ZOOM = 9;
/**
 * From this zoom on the map is in sheets, which are the tiles of this zoom; these columns and rows
 * of them. Beyond them the small files serve all zooms.
 */
const SHEETS = { zoom: 6, west: 27, east: 40, north: 13, south: 22 };
/** From this zoom on more towns are named, which are in files of their own. */
const MORE_TOWNS = 8;
/** How long after a file failed it is asked for once more, in ms. */
const PATIENCE = 1000;
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

/** The numbers of a sheet's line; build/assets/sheets.py tells how they are written. */
function read(text) {
  const numbers = [];
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = code - (code > 92 ? 36 : 35);
    if (letter >= 70) {
      value = value * 21 + letter - 70;
    } else {
      value = value * 70 + letter;
      numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
      value = 0;
    }
  }
  return numbers;
}

/** A line of a file on a map of the world one unit wide. */
function projected(line, scale) {
  const deltas = typeof line === "string" ? read(line) : line;
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

function prepared({ scale, land, borders, lakes, towns, capitals, left }) {
  const lines = (all = []) => all.map((line) => projected(line, scale));
  const named = (towns ?? []).map(([text, x, y, zoom]) => ({
    text, zoom, x: mercatorX(x / scale), y: mercatorY(y / scale), left: false, capital: false,
  }));
  for (const i of capitals ?? []) named[i].capital = true;
  for (const i of left ?? []) named[i].left = true;
  return { land: lines(land), borders: lines(borders), lakes: lines(lakes), towns: named };
}

async function asked(name) {
  const response = await fetch(new URL(`basemap/${name}.json`, import.meta.url));
  if (!response.ok) throw new Error(`No ${name}.json: ${response.status}`);
  return prepared(await response.json());
}

async function askedTwice(name) {
  try {
    return await asked(name);
  } catch {
    await new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
    return asked(name);
  }
}

const loaded = new Map();

/** The content of a file, which is asked for once. */
function load(name) {
  if (!loaded.has(name)) {
    loaded.set(name, askedTwice(name));
    loaded.get(name).catch(() => loaded.delete(name)); // the next tile tries again
  }
  return loaded.get(name);
}

/** A tile's parts, each on one sheet or, without a name, on none: their edges in its pixels. */
function parts({ x, y, z }) {
  if (z < SHEETS.zoom) return [{ sheet: null, west: 0, north: 0, east: TILE, south: TILE }];
  const side = TILE * 2 ** (z - SHEETS.zoom);
  const [left, top] = [x * TILE, y * TILE];
  const found = [];
  for (let row = Math.floor(top / side); row * side < top + TILE; row++) {
    for (let column = Math.floor(left / side); column * side < left + TILE; column++) {
      const isThere = column >= SHEETS.west && column <= SHEETS.east &&
        row >= SHEETS.north && row <= SHEETS.south;
      found.push({
        sheet: isThere ? `${column}-${row}` : null,
        west: Math.max(0, column * side - left),
        north: Math.max(0, row * side - top),
        east: Math.min(TILE, (column + 1) * side - left),
        south: Math.min(TILE, (row + 1) * side - top),
      });
    }
  }
  return found;
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

function drawTowns(context, towns, { zoom, world, left, top }, paint) {
  const reach = 200; // longer than any name
  const inSight = [];
  for (const town of towns) {
    if (town.zoom > zoom) continue;
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

/** Draws the part of a tile that is on one sheet and nothing of what is beside it. */
function drawPart(context, { west, north, east, south }, data, view, paint) {
  const { world, left, top, ratio } = view;
  // Whole pixels of the screen, or a seam would shine through.
  const pixel = (length) => Math.round(length * ratio);
  const margin = 4;
  const sight = {
    west: (left + west - margin) / world, east: (left + east + margin) / world,
    north: (top + north - margin) / world, south: (top + south + margin) / world,
  };
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(pixel(west), pixel(north), pixel(east) - pixel(west), pixel(south) - pixel(north));
  context.clip();
  context.scale(ratio, ratio);
  drawLand(context, data, { ...view, sight }, paint);
  context.restore();
}

/** The land of a tile, as what will draw it. */
async function landOf(coords) {
  const drawn = await Promise.all(parts(coords).map(async (part) => {
    const { sheet } = part;
    const files = sheet ? [`detail/${sheet}`, `lakes/${sheet}`] : ["overview", "lakes"];
    const [base, { lakes }] = await Promise.all(files.map(load));
    return { part, data: { ...base, lakes } };
  }));
  return (context, view, paint) => {
    for (const { part, data } of drawn) drawPart(context, part, data, view, paint);
  };
}

/** The names of a tile's towns, as what will draw them. A town can be on several sheets. */
async function townsOf(coords) {
  const kinds = coords.z < MORE_TOWNS ? ["detail"] : ["detail", "towns"];
  const files = coords.z < SHEETS.zoom
    ? ["overview"]
    : parts(coords).flatMap(({ sheet }) => (sheet ? kinds.map((kind) => `${kind}/${sheet}`) : []));
  const towns = (await Promise.all(files.map(load))).flatMap((data) => data.towns);
  const unique = new Map(towns.map((town) => [`${town.text} ${town.x} ${town.y}`, town]));
  return (context, view, paint) => drawTowns(context, unique.values(), view, paint);
}

function tile(drawingOf, coords, done) {
  const canvas = document.createElement("canvas");
  const { x, y, z } = coords;
  drawingOf(coords)
    .then((draw) => {
      canvas.width = canvas.height = Math.ceil(TILE * (window.devicePixelRatio || 1));
      const ratio = canvas.width / TILE;
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      const view = { zoom: z, world: TILE * 2 ** z, left: x * TILE, top: y * TILE, ratio };
      draw(context, view, colours());
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
    createTile: (coords, done) => tile(landOf, coords, done),
  });
  const Towns = Sharp.extend({
    beforeAdd(map) {
      const pane = map.getPane("towns") ?? map.createPane("towns");
      pane.style.zIndex = 450; // above circles (400), below markers (600)
      pane.style.pointerEvents = "none";
      L.GridLayer.prototype.beforeAdd.call(this, map);
    },
    createTile: (coords, done) => tile(townsOf, coords, done),
  });
  return L.layerGroup([new Land({ attribution: ATTRIBUTION }), new Towns({ pane: "towns" })]);
}

/** The layer maps begin with: the operator's tile server when one is set, else our own. */
export function baseLayer(L, tiles, tileLayer = L.tileLayer) {
  if (!tiles?.tile_url) return basemap(L);
  return tileLayer(tiles.tile_url, { maxZoom: 19, attribution: tiles.attribution ?? "" });
}
