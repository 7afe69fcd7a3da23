// The items of a collection as cards, in its order: a page at a time, and drawn again in part when others have changed something.

import { writeAddress } from "/page/address.js";
import { get } from "/page/api.js";
import { card } from "/page/card.js";
import { announce, h } from "/page/dom.js";
import { doAndSay } from "/page/done.js";
import { dragged } from "/page/drag.js";
import { newest } from "/page/follow.js";
import { length } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { showMarks } from "/page/listed-marks.js";
import { menuButton } from "/page/menu.js";
import { endless } from "/page/scroll.js";
import { MOST as MOST_CHOSEN, selectable } from "/page/selectable.js";
import { add, change, exclude, may, moveItems, removeItems } from "./acts.js";

/** @typedef {import("dampipe-api").Schemas["ItemReport"]} Item */
/** @typedef {import("./acts.js").Collection} Collection */

const PAGE = 100;
const MOST = 1000;
const keys = declareKeys("Items of a collection", {
  earlier: { keys: ["["], does: "Move the item one place earlier" },
  later: { keys: ["]"], does: "Move the item one place later" },
  remove: { keys: ["Delete", "Backspace"], does: "Take the item out" },
});

/** @param {Item} item */
const keyOf = (item) => (typeof item.id === "number" ? `item-${item.id}` : `found-${item.asset}`);
/** Where an item opens: a subclip with its range. @param {Item} item */
const linkOf = ({ asset, subclip }) => writeAddress(`/asset/${asset}`, subclip
  ? { t: subclip.start.toFixed(3), in: subclip.start.toFixed(3), out: subclip.end.toFixed(3), subclip: subclip.id } : { t: "0.00" });

/**
 * @param {AbortSignal} signal
 * @param {() => Collection} of the collection as it is now
 * @param {() => unknown} changed is called when something was changed here
 */
