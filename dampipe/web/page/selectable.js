// Choosing in a list of assets: by checkbox, click, shift, lasso, long press and keys. Each list of cards calls `selectable` once.

import { describe, post } from "./api.js";
import { h } from "./dom.js";
import { plural } from "./format.js";
import { declareKeys } from "./keys.js";
import { Lasso } from "./lasso.js";
import { listOf } from "./list-of.js";
import { verticalStep } from "./rows.js";
import { selection } from "./selection.js";
import { page } from "./state.js";

/** @typedef {import("./grid-types.js").GridList} GridList */
/** What is asked of a list; `dp-grid` has it, and `listOf` makes it of any other. @typedef {Pick<GridList, "indexOf" | "sha1s" | "cards" | "focusAt">} List */
/** Everything that matches: its filters, or, where filters do not say it, the assets. @typedef {{ filters: import("./selection.js").Filters } | { assets: string[] }} Everything */

/**
 * signal: of the view. list: where the element is not a `dp-grid`, and has not all of its cards in the document. everything:
 * what "all" chooses, asked when it is wanted; without it, there is no "all". key: the list is another one when this is another text: what was
 * chosen in the one before is forgotten.
 * @typedef {{ signal: AbortSignal, list?: List, everything?: () => Everything | Promise<Everything>, key?: string }} Settings
 */

/** Assets that may be chosen one by one; requests take no more names. */
export const MOST = 20_000;
/** Milliseconds after which a finger that rests chooses, */
const LONG = 450;
/** and pixels that it may move meanwhile. */
const STILL = 10;
const CARD = "[data-sha1]";

const keys = declareKeys("Selection", {
  toggle: { keys: ["x"], does: "Choose the asset with the focus, or choose it no more" },
  left: { keys: ["Shift+ArrowLeft"], does: "Choose up to the asset before" },
  right: { keys: ["Shift+ArrowRight"], does: "Choose up to the next asset" },
  up: { keys: ["Shift+ArrowUp"], does: "Choose up to the asset above" },
  down: { keys: ["Shift+ArrowDown"], does: "Choose up to the asset below" },
  all: { keys: ["Ctrl+a"], does: "Choose everything that matches" },
  none: { keys: ["Escape"], does: "Choose nothing" },
});

/** The list in which one chooses; active: the SHA-1 of the asset that has the focus. @typedef {Pick<Settings, "everything" | "signal"> & { active: () => string | null }} Current */
/** The list in which one chooses now; null: the view has none. @type {Current | null} */
let current = null;
let shownKey = "";
/** @type {Set<() => void>} */
const watchers = new Set();

/** The list in which one chooses now. */
export const currentList = () => current;

/** Call `listener` when there is another list, or none. @param {() => void} listener @param {AbortSignal} signal */
export function watchList(listener, signal) {
  watchers.add(listener);
  signal.addEventListener("abort", () => watchers.delete(listener));
}

/** @param {Current | null} list */
function become(list) {
  current = list;
  for (const listener of [...watchers]) listener();
}

/** The address of the view without what only says how it is shown. */
function keyOfView() {
  const [path, query = ""] = (page.state.view ?? "").split("?");
  const kept = [...new URLSearchParams(query)].filter(([name]) => !["at", "view", "density", "group", "sort"].includes(name));
  return `${path}?${new URLSearchParams(kept)}`;
}

/** Have a sentence shown for a while. @param {string} text */
const say = (text) => document.dispatchEvent(new CustomEvent("page-message", { detail: text }));

/** The SHA-1 of a card. @param {Element} card */
const sha1Of = (card) => /** @type {HTMLElement} */ (card).dataset.sha1 ?? "";
/** The card that an event, or the focus, is in. @param {EventTarget | null} target */
const cardOf = (target) => (target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(CARD)) : null);

/**
 * Have the cards (`[data-sha1]`) within an element chosen. What is chosen is `selection`, which the bar at the bottom acts on.
 * @param {HTMLElement} element
 * @param {Settings} settings
 */
