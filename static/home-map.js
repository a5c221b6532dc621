// Replaces the server's drawing in #map by a map one can move. Circles may overlap, so a click lists
// all enterprises whose circle it touches; Enter does so at the middle of a map that has the focus, or
// opens the place next to it, for arrow keys move the map by 80 pixels.
import { baseLayer, MAX_ZOOM } from "./basemap.js";

const container = document.getElementById("map");
const { leaflet, tiles, records } = container.dataset;
const { places, bounds } = JSON.parse(document.getElementById("map-data").textContent);
await import(leaflet);
const L = window.L;

const radius = (count, zoom) =>
  (zoom < 5 ? 0.75 : 1) * (4 + 2.2 * Math.sqrt(Math.min(count, 100)));

function entry(text, href) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  item.append(link);
  return item;
}

function popup(chosen) {
  const box = document.createElement("div");
  box.className = "map-popup";
  for (const place of chosen) {
    const heading = document.createElement("h3");
    heading.textContent = place.title;
    const list = document.createElement("ul");
    list.append(...place.records.map(([name, id]) => entry(name, `${records}/${id}`)));
    if (place.count > place.records.length) {
      list.append(entry(`All ${place.count} at this place`, place.href));
    }
    box.append(heading, list);
  }
  return box;
}

/** The places whose circle is within `reach` pixels of a point of the map, nearest first. */
function touched(map, circles, latlng, reach) {
  const at = map.latLngToContainerPoint(latlng);
  return circles
    .map((circle) => [at.distanceTo(map.latLngToContainerPoint(circle.getLatLng())), circle])
    .filter(([distance, circle]) => distance <= circle.getRadius() + reach)
    .sort(([a], [b]) => a - b)
    .map(([, circle]) => circle.place);
}

function start() {
  container.replaceChildren();
  container.classList.add("live");
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", "Map of the enterprises");
  container.setAttribute("aria-describedby", "map-keys");
  // Farther out, or farther away, one would see where the basemap ends.
  const map = L.map(container, {
    zoomSnap: 0.5, minZoom: 4, maxZoom: MAX_ZOOM,
    maxBounds: [[46, -30], [73, 50]], maxBoundsViscosity: 1,
  });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  map.addLayer(baseLayer(L, tiles ? JSON.parse(tiles) : null));
  map.fitBounds(bounds);
  const circles = places.map((place) => {
    const circle = L.circleMarker([place.latitude, place.longitude], {
      radius: radius(place.count, map.getZoom()),
      className: place.exact ? "place" : "place approximate",
    });
    circle.place = place;
    return circle.addTo(map);
  });
  map.on("zoomend", () => {
    for (const circle of circles) circle.setRadius(radius(circle.place.count, map.getZoom()));
  });

  function open(latlng, beside = 0) {
    let chosen = touched(map, circles, latlng, 4);
    if (!chosen.length) chosen = touched(map, circles, latlng, beside).slice(0, 1);
    if (!chosen.length) return null;
    const box = popup(chosen);
    map.openPopup(box, latlng, { maxHeight: 260, minWidth: 220, autoPanPadding: [20, 20] });
    return box;
  }

  map.on("click", ({ latlng }) => open(latlng));
  container.addEventListener("keydown", (event) => {
    // Leaflet listens to Escape only while the map itself has the focus.
    if (event.key === "Escape") map.closePopup();
    if (event.key !== "Enter" || event.target !== container) return;
    const box = open(map.getCenter(), 60);
    if (!box) return;
    event.preventDefault(); // or this very key would follow the link that gets the focus
    box.querySelector("a").focus({ preventScroll: true });
    map.once("popupclose", () => container.focus({ preventScroll: true }));
  });
}

start();
