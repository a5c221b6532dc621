// The map of a selection of records. The server makes the clusters (`portal/clusters.py`), so that
// what is sent and drawn stays small however many records there are. Markers are buttons: they can
// be reached by Tab, those nearest to the middle first. All words come from the page, as data.
//
//   const map = attach(document.getElementById("map"));
//   map.update({ query: "country=DK", bounds: [8.1, 54.6, 15.1, 57.7] });
//
// It starts once its container can be seen. Events of the container, which bubble:
// `explorer:area` {bbox} and `explorer:near` {lat, lon} say what the reader asks for.
import { baseLayer, MAX_ZOOM, streetMapLink } from "./basemap.js";

const TILE = 256;
/** Share of a tile that is loaded beyond the edges of the map. */
const MARGIN = 0.25;
/** What the basemap covers: south-west and north-east. */
const COVERED = [[46, -30], [73, 50]];
/** As near as a single place is shown. */
const NEAR_ENOUGH = 8;
/** Markers one can reach by Tab; to reach others one moves the map. */
const REACHABLE = 40;
/** Records a pop-up lists; the list has all. */
const LISTED = 50;
/** How far an arrow key moves the map, in pixels. */
const OFFSETS = { ArrowLeft: [-80, 0], ArrowRight: [80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] };
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const spoken = document.documentElement.lang || "en";
const numbers = new Intl.NumberFormat(spoken);
const plurals = new Intl.PluralRules(spoken);

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);

/** The form of a text that goes with a number, filled in. */
const counted = (forms, count, values = {}) =>
  filled(forms[plurals.select(count)] ?? forms.other, { count: numbers.format(count), ...values });

