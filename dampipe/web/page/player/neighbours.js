// The list that an asset was opened from: what stands before and after it.

import { parseAddress } from "../address.js";
import { derivative } from "../api.js";
import { page } from "../state.js";

/** @typedef {import("../panels.js").Neighbours} Neighbours */

/**
 * A list that asks the server for what it does not show, as `dp-grid` does: `indexOf` is the place of an asset, null where it has none;
 * `sha1s` are those from one place to another, both included.
 * @typedef {HTMLElement & { indexOf: (sha1: string) => Promise<number | null>, sha1s: (from: number, to: number) => Promise<string[]>, total?: number }} List
 */

/** The SHA-1 of each card in the order in which they are seen. @param {Element} main */
function cardsOf(main) {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (main.querySelectorAll("[data-sha1], a.picture[href^='#/asset/']"));
  const named = [...links].map((one) => one.dataset.sha1 ?? /^#\/asset\/([0-9a-f]+)/.exec(one.getAttribute("href") ?? "")?.[1] ?? "");
  return [...new Set(named.filter(Boolean))];
}

/** @param {List} list @param {string} sha1 @returns {Promise<Neighbours | null>} */
async function ofList(list, sha1) {
  const at = await list.indexOf(sha1);
  if (at === null || at < 0) return null;
  const last = list.total ? list.total - 1 : at + 1;
  const near = await list.sha1s(Math.max(0, at - 1), Math.min(at + 1, last));
  const place = near.indexOf(sha1);
  if (place < 0) return null;
  return { previous: near[place - 1] ?? null, next: near[place + 1] ?? null, at, count: list.total ?? null };
}

/**
 * What stands before and after an asset in the view that the player is over; null where it is not in its list. The view itself says
 * so (`neighbours`), or its list, or the cards that it shows.
 * @param {string} sha1
 * @param {AbortSignal} signal
 * @returns {Promise<Neighbours | null>}
 */
export async function neighboursOf(sha1, signal) {
  const main = document.getElementById("main");
  if (!main || page.state.view === null) return null;
  const { path, parameters } = parseAddress(page.state.view);
  const view = page.state.views.find((one) => one.path === path);
  if (view?.neighbours) return view.neighbours(sha1, parameters, signal);
  const list = /** @type {List | null} */ (main.querySelector("dp-grid"));
  const found = list && typeof list.indexOf === "function" && typeof list.sha1s === "function" ? await ofList(list, sha1).catch(() => null) : null;
  if (found) return found;
  const cards = cardsOf(main);
  const at = cards.indexOf(sha1);
  return at < 0 ? null : { previous: cards[at - 1] ?? null, next: cards[at + 1] ?? null, at, count: null };
}

/** Have the browser fetch the posters of neighbours before they are asked for. @param {Neighbours} found */
export function preload({ previous, next }) {
  for (const sha1 of [next, previous]) if (sha1) new Image().src = derivative(sha1, "poster");
}
