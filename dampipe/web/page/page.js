// The router: which view is shown for which address; the search form; and the status line in the header.

import { get } from "./api.js";
import { h, notice } from "./dom.js";
import { duplicates } from "./duplicates.js";
import { listen as followServer } from "./events.js";
import { facetPanel } from "./facets.js";
import { failures } from "./failures.js";
import { build, chosen, fill, offer } from "./filters.js";
import { plural } from "./format.js";
import { library } from "./library.js";
import { showAccount } from "./login.js";
import { panelViews } from "./panels.js";
import { listen } from "./picture.js";
import { open } from "./player.js";
import { results } from "./results.js";
import { scans } from "./scans.js";
import { knownSession, may } from "./session.js";

const views = { "/": library, "/search": results, "/duplicates": duplicates, "/scans": scans, "/failures": failures };
const element = (id) => document.getElementById(id);
const [main, dialog, form, filters, filterButton] = ["main", "player", "search", "filters", "filter-button"].map(element);
const [aside, facetButton] = ["facets", "facet-button"].map(element);
const LISTS = new Set(["/", "/search"]); // views that facets narrow
const OUTAGE_RETRY = 3000;

let hasFacets = false; // whether the panel was opened
let shownAddress = null; // of the view, also while the player is open over it
let hasShownView = false;
let leaving = new AbortController(); // aborted when another view is shown
let lastCounts = null;
let unseenStatus = null; // came while the tab was hidden
let outageTimer = null;
let isLinkFollowed = false; // since the last view was shown; Back and Forward keep the position
let isOutage = false; // the view could not be shown since the server was away; it is shown again once the server answers

/** The function that shows a view, its own or one of a feature; null where there is none. */
async function viewOf(path) {
  if (Object.hasOwn(views, path)) return views[path];
  return (await panelViews()).find((view) => view.path === path)?.show ?? null;
}

function markLink() {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === shownAddress.split("?")[0]) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** The links to the views of features that the actor may use. */
async function showLinks() {
  const links = (await panelViews()).filter((view) => view.label && may(view.scope));
  element("more-views").replaceChildren(...links.map(({ path, label }) => h("a", { href: `#${path}` }, label)));
  if (shownAddress !== null) markLink();
}

async function show(path, parameters) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  shownAddress = location.hash || "#/";
  markLink();
  // What was typed before the first view was there is kept.
  if (hasShownView || parameters.has("q")) form.elements.q.value = parameters.get("q") ?? "";
  hasShownView = true;
  fill(form, parameters);
  aside.hidden = !hasFacets || !LISTS.has(path);
  showFacets(parameters);
  document.title = parameters.get("q") ? `${parameters.get("q")} – dampipe` : "dampipe";
  isOutage = false;
  try {
    await knownSession();
    const view = await viewOf(path);
    const isNew = isLinkFollowed;
    isLinkFollowed = false;
    if (!signal.aborted) await (view ?? library)(main, signal, parameters);
    if (isNew && !signal.aborted) window.scrollTo(0, 0);
  } catch (problem) {
    if (signal.aborted) return;
    isOutage = Boolean(problem.isOutage);
    if (isOutage) retryAfterOutage();
    const query = main.querySelector(".query"); // kept, so that a filter that causes the error can be removed
    main.replaceChildren(...(query ? [query] : []), notice(problem.message, problem.hint));
  }
}

async function route() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  const parameters = new URLSearchParams(query);
  const asset = path.match(/^\/asset\/([0-9a-f]{4,40})$/);
  if (!asset) {
    const isBackFromPlayer = dialog.open && (location.hash || "#/") === shownAddress;
    if (dialog.open) dialog.close();
    if (!isBackFromPlayer) await show(path, parameters); // else the view is still there
    return;
  }
  if (shownAddress === null) await show("/", new URLSearchParams());
  const viewAddress = shownAddress;
  try {
    await open(dialog, asset[1], Number(parameters.get("t")) || 0, () => {
      if (location.hash.startsWith("#/asset/")) history.replaceState(null, "", viewAddress);
    });
  } catch (problem) {
    main.replaceChildren(notice(problem.message, problem.hint));
  }
}