export function itemGrid(signal, of, changed) {
  const grid = h("div", { class: "grid items" });
  const element = h("div", {}, grid);
  /** @type {Map<string, { json: string, card: HTMLElement }>} */
  let shown = new Map();
  /** @type {Item[]} */
  let items = [];
  /** @type {string | null} */
  let after = null;

  /** @param {() => Promise<import("/page/panels.js").Done | null | void>} act */
  const act = (act) => doAndSay(async () => {
    const done = await act();
    await changed();
    return done;
  });
  const isOwn = (/** @type {Item} */ item) => typeof item.id === "number";
  /** Whether an item can be moved among others: in a saved search only those that are pinned. @param {Item} item */
  const moves = (item) => isOwn(item) && may(of(), "edit");
  const movable = () => items.filter(moves);

  /** @param {Item} item @param {-1 | 1} by */
  function shift(item, by) {
    const own = movable();
    const other = own[own.findIndex(({ id }) => id === item.id) + by];
    if (!other || typeof other.id !== "number") return;
    const beside = other.id;
    act(async () => {
      const done = await moveItems(of(), [item], by < 0 ? { before: beside } : { after: beside });
      announce(`${item.name} is ${by < 0 ? "before" : "after"} ${other.name}`);
      return done;
    });
  }

  /** @param {Item} item */
  const remove = (item) => (isOwn(item) ? removeItems(of(), [Number(item.id)]) : exclude(of(), [item.asset]));

  /** @param {Item} item */
  function menu(item) {
    const one = of();
    const pin = (/** @type {object} */ place) => act(() => add(one, { body: { assets: [item.asset] }, count: 1 }, place));
    return [
      { label: "Play", act: () => (location.hash = linkOf(item)) },
      ...(moves(item) ? [
        { label: "Move to the beginning", act: () => act(() => moveItems(one, [item], { first: true })) },
        { label: "Move earlier", keys: "[", act: () => shift(item, -1) },
        { label: "Move later", keys: "]", act: () => shift(item, 1) },
        { label: "Move to the end", act: () => act(() => moveItems(one, [item], { last: true })) },
      ] : []),
      may(one, "edit") && one.filters && !item.pinned && { label: "Pin: always in it, first", act: () => pin({ last: true }) },
      may(one, "edit") && { label: "Make it the cover", act: () => act(() => change(one, { cover: item.asset }, `${item.name} is the cover.`)) },
      may(one, "edit") && { label: one.filters ? (item.pinned ? "Unpin" : "Exclude: never in it") : "Remove from the collection", keys: "Del", act: () => act(() => remove(item)) },
    ];
  }

  /** @param {Item} item */
  function draw(item) {
    const { subclip } = item;
    const facts = subclip ? `Subclip of ${item.name}` : item.kind === "still" ? "still" : "";
    const badge = item.pinned ? "pinned" : null;
    const made = card({ sha1: item.asset, name: subclip ? subclip.name : item.name, duration: item.kind === "still" ? null : item.duration, time: subclip ? subclip.start : null, badge },
      h("p", {}, facts, subclip ? ` · ${length(subclip.end - subclip.start)}` : null));
    made.dataset.key = keyOf(item);
    if (isOwn(item)) Object.assign(made.dataset, { item: String(item.id), collection: String(of().id) });
    const link = /** @type {HTMLAnchorElement} */ (made.querySelector("a.picture"));
    link.dataset.key = `play-${keyOf(item)}`;
    if (subclip) {
      link.setAttribute("href", linkOf(item));
      link.addEventListener("pointerleave", () => link.setAttribute("href", linkOf(item)));
    }
    made.append(menuButton(`What can be done with ${item.name}`, () => menu(item), { "data-key": `menu-${keyOf(item)}` }));
    if (may(of(), "edit")) {
      keys({
        earlier: () => (moves(item) ? shift(item, -1) : false),
        later: () => (moves(item) ? shift(item, 1) : false),
        remove: () => act(() => remove(item)),
      }, { signal, within: made });
    }
    return made;
  }

  /** Show the items as they are now: cards that are the same stay, with the focus. */
  function reconcile() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const known = new Map(items.map((item) => {
      const [key, json] = [keyOf(item), JSON.stringify(item)];
      const before = shown.get(key);
      return [key, before?.json === json ? before : { json, card: draw(item) }];
    }));
    const wanted = [...known.values()].map(({ card: one }) => one);
    const staying = new Set(wanted);
    for (const { card: one } of shown.values()) if (!staying.has(one)) one.remove(); // first, so that those after it stay where they are
    wanted.forEach((one, index) => {
      if (grid.children[index] !== one) grid.insertBefore(one, grid.children[index] ?? null);
    });
    shown = known;
    if (!focused || !grid.contains(focused) && !focused.dataset.key) return;
    const again = focused.isConnected ? focused : /** @type {HTMLElement | null} */ (grid.querySelector(`[data-key="${CSS.escape(focused.dataset.key ?? "")}"]`));
    if (again && document.activeElement !== again && grid.contains(again)) again.focus({ preventScroll: true });
  }

  /** @param {string | null} from @param {number} limit */
  const page = (from, limit) => get(`/collections/${of().id}/items`, { limit, ...(from ? { after: from } : {}) }, signal);

  /** Read what is shown again. */
  const refresh = newest(async () => {
    /** @type {Item[]} */
    const found = [];
    const wanted = Math.max(PAGE, items.length);
    /** @type {string | null} */
    let cursor = null;
    do {
      const part = await page(cursor, Math.min(MOST, Math.max(PAGE, wanted - found.length)));
      found.push(...part.items);
      cursor = part.after ?? null;
    } while (cursor && found.length < wanted);
    return { found, cursor };
  }, ({ found, cursor }) => {
    const hadMore = after !== null;
    [items, after] = [found, cursor];
    reconcile();
    if (after && !hadMore) element.append(endless(signal, more));
  });

  async function more() {
    if (!after) return false;
    const part = await page(after, PAGE);
    items = [...items, ...part.items];
    after = part.after ?? null;
    reconcile();
    return after !== null;
  }

  /** The assets of all items, each once. */
  async function everything() {
    /** @type {Set<string>} */
    const found = new Set();
    /** @type {string | null} */
    let cursor = null;
    do {
      const part = await page(cursor, MOST);
      for (const { asset } of part.items) found.add(asset);
      cursor = part.after ?? null;
    } while (cursor && found.size < MOST_CHOSEN);
    return { assets: [...found] };
  }
  selectable(grid, { signal, everything });
  showMarks(grid, signal);

  // Dropping: before or after a card, by the half of it under the pointer; at the end beside the cards.
  /** @type {{ card: HTMLElement, side: "before" | "after" } | null} */
  let target = null;
  function unmark() {
    if (target) delete target.card.dataset.drop;
    target = null;
  }
  /** Mark where what is dragged would go; returns it, if it may be dropped here. @param {DragEvent} event */
  function aim(event) {
    const what = dragged();
    if (what?.kind !== "assets" || !may(of(), "edit")) return null;
    event.preventDefault();
    const over = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-item]"));
    const box = over?.getBoundingClientRect();
    const side = box && event.clientX < box.left + box.width / 2 ? "before" : "after";
    if (target?.card !== over || target?.side !== side) {
      unmark();
      if (over) {
        target = { card: over, side };
        over.dataset.drop = side;
      }
    }
    return what;
  }
  element.addEventListener("dragover", aim);
  element.addEventListener("dragleave", (event) => !element.contains(/** @type {Node | null} */ (event.relatedTarget)) && unmark());
  element.addEventListener("drop", (event) => {
    const what = aim(event); // a picture that came under the pointer since has taken the mark away
    if (!what) return;
    const one = of();
    const place = target ? { [target.side]: Number(target.card.dataset.item) } : { last: true };
    unmark();
    const own = what.collection === one.id ? items.filter(({ id }) => typeof id === "number" && what.items?.includes(id)) : [];
    if (own.some(({ id }) => Object.values(place).includes(id ?? -1))) return;
    act(() => (own.length ? moveItems(one, own, place) : add(one, what.chosen, place)));
  });

  return { element, refresh, count: () => items.length };
}
