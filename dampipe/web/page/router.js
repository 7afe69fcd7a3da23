// The router: shows the view of the address, and the player over it. An address without a view shows what there is instead.

import { assetOf, changed, parseAddress, writeAddress } from "./address.js";
import { viewAt } from "./areas.js";
import { notice } from "./dom.js";
import { later } from "./later.js";
import { loadViews } from "./panels.js";
import { begin, remember, restore, startAtTop } from "./positions.js";
import { knownSession, may } from "./session.js";
import { page } from "./state.js";
import { VIEWS } from "./views.js";

const OUTAGE_RETRY = 3000;
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const title = /** @type {HTMLElement} */ (document.getElementById("view-title"));
const player = /** @type {HTMLDialogElement} */ (document.getElementById("player"));

let leaving = new AbortController(); // aborted when another view is shown
/** @type {ReturnType<typeof setTimeout> | undefined} */
let outageTimer;
let isOutage = false; // the view could not be shown since the server was away
/** @type {string | null} the address of the view that is shown, with the place in it where one is */
let placed = null;

/** The present address, with its #. */
export const here = () => location.hash || "#/";

/** Go to an address; where it is the present one, show its view again, for there may be new footage. @param {string} address */
export function go(address) {
  if (here() === address) route();
  else location.hash = address;
}

/**
 * Write down where in its list the view is, without another entry of the history. Returns whether it was: not while the player
 * is open, or another view on its way.
 * @param {string} path
 * @param {URLSearchParams} parameters with the place as `at`
 */
export function rewrite(path, parameters) {
  const address = writeAddress(path, parameters);
  if (page.state.view === null || withoutPlace(here()) !== withoutPlace(page.state.view)) return false;
  history.replaceState(history.state, "", address);
  placed = address;
  return true;
}

/** An address without the place in the list. @param {string} address */
function withoutPlace(address) {
  const { path, parameters } = parseAddress(address);
  return writeAddress(path, changed(parameters, { at: null }));
}

/** Put an address in the place of the present one, and show it: while one types, no step is added to the history. @param {string} address */
export function goInPlace(address) {
  if (here() !== address) replace(address);
}

/** The view of a path; those of features are loaded with their panels. @param {string} path */
async function viewOf(path) {
  const own = VIEWS.find((view) => view.path === path);
  if (own) return own;
  await knownSession();
  await loadPanelViews();
  return viewAt(page.state.views, path, may);
}

/** Have the views of features in the navigation; throws a Problem while the server is away. */
export async function loadPanelViews() {
  if (!page.state.areViewsKnown) await loadViews(VIEWS);
}

/** @param {import("./address.js").Address} address */
async function show({ path, parameters }) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const isKnown = begin();
  isOutage = false;
  placed = null;
  main.setAttribute("aria-busy", "true"); // what was shown before stays until the view is there
  page.set({ view: assetOf(parseAddress(here())) === null ? here() : writeAddress(path, parameters) }); // below the player, another than the address
  try {
    const view = await viewOf(path);
    if (signal.aborted) return;
    await knownSession();
    if (signal.aborted) return; // the address is another one by now
    name(view, parameters);
    if (view && view.path !== path) return replace(writeAddress(view.path, parameters)); // what the area opens with
    if (view) await view.show(main, signal, parameters);
    else main.replaceChildren(notice("There is no such page.", "Choose one in the navigation."));
    if (signal.aborted) return;
    if (isKnown) restore(main, signal);
    else startAtTop();
  } catch (problem) {
    if (signal.aborted) return;
    fail(/** @type {import("./api.js").Problem} */ (problem));
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

/** Give the page the name of what it shows. @param {import("./panels.js").View | null} view @param {URLSearchParams} parameters */
function name(view, parameters) {
  const words = parameters.get("q");
  title.textContent = view?.label || "dampipe";
  document.title = words ? `${words} – dampipe` : view && view.path !== "/" && view.label ? `${view.label} – dampipe` : "dampipe";
}

/** @param {import("./api.js").Problem} problem */
function fail(problem) {
  isOutage = Boolean(problem.isOutage);
  retryAfterOutage();
  main.replaceChildren(notice(problem.message, problem.hint));
}

/** Put an address in the place of the present one, and show it. @param {string} address */
function replace(address) {
  history.replaceState(history.state, "", address);
  return route();
}

/** Show what the address says. */
export async function route() {
  const address = parseAddress(here());
  page.set({ address });
  const asset = assetOf(address);
  if (asset === null) {
    const isBackFromPlayer = player.open && page.state.view !== null && withoutPlace(here()) === withoutPlace(page.state.view);
    if (player.open) player.close();
    if (isBackFromPlayer) begin(true); // the view is still there
    else await show(address);
    return;
  }
  if (page.state.view === null) {
    const list = address.parameters.get("list"); // the view that the address was opened over
    const under = list?.startsWith("/") && assetOf(parseAddress(list)) === null ? `#${list}` : "#/";
    page.set({ view: under });
    await show(parseAddress(under));
    page.set({ view: under });
  }
  const viewAddress = placed ?? /** @type {string} */ (page.state.view);
  try {
    const { open } = await later.player();
    if (assetOf(parseAddress(here())) !== asset) return; // the address is another one by now
    await open(player, asset, address.parameters, () => {
      if (assetOf(parseAddress(here())) !== null) history.replaceState(null, "", viewAddress);
      page.set({ address: parseAddress(viewAddress) });
      begin(true);
    });
  } catch (problem) {
    fail(/** @type {import("./api.js").Problem} */ (problem));
  }
}

/** Show a view again that could not be shown since the server was away. */
export async function routeAfterOutage() {
  if (isOutage && !player.open) await route();
}

/** Ask again while the server is away; `ask` says whether it is. */
let askAgain = () => {};

/** @param {() => void} ask called from time to time during an outage */
export const duringOutage = (ask) => (askAgain = ask);

function retryAfterOutage() {
  clearTimeout(outageTimer);
  if (isOutage) outageTimer = setTimeout(() => (document.hidden ? retryAfterOutage() : (askAgain(), retryAfterOutage())), OUTAGE_RETRY);
}

/** Follow the address from now on. */
export function startRouter() {
  page.set({ views: VIEWS });
  window.addEventListener("hashchange", () => {
    if (!player.open) remember(main);
    route();
  });
  document.addEventListener("click", (event) => { // the link to what is shown asks again: there may be news
    const link = /** @type {Element} */ (event.target).closest("header a, .tools nav a");
    if (!(link instanceof HTMLAnchorElement) || link.hash !== here() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    route();
  });
  window.addEventListener("pagehide", () => remember(main));
  document.addEventListener("logged-in", () => main.querySelector("img") && !player.open && route()); // pictures failed meanwhile
  return route();
}
