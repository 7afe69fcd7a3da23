// The tree of collections: in its own view, and beside the lists of the library, where assets are dropped on it.

import { get } from "/page/api.js";
import { writeAddress } from "/page/address.js";
import { announce } from "/page/dom.js";
import { doAndSay } from "/page/done.js";
import { dragged, startDrag } from "/page/drag.js";
import { declareKeys } from "/page/keys.js";
import { openMenu } from "/page/menu.js";
import { may } from "/page/session.js";
import { tree } from "/page/tree.js";
import { html, nothing } from "/page/vendor/lit.js";
import { add, may as mayIn, moveTo, nameOf } from "./acts.js";
import { menuOf } from "./menu.js";

/** @typedef {import("dampipe-api").Schemas["CollectionReport"]} Collection */
/** @typedef {import("/page/tree.js").Tree} Tree */

const FOLDER = "M3 6h6l2 2h10v11H3z";
const SEARCH = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21";
/** @param {Collection} one */
const iconOf = (one) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${one.filters ? SEARCH : FOLDER}></path></svg>`;

const keys = declareKeys("Collections", {
  rename: { keys: ["F2"], does: "Rename the collection" },
  remove: { keys: ["Delete"], does: "Delete the collection" },
  up: { keys: ["Alt+ArrowUp"], does: "Move the collection up among its siblings" },
  down: { keys: ["Alt+ArrowDown"], does: "Move the collection down among its siblings" },
});

/** @param {Collection} one */
const spoken = (one) => [one.name, one.filters ? "saved search" : "", one.private ? "private" : "", typeof one.items === "number" ? `${one.items} items` : ""].filter(Boolean).join(", ");

/**
 * A tree of all collections. It follows events by itself once `refresh` was called. current: the number of the one in view.
 * @param {AbortSignal} signal
 * @param {{ current?: string, label?: string }} [settings]
 * @returns {{ element: Tree, refresh: () => Promise<void>, all: () => readonly Collection[] }}
 */
export function collectionTree(signal, { current = "", label = "Collections" } = {}) {
  /** @type {readonly Collection[]} */
  let all = [];
  const byId = (/** @type {number | null | undefined} */ id) => all.find((one) => one.id === id) ?? null;
  const below = (/** @type {Collection | null} */ of) => all.filter((one) => (one.parent ?? null) === (of?.id ?? null));
  const isWithin = (/** @type {Collection | null} */ one, /** @type {number} */ id) => {
    for (let at = one; at; at = byId(at.parent)) if (at.id === id) return true;
    return false;
  };

  /** @param {Collection} one @returns {readonly import("/page/tree.js").Place[]} */
  function places(one) {
    const what = dragged();
    if (!what) return [];
    if (what.kind === "assets") return mayIn(one, "edit") ? ["in"] : [];
    const moved = byId(what.id);
    if (!moved || !mayIn(moved, "manage") || isWithin(one, what.id)) return [];
    return mayIn(one, "edit") ? ["in", "before", "after"] : ["before", "after"];
  }

  /** @param {Collection} one @param {import("/page/tree.js").Place} place */
  function drop(one, place) {
    const what = dragged();
    if (what?.kind === "assets") doAndSay(() => add(one, what.chosen));
    const moved = what?.kind === "collection" ? byId(what.id) : null;
    if (moved) doAndSay(() => moveTo(moved, one, place));
  }

  /** @param {Collection} one @param {import("/page/tree.js").Place | null} place */
  function over(one, place) {
    const what = dragged();
    if (!place || !what) return;
    if (what.kind === "collection") announce(`Move ${place === "in" ? "into" : place} ${one.name}`);
    else announce(one.filters ? `Pin in ${one.name}` : `Add to ${one.name}`);
  }

  const element = tree(label, /** @type {import("/page/tree.js").TreeSource<Collection>} */ ({
    load: async (of) => {
      if (!of) all = await get("/collections", {}, signal);
      return { items: below(of), next: null };
    },
    key: (one) => String(one.id),
    name: spoken,
    draw: (one) => html`${iconOf(one)}<span class="text">${one.name}</span>${one.private ? html`<small title="Private">private</small>` : nothing}${typeof one.items === "number" && !one.filters ? html`<small>${one.items.toLocaleString()}</small>` : nothing}`,
    hasBelow: (one) => below(one).length > 0,
    href: (one) => writeAddress("/collections", { collection: one.id }),
    places, drop, over,
    drag: (one, event) => startDrag(event, { kind: "collection", id: one.id }, nameOf(one)),
    menu: (one, event) => {
      const at = "clientX" in event && event.clientX ? { x: event.clientX, y: event.clientY } : null;
      const row = element.querySelector(`[data-key="tree-${one.id}"] > .row`) ?? element;
      openMenu(row, one.name, menuOf(one, all, refresh), at);
    },
  }), current);

  async function refresh() {
    await element.refresh().catch((problem) => {
      if (!signal.aborted) throw problem; // else another view is shown by now
    });
    const path = [];
    for (let at = byId(Number(element.current)); at; at = byId(at.parent)) path.unshift(String(at.id));
    await element.reveal(path);
  }

  /** @param {-1 | 1} by */
  function shift(by) {
    const one = element.active;
    if (!one || !mayIn(one, "manage")) return false;
    const siblings = below(byId(one.parent));
    const other = siblings[siblings.findIndex(({ id }) => id === one.id) + by];
    if (!other) return true;
    doAndSay(async () => {
      const done = await moveTo(one, other, by < 0 ? "before" : "after");
      await refresh();
      element.focusOn(String(one.id));
      announce(`${one.name} is ${by < 0 ? "before" : "after"} ${other.name}`);
      return done;
    });
    return true;
  }

  /** @param {"Rename …" | "Delete …"} label */
  const act = (label) => {
    const one = element.active;
    const item = one && menuOf(one, all, refresh).find((other) => other && other.label === label);
    if (item) item.act();
    return Boolean(item);
  };
  if (may("edit")) keys({ rename: () => act("Rename …"), remove: () => act("Delete …"), up: () => shift(-1), down: () => shift(1) }, { signal, within: element });
  return { element, refresh, all: () => all };
}
