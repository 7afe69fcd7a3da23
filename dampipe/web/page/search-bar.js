// The search form in the header, and the filters and facets of a list.

import { changed, pairsOf, parseAddress, writeAddress } from "./address.js";
import { facetPanel } from "./facets.js";
import { build, chosen, fill, offer } from "./filters.js";
import { declareKeys } from "./keys.js";
import { listen } from "./picture.js";
import { go, here } from "./router.js";
import { page } from "./state.js";

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (element("search"));
const words = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
const [filters, filterButton, aside, facetButton, tools] = ["filters", "filter-button", "facets", "facet-button", "list-tools"].map(element);

let hasFacets = false; // whether the panel was opened
let hasShownView = false;

/** Show the list of a query; without one, all assets. @param {import("./address.js").Parameters} query */
const search = (query) => go(pairsOf(query).length ? writeAddress("/search", query) : "#/");

/** The parameters of the address that a search takes over: the arrangement of the library is its own. */
function before() {
  const { path, parameters } = parseAddress(here());
  return path === "/" ? changed(parameters, { sort: null, group: null, view: null, density: null, at: null }) : parameters;
}

/** The query in the form, with those parameters of the address that the form does not show. @param {string[]} kept */
function readQuery(kept) {
  const text = words.value.trim();
  const present = before();
  /** @type {[string, string][]} */
  const pairs = text ? [["q", text]] : [];
  return [...pairs, ...kept.flatMap((name) => present.getAll(name).map((value) => /** @type {[string, string]} */ ([name, value]))), ...chosen(form)];
}

const showFacets = facetPanel(aside, (name, change) => {
  const present = before();
  search(changed(present, { [name]: change(present.get(name) ?? "") }));
});

/** @param {boolean} visible */
function showFilters(visible) {
  filters.hidden = !visible;
  filterButton.setAttribute("aria-expanded", String(visible));
  if (visible) offer(filters);
}

/** Follow the view: its query in the form, and filters and facets where they narrow it. */
function follow() {
  if (page.state.view === null) return;
  const { path, parameters } = parseAddress(page.state.view);
  // What was typed before the first view was there is kept.
  if (hasShownView || parameters.has("q")) words.value = parameters.get("q") ?? "";
  hasShownView = true;
  fill(form, parameters);
  const isList = page.state.views.some((view) => view.path === path && view.isList);
  tools.hidden = !isList;
  if (!isList) showFilters(false);
  aside.hidden = !hasFacets || !isList;
  showFacets(parameters);
}

const keys = declareKeys("Everywhere", {
  search: { keys: ["/"], does: "Search" },
  filters: { keys: ["f"], does: "Filters of a list" },
  facets: { keys: ["c"], does: "Facets of a list, with counts" },
});

/** Take what is typed, chosen, dropped and pasted from now on. */
export function startSearchBar() {
  build(filters);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search(readQuery(["like", "picture", "sort"]));
  });
  filters.addEventListener("change", ({ target }) => target instanceof HTMLSelectElement && form.requestSubmit());
  filterButton.addEventListener("click", () => showFilters(filters.hidden));
  facetButton.addEventListener("click", () => {
    hasFacets = !hasFacets;
    facetButton.setAttribute("aria-expanded", String(hasFacets));
    aside.hidden = !hasFacets;
    if (page.state.view !== null) showFacets(parseAddress(page.state.view).parameters);
  });
  listen(element("picture-button"), /** @type {HTMLInputElement} */ (element("picture-file")), (key) => {
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
