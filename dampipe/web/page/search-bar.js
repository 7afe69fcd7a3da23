// The search form in the header, and the filters, facets and chips of a list.

import { changed, pairsOf, parseAddress, writeAddress } from "./address.js";
import { describe } from "./api.js";
import { drawChips } from "./chips.js";
import { h } from "./dom.js";
import { build, chosen, fill, names, offer } from "./filters.js";
import { declareKeys } from "./keys.js";
import { later } from "./later.js";
import { listen, use } from "./picture.js";
import { forget, keep, recent } from "./recent.js";
import { go, goInPlace, here } from "./router.js";
import { session } from "./session.js";
import { page } from "./state.js";
import { suggestions } from "./suggest.js";

/** Milliseconds after a key until the search is made. */
const PAUSE = 220;
/** What ranks a list, instead of sorting it. */
const RANKING = ["q", "like", "picture"];

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

/** The view that is shown, also below the player. */
const shownView = () => parseAddress(page.state.view ?? "#/");

/**
 * The address of the list of a query: the list that is shown, narrowed, or a search where words, moments or pictures rank it.
 * @param {import("./address.js").Parameters} parameters
 */
function addressOf(parameters) {
  const query = pairsOf(parameters).filter(([name, value]) => value && (names.includes(name) || name === "q" || name === "sort"));
  const { path, parameters: before } = shownView();
  const isRanked = query.some(([name]) => RANKING.includes(name));
  const isOther = path !== "/search" && page.state.views.some((view) => view.path === path && view.isList);
  if (isRanked || !isOther) return query.length ? writeAddress("/search", isRanked ? query.filter(([name]) => name !== "sort") : query) : "#/";
  const arranged = [...before].filter(([name]) => !names.includes(name) && !["q", "sort", "strong", "at"].includes(name));
  return writeAddress(path, [...arranged, ...query]);
}

/** Show the list of a query. @param {import("./address.js").Parameters} query */
const search = (query) => go(addressOf(query));

/** The query in the form, with those parameters of the address that the form does not show. @param {string[]} kept */
function readQuery(kept) {
  const text = words.value.trim();
  const present = shownView().parameters;
  /** @type {[string, string][]} */
  const pairs = text ? [["q", text]] : [];
  return [...pairs, ...kept.flatMap((name) => present.getAll(name).map((value) => /** @type {[string, string]} */ ([name, value]))), ...chosen(form)];
}

/** Search for what is typed so far. The first time it is a step of the history; what is typed on replaces that. */
function searchDraft() {
  if (!words.value.trim() && shownView().path !== "/search") return; // nothing is typed, and nothing was searched
  const address = writeAddress("/search", readQuery(["like", "picture"]));
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

/** The query of the list that is shown with other values. @param {Record<string, string>} changes */
const narrowed = (changes) => changed(shownView().parameters, changes);

/** @type {ReturnType<typeof import("./facets.js").facetPanel> | null} */
let showFacets = null; // once they are open

/** Show the facets of the list that is shown; a list that is no search says itself how it is sorted. */
async function refreshFacets() {
  if (!showFacets && aside.hidden) return;
  try {
    const { facetPanel } = await later.facets();
    showFacets ??= facetPanel(aside, (name, change) => {
      search(narrowed({ [name]: change(shownView().parameters.get(name) ?? "") }));
    }, () => openFacets(false));
    await showFacets(shownView().parameters, shownView().path === "/search");
  } catch (problem) {
    aside.replaceChildren(h("p", { class: "hint", role: "alert" }, describe(problem)));
  }
}

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
  refreshFacets();
}

/** Search by a part of a picture, which is cut out in the browser. @param {File} file */
async function searchPart(file) {
  const { askForPart } = await later.pictureParts();
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
  refreshFacets();
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
    if (draft !== null && draft === here() && query.length) goInPlace(addressOf(query));
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