/** 1234 as 1.2k: a marker has room for four characters. */
function short(count) {
  if (count < 1000) return String(count);
  return `${numbers.format(count < 9950 ? Math.round(count / 100) / 10 : Math.round(count / 1000))}k`;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** `query` narrowed to a box of degrees, which lies in the one it may have. */
function within(query, [west, south, east, north]) {
  const parameters = new URLSearchParams(query);
  const [w, s, e, n] = (parameters.get("_bbox") ?? "-180,-90,180,90").split(",").map(Number);
  const box = [Math.max(w, west), Math.max(s, south), Math.min(e, east), Math.min(n, north)];
  parameters.set("_bbox", box.join());
  return parameters;
}

/** Start the map of `container` when it can be seen; see the top of the file. */
export function attach(container) {
  const config = JSON.parse(document.getElementById(container.dataset.config).textContent);
  let wanted = { query: config.query, bounds: config.bounds };
  let live = null;
  const watch = new ResizeObserver(() => {
    if (live) live.then((map) => map.resize());
    else if (container.offsetWidth) live = start(container, config, wanted);
  });
  watch.observe(container);
  return {
    update(next) {
      wanted = next;
      live?.then((map) => map.show(next));
    },
  };
}

async function start(container, config, wanted) {
  await import(container.dataset.leaflet);
  return new SelectionMap(window.L, container, config, wanted);
}

class SelectionMap {
  constructor(L, container, config, wanted) {
    Object.assign(this, { L, container, config, words: config.words });
    this.markers = new Map();
    this.build();
    this.listen();
    this.show(wanted);
  }

  build() {
    const { L, container, words } = this;
    const tiles = JSON.parse(container.dataset.tiles ?? "null");
    container.replaceChildren();
    container.classList.add("live");
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", words.label);
    this.map = L.map(container, {
      zoomControl: false, zoomSnap: 0.5, scrollWheelZoom: false, minZoom: 3.5,
      maxZoom: tiles?.tile_url ? 19 : MAX_ZOOM,
      // Farther away one would see where the basemap ends.
      maxBounds: COVERED, maxBoundsViscosity: 1,
      zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
    });
    if (calm) {
      // Leaflet has no option for it, and pop-ups and arrow keys pan as well.
      const { panBy } = L.Map.prototype;
      this.map.panBy = (offset, options) => panBy.call(this.map, offset, { ...options, animate: false });
    }
    this.map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    this.map.addLayer(baseLayer(L, tiles));
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(this.map);
    this.keys = element("p", { className: "map-keys", id: `${container.id}-keys` }, words.keys);
    container.setAttribute("aria-describedby", this.keys.id);
    this.status = element("p", { className: "map-status" });
    this.status.setAttribute("role", "status");
    this.buttons = element("div", { className: "map-buttons" });
    this.searchHere = element("button", { type: "button", hidden: true }, words.searchHere ?? "");
    this.nearMe = element("button", { type: "button", hidden: !words.nearMe }, words.nearMe ?? "");
    this.streets = element("a", { hidden: true }, words.streetMap);
    this.buttons.append(this.searchHere, this.nearMe);
    this.control("topright", this.buttons);
    this.legend = element("ul");
    this.control("bottomleft", element("div", { className: "map-corner" },
      this.keys, this.status, this.streets, this.legendBox()));
  }

  control(position, content) {
    const { L } = this;
    const control = L.control({ position });
    control.onAdd = () => {
      L.DomEvent.disableClickPropagation(content).disableScrollPropagation(content);
      return content;
    };
    control.addTo(this.map);
  }

  legendBox() {
    const { words } = this;
    const sample = (kind, text) =>
      element("li", {}, element("span", { className: `map-dot ${kind}`, ariaHidden: "true" }), text);
    return element("details", { className: "map-key" },
      element("summary", {}, words.legend),
      this.legend,
      element("ul", {},
        sample("cluster", words.legendCluster),
        sample("approximate", words.legendApproximate)));
  }

  listen() {
    const { map, container } = this;
    map.on("moveend", () => this.moved());
    map.on("dragend zoomend", () => this.movedByReader());
    map.on("popupclose", () => this.closed());
    container.addEventListener("keydown", (event) => this.pressed(event));
    // The wheel is the page's until the reader has turned to the map, or holds Ctrl. Not passive, or
    // the browser would have scrolled before Leaflet, enabled here, could keep it from doing so.
    container.addEventListener("wheel", ({ ctrlKey }) => {
      const ours = ctrlKey || container.contains(document.activeElement);
      map.scrollWheelZoom[ours ? "enable" : "disable"]();
    }, { capture: true, passive: false });
    this.searchHere.addEventListener("click", () => this.askForArea());
    this.nearMe.addEventListener("click", () => this.askForNearness());
    for (const [over, out] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
      document.addEventListener(over, ({ target }) => this.pointed(target, true));
      document.addEventListener(out, ({ target }) => this.pointed(target, false));
    }
  }

  // What is shown

  /** Show another selection; the map stays where it is if that came from it. */
  show({ query, bounds }) {
    this.query = query;
    this.loaded = null;
    this.map.closePopup();
    // All records are too far apart to begin with: some lie in Iceland, some beyond Moscow.
    if (!this.staying) this.fit((query && bounds) || this.config.home);
    this.staying = false;
    this.load();
  }

  fit(bounds) {
    const [west, south, east, north] = bounds;
    const single = west === east && south === north;
    this.fitted = bounds;
    this.ourselves(() => {
      this.map.fitBounds([[south, west], [north, east]], {
        padding: [36, 36], maxZoom: single ? NEAR_ENOUGH : MAX_ZOOM, animate: false,
      });
    });
    this.searchHere.hidden = true;
  }

  /** Move the map without taking it for the reader's wish. */
  ourselves(move) {
    this.moving = true;
    move();
    this.moving = false;
  }

  resize() {
    this.ourselves(() => this.map.invalidateSize({ pan: false }));
    if (this.fitted && this.map.getSize().x) this.fit(this.fitted);
  }

  moved() {
    this.limitTabs();
    this.linkStreets();
    this.load();
  }

  movedByReader() {
    if (this.moving) return;
    this.fitted = null;
    this.searchHere.hidden = !this.words.searchHere;
  }

  linkStreets() {
    const { lat, lng } = this.map.getCenter();
    this.streets.hidden = this.map.getZoom() < MAX_ZOOM;
    this.streets.href = streetMapLink(lat, lng, 13);
  }

  /** The tiles around what is seen, in degrees: west, south, east, north. */
  viewport() {
    const { L, map } = this;
    const level = Math.floor(map.getZoom());
    const bounds = map.getBounds();
    const from = map.project(bounds.getNorthWest(), level).divideBy(TILE).subtract([MARGIN, MARGIN]);
    const to = map.project(bounds.getSouthEast(), level).divideBy(TILE).add([MARGIN, MARGIN]);
    const inside = (value) => Math.min(Math.max(value, 0), 2 ** level) * TILE;
    const corner = (x, y) => map.unproject(L.point(inside(x), inside(y)), level);
    const northWest = corner(Math.floor(from.x), Math.floor(from.y));
    const southEast = corner(Math.ceil(to.x), Math.ceil(to.y));
    return [northWest.lng, southEast.lat, southEast.lng, northWest.lat].map((n) => +n.toFixed(5));
  }

  /** Whether the markers there are the ones of what is seen now. */
  isLoaded() {
    const { L, map, loaded } = this;
    if (loaded?.zoom !== map.getZoom()) return false;
    const [west, south, east, north] = loaded.view;
    return L.latLngBounds([south, west], [north, east]).contains(map.getBounds());
  }

  async load() {
    if (this.isLoaded() || !this.map.getSize().x) return;
    const zoom = this.map.getZoom();
    const view = this.viewport();
    const parameters = new URLSearchParams(this.query);
    parameters.set("_viewport", view.join());
    parameters.set("_zoom", zoom);
    const address = `${this.config.data}?${parameters}`;
    if (this.loading?.address === address) return;
    this.loading?.abort();
    const loading = Object.assign(new AbortController(), { address });
    this.loading = loading;
    try {
      const response = await fetch(address, { signal: loading.signal });
      if (!response.ok) throw new Error(response.statusText);
      const answer = await response.json();
      this.loaded = { view, zoom };
      this.draw(answer);
      this.tell("");
    } catch (error) {
      if (error.name !== "AbortError") this.tell(this.words.failed);
    } finally {
      if (this.loading === loading) this.loading = null;
    }
  }

  tell(text) {
    this.status.textContent = text;
  }

  // Markers

  draw({ groups, records, clusters }) {
    const hadFocus = document.activeElement?.closest(".map-marker");
    const places = [
      ...records.map((record) => this.place(groups, record)),
      ...clusters.map((cluster) => this.cluster(groups, cluster)),
    ];
    const center = this.map.getCenter();
    const away = new Map(places.map((place) => [place, center.distanceTo(place.at)]));
    places.sort((a, b) => away.get(a) - away.get(b));
    const kept = new Map();
    for (const place of places) {
      const there = this.markers.get(place.key);
      kept.set(place.key, there ?? place);
      this.markers.delete(place.key);
      if (there) {
        if (!hadFocus) there.layer.getElement().parentElement.append(there.layer.getElement());
      } else {
        this.add(place);
      }
    }
    for (const { layer } of this.markers.values()) layer.remove();
    this.markers = kept;
    if (hadFocus && !hadFocus.isConnected) this.container.focus({ preventScroll: true });
    this.limitTabs();
    this.drawLegend(groups);
  }

  place(groups, [lat, lon, approximate, group, id, name, town]) {
    const words = [name, town].filter(Boolean).join(", ");
    return {
      key: id, id, name, town, approximate, code: groups[group][0], count: 1, at: [lat, lon], words,
      box: [lon, lat, lon, lat],
    };
  }

  cluster(groups, [lat, lon, approximate, group, count, most, west, south, east, north, town]) {
    const { words } = this;
    const isSpot = west === east && south === north;
    const code = most * 2 > count ? groups[group][0] : null;
    const forms = !town ? words.records : isSpot ? words.recordsIn : words.recordsAround;
    const what = counted(forms, count, { place: town });
    return {
      key: [lat, lon, count, group, west, south].join(), code, count, approximate, isSpot,
      at: [lat, lon], box: [west, south, east, north], title: what,
      words: code ? filled(words.mostly, { records: what, group: this.group(code).label }) : what,
    };
  }

  /** How a group is called and drawn; by its code alone when the page does not know it. */
  group(code) {
    return this.config.groups[code] ?? { label: code, sign: "", hue: 0 };
  }

  add(place) {
    const { L } = this;
    const { sign, hue } = this.group(place.code);
    const size = place.count === 1 ? 24 : 28 + 6 * Math.min(3, Math.floor(Math.log10(place.count)));
    const button = element("button", { type: "button", title: place.words, className: "map-dot" });
    button.classList.add(`hue-${hue}`);
    button.classList.toggle("approximate", Boolean(place.approximate));
    button.classList.toggle("cluster", place.count > 1);
    button.setAttribute("aria-label", place.words);
    button.append(place.count === 1 ? sign : short(place.count));
    const icon = L.divIcon({ html: button, className: "map-marker", iconSize: [size, size] });
    place.layer = L.marker(place.at, { icon, keyboard: false, interactive: false });
    place.layer.addTo(this.map);
    place.button = button;
    button.addEventListener("click", (event) => {
      event.stopPropagation(); // Leaflet would close the pop-up again
      if (!this.map.dragging.moved() || event.detail === 0) this.chosen(place);
    });
    button.addEventListener("dblclick", (event) => event.stopPropagation());
    button.addEventListener("focus", () => this.bringIntoView(place));
  }

  /** Let Tab go to the markers one sees, as many as one has patience for. */
  limitTabs() {
    const seen = this.map.getBounds();
    let left = REACHABLE;
    for (const { at, button } of this.markers.values()) {
      button.tabIndex = seen.contains(at) && left-- > 0 ? 0 : -1;
    }
  }

  /** Browsers scroll what has the focus into view, which would move the map under its own frame. */
  bringIntoView({ at }) {
    this.container.scrollTop = this.container.scrollLeft = 0;
    if (!this.map.getBounds().pad(-0.05).contains(at)) this.map.panInside(at, { padding: [40, 40] });
  }

  drawLegend(groups) {
    this.legend.replaceChildren(
      ...groups.filter(([code]) => code).map(([code, count]) => {
        const { sign, hue, label } = this.group(code);
        return element("li", {},
          element("span", { className: `map-dot hue-${hue}`, ariaHidden: "true" }, sign),
          element("span", {}, label),
          element("span", { className: "count" }, numbers.format(count)));
      }),
    );
  }

  // Opening

  chosen(place) {
    const { L, map } = this;
    const nearest = map.getZoom() >= map.getMaxZoom();
    if (place.count === 1 || place.isSpot || nearest) {
      this.open(place);
    } else {
      const [west, south, east, north] = place.box;
      const bounds = L.latLngBounds([south, west], [north, east]);
      const zoom = Math.max(map.getBoundsZoom(bounds, false, L.point(60, 60)), map.getZoom() + 1);
      map.setView(bounds.getCenter(), Math.min(zoom, map.getMaxZoom()), { animate: !calm });
    }
  }

  async open(place) {
    const { L, map, words } = this;
    const heading = element("h3", { id: `${this.container.id}-popup` }, place.title ?? place.words);
    const list = element("ul");
    const box = element("div", { className: "map-popup" });
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-labelledby", heading.id);
    box.tabIndex = -1;
    this.fitted = null; // or the next change of size would move the map away from it
    const popup = L.popup({
      maxHeight: Math.min(280, map.getSize().y / 2), minWidth: 220, offset: [0, -6],
      autoPanPaddingTopLeft: [56, 60], autoPanPaddingBottomRight: [16, 16], // beside the buttons
    });
    if (place.count === 1) {
      heading.replaceChildren(this.link(place));
      box.append(heading, ...this.facts(place));
    } else {
      list.append(element("li", {}, words.loading));
      box.append(heading, list);
    }
    popup.setLatLng(place.at).setContent(box).openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("role", "button");
    close.setAttribute("aria-label", words.close);
    this.opened = { place, popup };
    (box.querySelector("a") ?? box).focus({ preventScroll: true });
    if (place.count > 1) await this.fill(place, list, popup);
  }

  /** List the records of a marker one by one, and all of them on a page. */
  async fill(place, list, popup) {
    const { config, words } = this;
    const parameters = within(this.query, place.box);
    const all = element("a", { href: `${config.list}?${parameters}` },
      counted(words.allInList, place.count));
    const { columns } = config;
    for (const column of Object.values(columns)) parameters.append("_col", column);
    for (const [key, value] of [["_shape", "array"], ["_size", LISTED], ["_nocount", "on"]]) {
      parameters.set(key, value);
    }
    try {
      const response = await fetch(`${config.json}?${parameters}`);
      if (!response.ok) throw new Error(response.statusText);
      const records = (await response.json()).map((record) => ({
        id: record[columns.id], name: record[columns.name], town: record[columns.town],
        code: record[columns.group], approximate: !config.exact.includes(record[columns.precision]),
      }));
      list.replaceChildren(
        ...records.map((one) => element("li", {}, this.link(one), ...this.facts(one))));
    } catch {
      list.replaceChildren(element("li", {}, words.failed));
    }
    list.append(element("li", {}, all));
    if (!popup.isOpen()) return;
    const waiting = popup.getElement().contains(document.activeElement);
    popup.update();
    if (waiting) list.querySelector("a").focus({ preventScroll: true });
  }

  link({ id, name }) {
    const address = `${this.config.records}${encodeURIComponent(id)}`;
    return element("a", { href: address, dir: "auto" }, name);
  }

  /** Place and group of a record, and whether the place is only about right. */
  facts({ town, code, approximate }) {
    const known = [town, code && this.group(code).label].filter(Boolean).join(" · ");
    return [
      known && element("span", { className: "quiet" }, known),
      approximate && element("span", { className: "quiet" }, this.words.approximate),
    ].filter(Boolean);
  }

  /** Give the focus back to the marker, or to the map when that has gone. */
  closed() {
    const { place, popup } = this.opened ?? {};
    this.opened = null;
    const held = popup?.getElement()?.contains(document.activeElement);
    if (held || document.activeElement === document.body) {
      (place?.button.isConnected ? place.button : this.container).focus({ preventScroll: true });
    }
  }

  /** Leaflet listens to keys only while the map itself has the focus, not a marker. */
  pressed(event) {
    if (event.key === "Escape" && this.opened) {
      event.stopPropagation();
      this.map.closePopup();
    }
    const onMarker = event.target.closest(".map-marker");
    if (event.key in OFFSETS && (onMarker || event.target === this.container)) this.movedByReader();
    if (!onMarker) return;
    const offset = OFFSETS[event.key];
    const step = { "+": 1, "=": 1, "-": -1 }[event.key];
    if (offset) this.map.panBy(offset);
    else if (step) this.map.setZoom(this.map.getZoom() + step);
    else return;
    event.preventDefault();
  }

  // Rows of the list and markers point at each other

  pointed(target, on) {
    const row = target.closest?.("[data-id][data-lat]");
    if (row && !this.container.contains(row)) this.pointAt(row.dataset, on);
    const button = target.closest?.(".map-marker button");
    if (!button) return;
    const place = [...this.markers.values()].find((one) => one.button === button);
    if (!place?.id) return;
    document.querySelector(`[data-id="${CSS.escape(place.id)}"]`)?.classList.toggle("is-pointed", on);
  }

  /** Mark where the record of a row is, and the marker that holds it. */
  pointAt({ id, lat, lon }, on) {
    const { L, map } = this;
    this.pin?.remove();
    for (const { button } of this.markers.values()) button.classList.remove("is-pointed");
    if (!on) return;
    const at = L.latLng(lat, lon);
    this.holding(id, at)?.button.classList.add("is-pointed");
    const icon = L.divIcon({ className: "map-pin", iconSize: [12, 12] });
    this.pin = L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: 1000 });
    if (map.getBounds().contains(at)) this.pin.addTo(map);
  }

  /** The marker of a record: its own, else the nearest that spans its place. */
  holding(id, at) {
    const own = this.markers.get(id);
    if (own) return own;
    const point = this.map.latLngToContainerPoint(at);
    const spans = ({ box: [west, south, east, north] }) =>
      at.lng >= west && at.lng <= east && at.lat >= south && at.lat <= north;
    const away = (place) => point.distanceTo(this.map.latLngToContainerPoint(place.at));
    return [...this.markers.values()]
      .filter((place) => place.count > 1 && spans(place))
      .sort((a, b) => away(a) - away(b))[0];
  }

  // What the reader asks for

  askForArea() {
    const bounds = this.map.getBounds();
    const west = Math.max(bounds.getWest(), -180);
    const east = Math.min(bounds.getEast(), 180);
    const bbox = [west, bounds.getSouth(), east, bounds.getNorth()].map((n) => +n.toFixed(4));
    this.staying = true;
    this.searchHere.hidden = true;
    this.ask("explorer:area", { bbox });
  }

  /** Ask the browser where the reader is, to about a kilometre, which is all we want to know. */
  askForNearness() {
    const { words } = this;
    if (!navigator.geolocation) return this.tell(words.nearUnknown);
    this.tell(words.nearAsking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.tell("");
        const [lat, lon] = [coords.latitude, coords.longitude].map((n) => +n.toFixed(2));
        this.ask("explorer:near", { lat, lon });
      },
      ({ code }) => this.tell(code === 1 ? words.nearRefused : words.nearUnknown),
      { maximumAge: 600_000, timeout: 15_000 },
    );
  }

  ask(name, detail) {
    this.container.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}
