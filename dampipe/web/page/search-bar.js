// The search form in the header, and the filters, facets and chips of a list.

import { changed, pairsOf, parseAddress, writeAddress } from "./address.js";
import { drawChips } from "./chips.js";
import { h } from "./dom.js";
import { facetPanel } from "./facets.js";
import { build, chosen, fill, offer } from "./filters.js";
import { declareKeys } from "./keys.js";
import { listen, use } from "./picture.js";
import { askForPart } from "./picture-part.js";
import { forget, keep, recent } from "./recent.js";
import { go, goInPlace, here } from "./router.js";
import { session } from "./session.js";
import { page } from "./state.js";
import { suggestions } from "./suggest.js";

/** Milliseconds after a key until the search is made. */
const PAUSE = 220;

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (element("search"));
const words = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
const [filters, filterButton, aside, facetButton, tools] = ["filters", "filter-button", "facets", "facet-button", "list-tools"].map(element);
const chips = h("p", { id: "chosen", class: "query", hidden: true, "aria-label": "Chosen", role: "group" });

let hasFacets = false; // whether the panel was opened
let hasShownView = false;
/** The address that typing has made, until the search is done: it is replaced by the next one. @type {string | null} */
let draft = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The name under which searches are kept in this browser. */
const user = () => session()?.name ?? "";

/** Show the list of a query; without one, all assets. @param {import("./address.js").Parameters} query */
const search = (query) => go(pairsOf(query).length ? writeAddress("/search", query) : "#/");

/** The query in the form, with those parameters of the address that the form does not show. @param {string[]} kept */
function readQuery(kept) {
  const text = words.value.trim();
  const before = parseAddress(here()).parameters;
  /** @type {[string, string][]} */
  const pairs = text ? [["q", text]] : [];
  return [...pairs, ...kept.flatMap((name) => before.getAll(name).map((value) => /** @type {[string, string]} */ ([name, value]))), ...chosen(form)];
}

/** Search for what is typed so far. The first time it is a step of the history; what is typed on replaces that. */
function searchDraft() {
  const address = writeAddress("/search", readQuery(["like", "picture", "sort"]));
  const isDraft = draft !== null && draft === here();
  draft = address;
  if (isDraft) goInPlace(address);
  else if (address !== here()) location.hash = address;
}

/** The search is done: it is kept, and the next one is another step of the history. */
function settle() {
  clearTimeout(timer);
  if (draft === null) return;
  if (draft === here()) keep(user(), words.value);
  draft = null;
}

/** The address of a list without or with other values; in a list that is not a search, the same list. @param {Record<string, string>} changes */
const narrowed = (changes) => changed(parseAddress(here()).parameters, changes);

const showFacets = facetPanel(aside, (name, change) => {
  const before = parseAddress(here()).parameters;
  search(narrowed({ [name]: change(before.get(name) ?? "") }));
}, () => openFacets(false));

/** @param {boolean} visible */
function showFilters(visible) {
  filters.hidden = !visible;
  filterButton.setAttribute("aria-expanded", String(visible));
  if (visible) offer(filters);
}

/** @param {boolean} isOpen */
function openFacets(isOpen) {
  hasFacets = isOpen;
  facetButton.setAttribute("aria-expanded", String(isOpen));
  aside.hidden = !isOpen;
  if (!isOpen && !facetButton.hidden) facetButton.focus();
  if (page.state.view !== null) showFacets(parseAddress(page.state.view).parameters);
}

/** Search by a part of a picture, which is cut out in the browser. @param {File} file */
async function searchPart(file) {
  const part = await askForPart(file);
  if (part) search(narrowed({ picture: use(part) }));
}

/** Follow the view: its query in the form, and filters, chips and facets where they narrow it. */
function follow() {
  if (page.state.view === null) return;
  const { path, parameters } = parseAddress(page.state.view);
  const isTyping = draft !== null && page.state.view === draft;
  if (!isTyping && draft !== null) {
    keep(user(), parseAddress(draft).parameters.get("q") ?? ""); // what was found was left by Back or a link
    draft = null;
  }
  // What was typed before the first view was there is kept, and so is what was typed after the search began.
  if ((hasShownView || parameters.has("q")) && !isTyping) words.value = parameters.get("q") ?? "";
  hasShownView = true;
  fill(form, parameters);
  const isList = page.state.views.some((view) => view.path === path && view.isList);
  tools.hidden = !isList;
  if (!isList) showFilters(false);
  aside.hidden = !hasFacets || !isList;
  chips.dataset.address = page.state.view;
  if (isList) drawChips(chips, page.state.view, searchPart);
  else chips.hidden = true;
  showFacets(parameters);
}

const keys = declareKeys("Everywhere", {
  search: { keys: ["/"], does: "Search" },
  filters: { keys: ["f"], does: "Filters of a list" },
  facets: { keys: ["c"], does: "Facets of a list, with counts" },
});

/** The latest searches that begin with what is typed; none while it is one of them. */
function earlier() {
  const typed = words.value.trim().toLowerCase();
  const found = recent(user()).filter((one) => one.toLowerCase().startsWith(typed) && one.toLowerCase() !== typed);
  return found.slice(0, typed ? 5 : 12).map((text) => ({
    text,
    choose: () => {
      words.value = text;
      form.requestSubmit();
    },
    forget: () => forget(user(), text),
  }));
}

/** Take what is typed, chosen, dropped and pasted from now on. */
export function startSearchBar() {
  build(filters, form);
  filters.after(chips);
  const list = suggestions(words, "Earlier searches: Delete takes one away", earlier);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    list.close();
    keep(user(), words.value);
    const query = readQuery(["like", "picture", "sort"]);
    if (draft !== null && draft === here() && query.length) goInPlace(writeAddress("/search", query));
    else search(query);
    draft = null;
  });
  words.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (/** @type {InputEvent} */ (event).isComposing) return;
    timer = setTimeout(searchDraft, PAUSE);
  });
  words.addEventListener("compositionend", () => (timer = setTimeout(searchDraft, PAUSE)));
  words.addEventListener("blur", () => {
    if (draft !== null && draft === here()) settle();
  });
  filters.addEventListener("change", ({ target }) => target instanceof HTMLSelectElement && form.requestSubmit());
  filterButton.addEventListener("click", () => showFilters(filters.hidden));
  facetButton.addEventListener("click", () => openFacets(!hasFacets));
  listen(element("picture-button"), /** @type {HTMLInputElement} */ (element("picture-file")), (key) => {
    clearTimeout(timer);
    words.value = "";
    search([["picture", key], ...chosen(form)]);
  });
  keys({
    search: () => words.select(),
    filters: () => (tools.hidden ? false : filterButton.click()),
    facets: () => (tools.hidden ? false : facetButton.click()),
  });
  page.watch(["view"], follow);
}
