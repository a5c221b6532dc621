// The list of records without reloading: each choice is an address, which is fetched as the page it
// is, and whose parts replace the present ones. So list, facets, map and address always agree, back
// and forward work, and without this script the same form and links do the same.
import { offerCopies } from "./portal.js";

const explorer = document.getElementById("explorer");
const form = document.getElementById("choice");
const count = document.getElementById("count");
const narrow = document.getElementById("narrow");
const mapSide = document.getElementById("map-side");
const isNarrow = window.matchMedia("(max-width: 60rem)");

let map = null;
let running = null;

/** The address of what the form says now, from the first page. */
function chosen(changes = {}) {
  const pairs = [...new FormData(form)].filter(([key, value]) => value !== "" && !(key in changes));
  for (const [key, value] of Object.entries(changes)) if (value) pairs.push([key, value]);
  const query = new URLSearchParams(pairs).toString();
  return form.action + (query && `?${query}`);
}

/** What is taken over from the page of the next address as it is. */
const PARTS = ["#hidden-choice", "#apply", "#take-away", "#list", "#map-config", ".switch", ".views",
  ".languages ul"];

/** Put the inside of a part of `page` in the place of ours. */
function renew(page, selector) {
  const [old, fresh] = [document, page].map((where) => where.querySelector(selector));
  if (old && fresh) old.innerHTML = fresh.innerHTML;
}

function renewFacets(page) {
  const focused = document.activeElement?.closest("#facets input");
  for (const fresh of page.querySelectorAll("#facets > .facet")) {
    const old = document.getElementById(fresh.id);
    if (!old) return renew(page, "#facets");
    const open = old.querySelector(".more")?.open;
    old.querySelector("fieldset").innerHTML = fresh.querySelector("fieldset").innerHTML;
    if (open) old.querySelector(".more")?.setAttribute("open", "");
  }
  if (!focused) return;
  const again = [...form.elements].find(
    ({ name, value }) => name === focused.name && value === focused.value,
  );
  again?.closest(".more")?.setAttribute("open", "");
  again?.focus({ preventScroll: true });
}

/** The lists of orders and distances; what has the focus keeps it. */
function renewOrder(page) {
  const [old, fresh] = [document, page].map((where) => [...where.querySelectorAll(".sort")]);
  if (old.length === fresh.length) {
    old.forEach((part, i) => {
      const [select, other] = [part, fresh[i]].map((where) => where.querySelector("select"));
      select.innerHTML = other.innerHTML;
    });
  } else {
    for (const part of old) part.remove();
    document.querySelector(".to-facets").before(...fresh);
  }
}

/** The drawn map, which print shows. */
function renewPicture(page) {
  const [old, fresh] = [document, page].map((where) => where.getElementById("drawn-map"));
  if (old) [old.src, old.alt] = [fresh.getAttribute("src"), fresh.alt];
}

function renewAll(page) {
  document.title = page.title;
  renewFacets(page);
  for (const part of PARTS) renew(page, part);
  renewOrder(page);
  renewPicture(page);
  const search = page.getElementById("q");
  const typed = document.getElementById("q");
  if (search) typed.dataset.suggest = search.dataset.suggest;
  if (search && document.activeElement !== typed) typed.value = search.value;
  explorer.dataset.view = page.getElementById("explorer").dataset.view;
  renew(page, "#count"); // a status: it is read out
  offerCopies(explorer);
  showMap();
}

async function go(address, { push = true, focus = null } = {}) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  explorer.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal, headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.getElementById("explorer")) throw new Error("another page");
    if (push) history.pushState(null, "", response.url);
    renewAll(page);
    // Whatever had the focus may be gone: a chip, a link to another page.
    if (focus || document.activeElement === document.body) count.focus({ preventScroll: true });
    if (focus) document.getElementById(focus)?.scrollIntoView({ block: "start" });
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof TypeError) count.textContent = explorer.dataset.failed; // no connection
    else location.assign(address);
  } finally {
    if (!signal.aborted) explorer.removeAttribute("aria-busy");
  }
}

/** Start the map when it is in sight, or tell it what is chosen now. */
async function showMap() {
  const { view } = explorer.dataset;
  if (!mapSide || view === "month" || (isNarrow.matches && view !== "map")) return;
  if (map) (await map).update(JSON.parse(document.getElementById("map-config").textContent));
  else map = import("./explorer-map.js").then(({ attach }) => attach(document.getElementById("map")));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const onPhone = isNarrow.matches && event.submitter?.closest("#apply");
  if (onPhone) narrow.open = false;
  go(chosen(), { focus: onPhone && "results" });
});
document.addEventListener("change", ({ target }) => {
  if (target.form === form && target.type !== "search") go(chosen());
});

explorer.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.hash || link.hasAttribute("download")) return;
  if (link.origin + link.pathname !== form.action) return;
  if (new URLSearchParams(link.search).get("_view") === "table") return;
  event.preventDefault();
  go(link.href, { focus: link.closest(".pages, .month") && "results" });
});
window.addEventListener("popstate", () => go(location.href, { push: false }));

explorer.addEventListener("explorer:area", ({ detail }) =>
  go(chosen({ _bbox: detail.bbox, _near: "" })),
);
explorer.addEventListener("explorer:near", ({ detail }) =>
  go(chosen({ _near: `${detail.lat},${detail.lon},50`, _bbox: "", _sort: "" })),
);

// The embedded map is shown before one takes it, once it is asked for.
explorer.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id === "embed" && target.open) preview(target);
  },
  true,
);
explorer.addEventListener("input", ({ target }) => {
  if (target.id === "embed-height" && target.checkValidity()) preview(target.closest("#embed"));
});

function preview(panel) {
  const height = panel.querySelector("#embed-height").value;
  const code = panel.querySelector("#embed-code");
  code.value = code.value.replace(/height="\d+"/, `height="${height}"`);
  panel.querySelector(".embed-size").hidden = false;
  const place = panel.querySelector(".embed-preview");
  const frame = place.querySelector("iframe") ?? document.createElement("iframe");
  frame.title = place.dataset.title;
  frame.height = height;
  if (!frame.src) frame.src = panel.dataset.address;
  place.append(frame);
}

explorer.addEventListener("keydown", ({ key, target }) => {
  const open = key === "Escape" && target.closest("#take-away details[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// On a phone the list comes first; whoever wants to narrow it opens the form.
narrow.open = !isNarrow.matches;
isNarrow.addEventListener("change", () => {
  narrow.open = !isNarrow.matches;
  showMap();
});
explorer.classList.add("live");
showMap();
