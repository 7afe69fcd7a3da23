// The library: all assets, the newest first, with more as one scrolls.

import { get } from "./api.js";
import { card } from "./card.js";
import { h, notice } from "./dom.js";
import { facts, plural } from "./format.js";
import { endless } from "./scroll.js";
import { selectable } from "./selectable.js";
import { may } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const PAGE = 60;

/** @param {Schemas["Video"]} video */
function assetCard(video) {
  const hasPoster = video.derivatives.some((made) => made.kind === "poster");
  const { sha1, name, media } = video;
  const duration = media?.kind === "still" ? null : media?.duration;
  return card({ sha1, name, path: video.paths[0], duration, hasPoster, derivatives: video.derivatives }, h("p", {}, facts(video)));
}

/** A line about files that are not shown yet; hidden while there are none. @param {AbortSignal} signal */
async function pendingLine(signal) {
  const line = h("p", { class: "hint", hidden: true });
  async function refresh() {
    const { scans } = page.state.status ?? (await get("/status", {}, signal).catch(() => ({ scans: [] })));
    const waiting = scans.reduce((sum, { active, done, searchable }) => sum + active - (searchable - done), 0);
    line.hidden = !waiting;
    line.replaceChildren(`${plural(waiting, "more file")} will appear here when processed. `, h("a", { href: "#/scans" }, "Show progress"));
    pending.waiting = waiting;
  }
  const pending = { line, waiting: 0 };
  page.watch(["counts"], refresh, signal);
  await refresh();
  return pending;
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {URLSearchParams} parameters
 * @param {{ line: HTMLElement, waiting: number } | null} [line]
 */
export async function library(main, signal, parameters, line = null) {
  const pending = line ?? (await pendingLine(signal));
  const grid = h("div", { class: "grid" });
  const shown = new Map(); // by SHA-1: the card, and the JSON it was drawn from
  const drawnAnew = new AbortController();
  /** @type {string | undefined} */
  let after;

  /** @param {Schemas["Video"]} video */
  function draw(video) {
    const made = { element: assetCard(video), json: JSON.stringify(video) };
    shown.set(video.sha1, made);
    return made.element;
  }

  /** Show new and changed assets, except cards in use (hovered or focused). Returns false if the view was drawn anew. */
  async function refresh() {
    const latest = await get("/assets", { limit: PAGE, pending: false }, signal).catch(() => []);
    if (signal.aborted) return false;
    const firstShown = latest.findIndex(({ sha1 }) => shown.has(sha1));
    const isIdle = !window.scrollY && !grid.matches(":hover, :focus-within");
    if (!shown.size || (latest.length && firstShown < 0 && isIdle)) {
      await library(main, signal, parameters, pending);
      return false;
    }
    for (const video of latest) {
      const before = shown.get(video.sha1);
      const isChanged = before && before.json !== JSON.stringify(video);
      if (isChanged && !before.element.matches(":hover, :focus-within")) before.element.replaceWith(draw(video));
    }
    if (isIdle) insert(latest);
    return true;
  }

  /** Draw the assets of the first page that are not shown yet, each at its place. @param {Schemas["Video"][]} latest */
  function insert(latest) {
    let next = grid.firstElementChild;
    for (const video of latest) {
      const at = shown.get(video.sha1)?.element;
      if (at) next = at.nextElementSibling;
      else grid.insertBefore(draw(video), next);
    }
  }

  let isRefreshing = false;
  let isOld = false; // changed again while it was being refreshed

  async function refreshOnChange() {
    isOld = isRefreshing;
    if (isRefreshing) return;
    do {
      isOld = false;
      isRefreshing = true;
      if (!(await refresh())) return drawnAnew.abort(); // which follows the state itself
      isRefreshing = false;
    } while (isOld && !signal.aborted);
  }

  /** Append the next page; returns whether there may be another one. */
  async function more() {
    const next = await get("/assets", { limit: PAGE, pending: false, ...(after ? { after } : {}) }, signal);
    grid.append(...next.filter(({ sha1 }) => !shown.has(sha1)).map(draw));
    after = next.at(-1)?.sha1;
    return next.length === PAGE;
  }

  const hasMore = await more();
  page.watch(["counts"], refreshOnChange, AbortSignal.any([signal, drawnAnew.signal]));
  if (!grid.childElementCount) {
    const action = pending.waiting || may("scan") ? h("a", { class: "button", href: "#/scans" }, pending.waiting ? "Show progress" : "Add footage") : null;
    main.replaceChildren(pending.waiting
      ? notice(`${plural(pending.waiting, "file")} will appear here when processed.`, "", action)
      : notice("The library is empty.", may("scan") ? "Scan a folder of footage to fill it." : "", action));
    return;
  }
  selectable(grid, { signal: AbortSignal.any([signal, drawnAnew.signal]), everything: () => ({ filters: {} }) });
  main.replaceChildren(h("h2", { class: "unseen" }, "All assets"), pending.line, grid, ...(hasMore ? [endless(signal, more)] : []));
}
