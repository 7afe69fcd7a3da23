// The start of the page: the router, the navigation, the search form, the keys, and what the server reports.

import { get, setLogin } from "./api.js";
import { startBeside } from "./beside.js";
import { listenForDrags } from "./drag.js";
import { listen } from "./events.js";
import { listenForKeys } from "./keys.js";
import { startKeysHelp } from "./keys-help.js";
import { loadRest } from "./later.js";
import { login, showAccount } from "./login.js";
import { duringOutage, loadPanelViews, routeAfterOutage, startRouter } from "./router.js";
import { startSearchBar } from "./search-bar.js";
import "./selection-bar.js";
import { knownSession } from "./session.js";
import { statusText } from "./shell.js";
import { page } from "./state.js";
import { startToasts } from "./toasts.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const statusLine = /** @type {HTMLElement} */ (document.getElementById("status-line"));
/** @type {Schemas["Status"] | null} */
let unseenStatus = null; // came while the tab was hidden
let isShown = false; // the first view, or why it cannot be

/** @param {Schemas["Status"]} status */
const setStatus = (status) => page.set({ status, counts: JSON.stringify([status.assets, status.stages]) });

/** Ask for the status once: at the start, after a change that was made here, and during an outage. */
async function refreshStatus() {
  try {
    setStatus(await get("/status"));
    statusLine.textContent = statusText(page.state); // after an outage it may be the same as before
    await knownSession();
    if (isShown) loadPanelViews().catch(() => {}); // while the server is away, there are none
    await routeAfterOutage();
  } catch (problem) {
    statusLine.textContent = /** @type {Error} */ (problem).message;
  }
}

/** What the server sends. @param {import("./event-stream.js").Message} message */
function receive({ kind, data }) {
  if (kind === "status") {
    unseenStatus = document.hidden ? data : null;
    if (!document.hidden) setStatus(data);
  } else if (kind === "open") {
    document.dispatchEvent(new Event("server-followed")); // what happened before the connection was there is not sent
  } else if (kind === "away") {
    refreshStatus(); // says whether the server is away, or wants a login
  } else if (kind === "outage") {
    statusLine.textContent = data.detail;
  } else if (kind === "event") {
    document.dispatchEvent(new CustomEvent("server-event", { detail: data }));
  }
}

// A view that is left gives its requests up, whose end is of no interest then.
window.addEventListener("unhandledrejection", (event) => event.reason?.name === "AbortError" && event.preventDefault());
setLogin(login);
knownSession(); // with the first requests of the page, not after them
const early = new URLSearchParams(location.search).get("q"); // the form was sent before this module could take it
if (early !== null) history.replaceState(null, "", early.trim() ? `/#/search?${new URLSearchParams({ q: early.trim() })}` : "/");
document.addEventListener("runs-changed", refreshStatus);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !unseenStatus) return;
  setStatus(unseenStatus);
  unseenStatus = null;
});
page.watch(["status"], (state) => (statusLine.textContent = statusText(state)));
duringOutage(refreshStatus);
listenForKeys();
startKeysHelp(/** @type {HTMLDialogElement} */ (document.getElementById("keys")), /** @type {HTMLElement} */ (document.getElementById("keys-button")));
startSearchBar();
startBeside();
listenForDrags();
showAccount();
startToasts();
listen(receive);
refreshStatus();
startRouter().finally(() => {
  isShown = true;
  loadPanelViews().catch(() => {});
  setTimeout(loadRest, 1000); // the pictures of the first view come first
});
