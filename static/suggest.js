// Suggestions while one types, in a field with `data-suggest`: the address that gives them, which a
// page may change as its choice changes.
//
// The combobox of the ARIA Authoring Practices: the focus stays in the field, the arrows choose,
// Enter follows what is chosen and otherwise searches, Escape closes. Without this script the form
// searches as it does.

const WAIT = 150; // ms without a key before the server is asked
const SHORTEST = 2;
const REMEMBERED = 50; // answers
const SMALLEST = 160; // pixels of the list, also where the window has less room for it
const EDGE = 8; // pixels between the list and the edge of the window
const HALF_LINE = 16; // pixels from the top of an option to the middle of its first line

let fields = 0;

export function attach(input) {
  if (!input.dataset.suggest || input.getAttribute("role") === "combobox") return;
  const id = `suggestions-${++fields}`;
  const status = Object.assign(document.createElement("span"), { className: "unseen" });
  status.setAttribute("role", "status");
  const list = Object.assign(document.createElement("div"), { id, className: "suggestions" });
  list.setAttribute("role", "listbox");
  input.parentElement.classList.add("suggests");
  input.after(list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", id);
  input.autocomplete = "off";

  const answers = new Map();
  let timer;
  let request;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => input.getAttribute("aria-expanded") === "true";

  open(false);

  function show(found) {
    status.textContent = found.dataset.said;
    list.setAttribute("aria-label", found.getAttribute("aria-label"));
    list.replaceChildren(...document.adoptNode(found).childNodes);
    options().forEach((option, number) => (option.id = `${id}-${number}`));
    open(options().length > 0);
    fit();
  }

  // No longer than the window has room for; and if it scrolls, it ends in the middle of a line of
  // an option, which says so.
  function fit() {
    list.style.maxBlockSize = "";
    const { top } = list.getBoundingClientRect();
    const room = Math.max(SMALLEST, Math.min(innerHeight - top - EDGE, list.offsetHeight));
    if (list.hidden || list.scrollHeight <= room) return;
    const last = list.querySelector(":scope > [role=option]");
    const below = last ? last.offsetHeight : 0;
    const cuts = options().filter((option) => option !== last).map((option) =>
      option.getBoundingClientRect().top - top + HALF_LINE + below);
    list.style.maxBlockSize = `${cuts.findLast((cut) => cut <= room) ?? room}px`;
  }

  function open(yes) {
    choose(-1);
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    open(false);
  }

  function choose(number) {
    chosen = number;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === number)));
    const option = options()[number];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  async function suggest() {
    const text = input.value.trim();
    request?.abort();
    if (text.length < SHORTEST) return open(false);
    const asked = (request = new AbortController());
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", text);
    const { href } = address;
    try {
      if (!answers.has(href)) {
        const response = await fetch(href, { signal: asked.signal });
        if (!response.ok) return open(false);
        answers.set(href, await response.text());
        if (answers.size > REMEMBERED) answers.delete(answers.keys().next().value);
      }
    } catch {
      return; // a newer question is on its way, or there is no network: the form still searches
    }
    if (asked.signal.aborted || document.activeElement !== input) return;
    const page = new DOMParser().parseFromString(answers.get(href), "text/html");
    show(page.querySelector("[role=listbox]"));
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    request?.abort();
    choose(-1);
    if (!event.isComposing) timer = setTimeout(suggest, WAIT);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = options().length - 1;
    const moves = {
      ArrowDown: chosen < last ? chosen + 1 : -1,
      ArrowUp: chosen < 0 ? last : chosen - 1,
      Home: 0,
      End: last,
    };
    if (event.key === "ArrowDown" && !isOpen()) {
      event.preventDefault();
      suggest();
    } else if (!isOpen()) {
      return;
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    } else if (event.key in moves && (chosen >= 0 || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      choose(moves[event.key]);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      choose(-1);
    }
  });

  input.form?.addEventListener("submit", close);
  input.addEventListener("blur", close);
  // A press on the list must not take the focus from the field, which would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  addEventListener("pageshow", close);
}