/** Show the status in the header, and have the view follow it: `status-changed`, and `library-changed` with the counts. */
function showStatus(status) {
  const [line, failed] = ["status-line", "failed"].map(element);
  const { assets, stages } = status;
  const counts = JSON.stringify([assets, stages]);
  document.dispatchEvent(new CustomEvent("status-changed", { detail: status }));
  if (counts !== lastCounts) document.dispatchEvent(new CustomEvent("library-changed", { detail: status }));
  lastCounts = counts;
  const sum = (name) => Object.values(stages).reduce((total, stage) => total + stage[name], 0);
  const pending = sum("waiting") + sum("running");
  line.textContent = pending ? `${plural(pending, "stage")} left` : plural(assets, "asset");
  failed.hidden = !sum("failed");
  failed.textContent = sum("failed");
}

/** Ask for the status once: at the start, after a change that was made here, and during an outage. */
async function refreshStatus() {
  try {
    showStatus(await get("/status"));
    await knownSession();
    if (isOutage && !dialog.open) await route();
  } catch (problem) {
    element("status-line").textContent = problem.message;
  }
  if (isOutage) retryAfterOutage();
}

function retryAfterOutage() {
  clearTimeout(outageTimer);
  outageTimer = setTimeout(() => (document.hidden ? retryAfterOutage() : refreshStatus()), OUTAGE_RETRY);
}

/** What the server sends: the status when it changes, events as they happen, and whether it can be reached. */
function receive({ kind, data }) {
  if (kind === "status") {
    unseenStatus = document.hidden ? data : null;
    if (!document.hidden) showStatus(data);
  } else if (kind === "away") {
    refreshStatus(); // says whether the server is away, or wants a login
  } else if (kind === "outage") {
    element("status-line").textContent = data.detail;
  } else if (kind === "event") {
    document.dispatchEvent(new CustomEvent("server-event", { detail: data }));
  }
}

function showUnseen() {
  if (document.hidden || !unseenStatus) return;
  showStatus(unseenStatus);
  unseenStatus = null;
}

/** The query in the form, with those parameters of the address that the form does not show (picture, moment). */
function readQuery(kept) {
  const words = form.elements.q.value.trim();
  const before = new URLSearchParams(location.hash.split("?")[1] ?? "");
  return [...(words ? [["q", words]] : []), ...kept.flatMap((name) => before.getAll(name).map((value) => [name, value])), ...chosen(form)];
}

/** Go to an address; where it is the present one, show its view again, for there may be new footage. */
function go(address) {
  if ((location.hash || "#/") === address) route();
  else location.hash = address;
}

function search(pairs) {
  go(pairs.length ? `#/search?${new URLSearchParams(pairs)}` : "#/");
}

function showFilters(visible) {
  filters.hidden = !visible;
  filterButton.setAttribute("aria-expanded", String(visible));
  if (visible) offer(filters);
}

/** The parameters of the address that is shown. */
const parametersOf = (address) => new URLSearchParams(address?.split("?")[1] ?? "");

const showFacets = facetPanel(aside, (name, change) => {
  const before = parametersOf(location.hash);
  const value = change(before.get(name) ?? "");
  const pairs = [...before].filter(([other]) => other !== name);
  search(value ? [...pairs, [name, value]] : pairs);
});

build(filters);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(readQuery(["like", "picture", "sort"]));
});
filters.addEventListener("change", (event) => event.target.tagName === "SELECT" && form.requestSubmit());
filterButton.addEventListener("click", () => showFilters(filters.hidden));
facetButton.addEventListener("click", () => {
  hasFacets = !hasFacets;
  facetButton.setAttribute("aria-expanded", String(hasFacets));
  aside.hidden = !hasFacets || !LISTS.has((shownAddress ?? "#/").slice(1).split("?")[0]);
  showFacets(parametersOf(shownAddress));
});
listen(element("picture-button"), element("picture-file"), (key) => {
  form.elements.q.value = "";
  search([["picture", key], ...chosen(form)]);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#/']");
  if (link && !link.hash.startsWith("#/asset/")) isLinkFollowed = true;
}, true);
document.querySelector("header").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || (location.hash || "#/") !== link.hash) return;
  event.preventDefault();
  route();
});
document.addEventListener("session-changed", () => showLinks().catch(() => {})); // while the server is away, none
document.addEventListener("runs-changed", refreshStatus);
document.addEventListener("logged-in", () => main.querySelector("img") && !dialog.open && route()); // pictures failed meanwhile
window.addEventListener("hashchange", route);
const early = new URLSearchParams(location.search).get("q"); // the form was sent before this module could take it
if (early !== null) history.replaceState(null, "", early.trim() ? `/#/search?${new URLSearchParams({ q: early.trim() })}` : "/");
showAccount();
showLinks().catch(() => {});
document.addEventListener("visibilitychange", showUnseen);
followServer(receive);
refreshStatus();
route();