export function selectable(element, { signal, list = isGrid(element) ? element : listOf(element, CARD), everything, key = keyOfView() }) {
  if (signal.aborted) return;
  if (key !== shownKey) selection.clear();
  shownKey = key;
  /** Where a range begins, and what the last range from there chose. @type {{ anchor: string, put: string[] } | null} */
  let range = null;
  const active = () => {
    const card = cardOf(document.activeElement);
    return card && element.contains(card) ? card : null;
  };
  const mine = { everything, signal, active: () => (active() ? sha1Of(/** @type {Element} */ (active())) : null) };
  signal.addEventListener("abort", () => current === mine && become(null));

  /** Give a card what shows and changes whether it is chosen. @param {HTMLElement} card */
  function dress(card) {
    const place = card.querySelector(".over") ?? card;
    let box = /** @type {HTMLInputElement | null} */ (card.querySelector(".choose input"));
    if (!box) {
      box = h("input", { type: "checkbox" });
      place.append(h("label", { class: "choose" }, box));
    }
    const label = `Choose ${card.querySelector("h3")?.textContent ?? sha1Of(card).slice(0, 8)}`;
    if (box.getAttribute("aria-label") !== label) box.setAttribute("aria-label", label);
    box.checked = selection.has(sha1Of(card));
    card.classList.toggle("chosen", box.checked);
  }

  function draw() {
    element.classList.toggle("choosing", selection.count > 0);
    for (const card of element.querySelectorAll(CARD)) dress(/** @type {HTMLElement} */ (card));
  }

  /** Choose one, and begin ranges there. @param {string} sha1 */
  function toggle(sha1) {
    if (!selection.isEverything && !selection.has(sha1) && selection.count >= MOST) return tooMany(MOST + 1);
    selection.toggle(sha1);
    range = { anchor: sha1, put: [] };
    return undefined;
  }

  /** @param {number} count */
  function tooMany(count) {
    say(`${count.toLocaleString()} are too many: at most ${plural(MOST, "asset")} can be chosen one by one. Choose everything that matches, and take out what is not meant.`);
  }

  /** Choose from where the last range began up to an asset. @param {string} sha1 */
  async function extend(sha1) {
    const from = range?.anchor ?? sha1;
    const [start, end] = await Promise.all([list.indexOf(from), list.indexOf(sha1)]);
    if (end === null || signal.aborted) return;
    const [first, last] = [start ?? end, end];
    if (Math.abs(last - first) >= MOST) return tooMany(Math.abs(last - first) + 1);
    const wanted = await list.sha1s(Math.min(first, last), Math.max(first, last));
    if (signal.aborted) return;
    const kept = new Set(wanted);
    selection.put((range?.put ?? []).filter((one) => !kept.has(one)), false);
    const put = wanted.filter((one) => !selection.has(one) || range?.put.includes(one));
    selection.put(wanted);
    range = { anchor: start === null ? sha1 : from, put };
  }

  // Clicks. They are taken before the links of the cards get them.
  let isPressed = false; // a finger has chosen by resting: the click that follows is no click
  element.addEventListener("click", (event) => {
    const card = cardOf(event.target);
    if (!card) return;
    const target = /** @type {Element} */ (event.target);
    const isBox = Boolean(target.closest(".choose"));
    const isTap = /** @type {PointerEvent} */ (event).pointerType === "touch";
    const isModified = event.shiftKey || event.ctrlKey || event.metaKey;
    if (isPressed) {
      isPressed = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (isBox) {
      if (!target.matches("input")) return; // the label's click comes again, as that of its input
      event.stopPropagation();
      const box = /** @type {HTMLInputElement} */ (target);
      if (event.shiftKey && range) extend(sha1Of(card)).finally(() => dress(card));
      else toggle(sha1Of(card));
      queueMicrotask(() => (box.checked = selection.has(sha1Of(card))));
      return;
    }
    const isLink = Boolean(target.closest("button, input, select, summary, a:not(.picture)"));
    if (isLink || !(isModified || (isTap && selection.count))) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) extend(sha1Of(card));
    else toggle(sha1Of(card));
    /** @type {HTMLElement | null} */ (card.querySelector("a.picture"))?.focus({ preventScroll: true });
  }, { capture: true, signal });
  element.addEventListener("mousedown", (event) => {
    if (event.shiftKey && cardOf(event.target)) event.preventDefault(); // or it would select text
  }, { signal });

  // A finger that rests.
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pressing;
  let [x, y] = [0, 0];
  const end = () => clearTimeout(pressing);
  element.addEventListener("pointerdown", (event) => {
    isPressed = false;
    end();
    const card = cardOf(event.target);
    if (event.pointerType !== "touch" || !card || /** @type {Element} */ (event.target).closest(".choose, button, input")) return;
    [x, y] = [event.clientX, event.clientY];
    pressing = setTimeout(() => {
      isPressed = true;
      if (range && selection.has(range.anchor) && !selection.has(sha1Of(card))) extend(sha1Of(card)); // as a click with Shift
      else toggle(sha1Of(card));
      navigator.vibrate?.(15);
    }, LONG);
  }, { signal });
  element.addEventListener("pointermove", (event) => Math.hypot(event.clientX - x, event.clientY - y) > STILL && end(), { signal });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) element.addEventListener(name, end, { signal });
  element.addEventListener("contextmenu", (event) => isPressed && event.preventDefault(), { signal });

  new Lasso(element, { signal, cards: () => list.cards(), sha1Of, cardOf, onBegin: () => (range = null) });

  // Keys
  /** Where the last key led: the next one goes on from there, also before that card has the focus. */
  let head = "";
  let waiting = 0;
  /** @type {Promise<unknown>} */
  let moves = Promise.resolve();
  /** @param {"left" | "right" | "up" | "down"} direction */
  const reach = (direction) => () => {
    const card = active();
    if (!card && !waiting) return false;
    if (card && !waiting) head = sha1Of(card);
    waiting += 1;
    moves = moves.then(() => move(head, direction)).catch((problem) => say(describe(problem))).finally(() => (waiting -= 1));
    return true;
  };
  /** @param {string} sha1 @param {"left" | "right" | "up" | "down"} direction */
  async function move(sha1, direction) {
    if (!range || !selection.has(range.anchor)) {
      selection.put([sha1]);
      range = { anchor: sha1, put: [sha1] };
    }
    const at = await list.indexOf(sha1);
    if (at === null || signal.aborted) return;
    const next = at + stepOf(list.cards(), (card) => sha1Of(card) === sha1, direction);
    if (next < 0) return;
    const [wanted] = await list.sha1s(next, next);
    if (!wanted || signal.aborted) return;
    head = wanted;
    list.focusAt(next);
    await extend(wanted);
  }
  keys({
    toggle: () => {
      const card = active() ?? /** @type {HTMLElement | null} */ (element.querySelector(`${CARD}:hover`));
      return card ? void toggle(sha1Of(card)) : false;
    },
    left: reach("left"), right: reach("right"), up: reach("up"), down: reach("down"),
    all: () => (everything ? void chooseAll() : false),
    none: () => (selection.count ? selection.clear() : false),
  }, { signal });

  const seen = new MutationObserver((records) => {
    const cards = new Set(records.flatMap(({ target, addedNodes }) =>
      [target, ...addedNodes].flatMap((node) => (node instanceof Element ? [node.closest(CARD), ...node.querySelectorAll(CARD)] : []))));
    for (const card of cards) if (card && element.contains(card)) dress(/** @type {HTMLElement} */ (card));
  });
  seen.observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-sha1"] });
  signal.addEventListener("abort", () => seen.disconnect());
  selection.watch(draw, signal);
  draw();
  become(mine);
}

