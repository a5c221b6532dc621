// What every page does beyond its HTML: offers the reader's own language, suggests while one types,
// copies, closes the language menu. Without scripts all of it is still there as links and forms.
import { attach } from "./suggest.js";

for (const input of document.querySelectorAll("input[data-suggest]")) attach(input);

// The browser's wish is offered, not followed, and nothing is remembered.
const offer = document.getElementById("language-offer");
const [wish] = navigator.languages ?? [navigator.language];
const wished = offer?.querySelector(`[lang="${CSS.escape((wish ?? "").slice(0, 2).toLowerCase())}"]`);
if (wished) wished.hidden = offer.hidden = false;

const languages = document.querySelector("details.languages");
document.addEventListener("click", ({ target }) => {
  if (languages?.open && !languages.contains(target)) languages.open = false;
}, true);
languages?.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  languages.open = false;
  languages.querySelector("summary").focus();
});

/** Show the buttons that copy, below `root`. */
export function offerCopies(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
}
offerCopies(document);

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    button.textContent = document.body.dataset.copied;
  } catch {
    source.select?.(); // the reader's own keys copy it
  }
});
