// The page of a guest: what a share link shows. Guests have no stream of events: it asks again every ten seconds while it is
// in view.

import { byId, h, notice, redraw } from "../dom.js";
import { dateTime } from "../format.js";
import { listenForKeys } from "../keys.js";
import { startKeysHelp } from "../keys-help.js";
import { asProblem, get } from "./api.js";
import { asset } from "./asset.js";
import { collection } from "./collection.js";
import { enter } from "./enter.js";
import { place } from "./place.js";

const EVERY = 10_000;
const main = byId("main", HTMLElement);
const heading = byId("link-name", HTMLElement);
const about = byId("about", HTMLElement);
const message = byId("message", HTMLElement);
/** @typedef {import("dampipe-api").Schemas["GuestSession"]} GuestSession */

/** @type {GuestSession | null} */
let session = null; // of the guest; null while the link is not open
let showing = new AbortController(); // aborted when another view is shown

function close() {
  session = null;
  showing.abort();
  heading.textContent = document.title = "Shared footage";
  about.textContent = message.textContent = "";
}

/** @param {GuestSession} session */
function describeSession(session) {
  heading.textContent = session.name;
  const until = session.expires_at ? `Open until ${dateTime(session.expires_at)}.` : "";
  const writes = session.allow.includes("comment") || session.moves.length;
  about.textContent = [writes ? `You are here as ${session.guest}.` : "", until].filter(Boolean).join(" ");
  message.textContent = session.message;
}

/**
 * What the address leads to, or what the link shows first.
 * @param {HTMLElement} view
 * @param {AbortSignal} signal
 * @param {GuestSession} session
 */
function draw(view, signal, session) {
  const { kind, name, start, end } = place();
  if (kind === "asset" && /^[0-9a-f]{4,40}$/i.test(name)) return asset(view, signal, session, name, { start, end });
  if (kind === "collection" && /^[1-9]\d*$/.test(name)) return collection(view, signal, session, Number(name));
  if (session.asset) return asset(view, signal, session, session.asset, {});
  if (session.collection) return collection(view, signal, session, session.collection);
  return view.append(notice("This link shows nothing now.", "Ask the one who sent it."));
}

async function show({ isMoved = false } = {}) {
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  if (!session) return;
  describeSession(session);
  document.title = session.name;
  const view = h("div", { class: "view" });
  try {
    await draw(view, signal, session);
  } catch (error) {
    const problem = asProblem(error);
    if (signal.aborted) return;
    if (problem.isEnd) return begin({ isAgain: true });
    view.replaceChildren(notice(problem.message, problem.hint ?? "", h("button", { type: "button", onclick: () => show() }, "Try again")));
  }
  if (signal.aborted) return;
  main.replaceChildren(view);
  if (isMoved) {
    const first = /** @type {HTMLElement} */ (view.querySelector("h2") ?? heading);
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
  view.dispatchEvent(new Event("shown"));
}

/** @param {{ isAgain?: boolean }} [settings] */
async function begin(settings = {}) {
  close();
  session = await enter(main, settings);
  await show();
}

/** Another tab has opened another link: both have one cookie. */
function replaced() {
  close();
  redraw(main, notice("Another link was opened in this browser.", "Only one is open at a time.",
    h("button", { type: "button", onclick: () => begin() }, "Open this link again")));
}

/** See whether the link is still open and allows the same, and have the view ask what is new. */
async function check() {
  if (!session || document.hidden) return;
  const before = session;
  try {
    const now = await get("/share-sessions/current");
    if (session !== before) return;
    if (now.share !== session.share) return replaced();
    session = now;
    if (JSON.stringify({ ...now, guest: "" }) !== JSON.stringify({ ...before, guest: "" })) await show();
    else document.dispatchEvent(new Event("look-again"));
  } catch (problem) {
    if (session === before && [401, 404].includes(asProblem(problem).status)) await begin({ isAgain: true });
  }
}

let token = place().token;
window.addEventListener("hashchange", () => {
  const isOther = place().token !== token;
  token = place().token;
  if (isOther) begin();
  else if (session) show({ isMoved: true });
});
document.addEventListener("visibilitychange", check);
document.addEventListener("session-ended", check);
listenForKeys();
startKeysHelp(byId("keys", HTMLDialogElement), byId("keys-button", HTMLButtonElement));
setInterval(check, EVERY);
begin();