/** Whether an element is a grid of the library, which knows what it lists. @param {HTMLElement} element @returns {element is HTMLElement & List} */
const isGrid = (element) => element.matches("dp-grid");

/**
 * How many positions it is from a card to the one beside it; 0 where it is not among those in view.
 * @param {HTMLElement[]} cards in their order
 * @param {(card: HTMLElement) => boolean} isIt
 * @param {"left" | "right" | "up" | "down"} direction
 */
export function stepOf(cards, isIt, direction) {
  if (direction === "left") return -1;
  if (direction === "right") return 1;
  const at = cards.findIndex(isIt);
  if (at < 0) return 0;
  return verticalStep(cards.map((one) => one.getBoundingClientRect()), at, direction === "down" ? 1 : -1);
}

let choosing = Promise.resolve();

/** Resolves once everything is chosen that was asked to be: what is done with it must not begin before. */
export const whenChosen = () => choosing;

/** Choose everything that matches in the present list. Says why where it cannot. */
export function chooseAll() {
  choosing = chooseEverything();
  return choosing;
}

async function chooseEverything() {
  const list = current;
  if (!list?.everything) return;
  try {
    const found = await list.everything();
    if (list.signal.aborted) return;
    if ("assets" in found) return selection.replace(found.assets.slice(0, MOST));
    const { filters } = found;
    const { count } = await post("/assets/count", Object.keys(filters).length ? { filters } : { all: true });
    if (!list.signal.aborted) selection.everything(filters, count);
  } catch (problem) {
    say(describe(problem));
  }
}
