// Replaces the server's drawing in #map by a map one can move. Circles may overlap, so a click lists
// all enterprises whose circle it touches.
import { baseLayer, MAX_ZOOM } from "./basemap.js";

const container = document.getElementById("map");
const { leaflet, tiles, records } = container.dataset;
const { places, bounds } = JSON.parse(document.getElementById("map-data").textContent);
await import(leaflet);
const L = window.L;

const radius = (count, zoom) =>
  (zoom < 4 ? 0.6 : 1) * (4 + 2.2 * Math.sqrt(Math.min(count, 100)));

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

function start() {
  container.replaceChildren();
  container.classList.add("live");
  const map = L.map(container, { zoomSnap: 0.5, maxZoom: MAX_ZOOM, minZoom: 3, worldCopyJump: false });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  map.addLayer(baseLayer(L, tiles ? JSON.parse(tiles) : null));
  map.fitBounds(bounds, { padding: [20, 20], maxZoom: 7 });
  map.setMaxBounds([[40, -50], [76, 70]]);
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
  map.on("click", ({ latlng }) => {
    const at = map.latLngToContainerPoint(latlng);
    const touched = circles
      .map((circle) => [at.distanceTo(map.latLngToContainerPoint(circle.getLatLng())), circle])
      .filter(([distance, circle]) => distance <= circle.getRadius() + 4)
      .sort(([a], [b]) => a - b)
      .map(([, circle]) => circle.place);
    if (touched.length) {
      map.openPopup(popup(touched), latlng, { maxHeight: 260, minWidth: 220, autoPanPadding: [20, 20] });
    }
  });
}

start();
