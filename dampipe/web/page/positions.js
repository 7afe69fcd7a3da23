// Where one was in each entry of the browser's history: how far the page was scrolled, and which control had the focus. Back,
// Forward and a reload return there.

import { keyOf } from "./dom.js";

/** Where one is in a long list; of: the asset that its address says, which follows a little later. @typedef {{ of: string | null, sha1: string | null, within: number }} ListPlace */
/** @typedef {{ y: number, focus: { tag: string, key: string } | null, list: ListPlace | null }} Position */

const STORED = "dampipe-positions";
const MOST = 100;
/** Milliseconds for which a list that does not grow is waited for, until it is as long as where one was. */
const PATIENCE = 15_000;
/** Milliseconds for which the position is held once it is reached: a view may be drawn again as its data comes. */
const HELD = 1500;

/** @type {Map<string, Position>} */
const positions = new Map(JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
let current = "";
/** Whether what is seen is the view of `current`, at its position: until then, the position is of the view before, or on its way. */
let isSettled = false;
/** @type {(() => ListPlace) | null} of the view that is shown, if it is a long list */
let listPlace = null;

/**
 * Begin the present entry of the history; returns whether it was shown before, so that there is a position to return to.
 * isThere: its view is seen already; otherwise `restore` or `startAtTop` says when it is.
 */
export function begin(isThere = false) {
  isSettled = isThere;
  const known = history.state?.entry;
  current = known ?? crypto.getRandomValues(new Uint32Array(2)).join("-");
  if (!known) history.replaceState({ ...history.state, entry: current }, "");
  return positions.has(current);
}

/** Note with the position where one is in a long list, while its view is shown. @param {() => ListPlace} read @param {AbortSignal} signal of the view */
export function noteList(read, signal) {
  listPlace = read;
  signal.addEventListener("abort", () => listPlace === read && (listPlace = null));
}

/** Where one was in the list of the present entry, if its address says `of` still. @param {string | null} of */
export function listNoted(of) {
  const list = positions.get(current)?.list;
  return list && list.of === of ? list : null;
}

/** Show a view from its beginning. */
export function startAtTop() {
  window.scrollTo(0, 0);
  isSettled = true;
}

/** Note where one is, before another view is shown; what was noted stays while one is not there yet. @param {Element} main */
export function remember(main) {
  if (!current || !isSettled) return;
  const focused = document.activeElement;
  const focus = focused && focused !== main && main.contains(focused) ? { tag: focused.tagName, key: keyOf(/** @type {HTMLElement} */ (focused)) } : null;
  positions.delete(current); // the oldest come first
  positions.set(current, { y: window.scrollY, focus, list: listPlace?.() ?? null });
  for (const oldest of [...positions.keys()].slice(0, -MOST)) positions.delete(oldest);
  sessionStorage.setItem(STORED, JSON.stringify([...positions]));
}

/**
 * Return to where one was. A list that loads its pages as one scrolls is scrolled on as it grows, until it is there, or until
 * the person does something. @param {Element} main @param {AbortSignal} signal
 */
export function restore(main, signal) {
  const wanted = positions.get(current);
  if (!wanted) return startAtTop();
  const ended = new AbortController();
  ended.signal.addEventListener("abort", () => (isSettled = true));
  const until = AbortSignal.any([signal, ended.signal]);
  let isFocused = !wanted.focus;
  const step = () => {
    if (until.aborted) return;
    const control = isFocused ? null : find(main, wanted.focus);
    if (control && (document.activeElement === document.body || !document.activeElement || !main.contains(document.activeElement))) control.focus({ preventScroll: true });
    isFocused ||= Boolean(control);
    window.scrollTo(0, wanted.y);
    if (isFocused && Math.abs(window.scrollY - wanted.y) < 2) held ??= setTimeout(() => ended.abort(), HELD);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let held;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const grown = new ResizeObserver(() => {
    clearTimeout(timer);
    if (!until.aborted) timer = setTimeout(() => ended.abort(), PATIENCE);
    step();
  });
  grown.observe(main); // which calls at once
  for (const name of ["wheel", "pointerdown", "keydown", "touchstart"]) {
    window.addEventListener(name, () => ended.abort(), { signal: until, passive: true });
  }
  until.addEventListener("abort", () => {
    grown.disconnect();
    clearTimeout(timer);
    clearTimeout(held);
  });
  step();
}

/** @param {Element} main @param {Position["focus"]} focus */
function find(main, focus) {
  if (!focus) return null;
  return [.../** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll(focus.tag))].find((one) => keyOf(one) === focus.key) ?? null;
}

history.scrollRestoration = "manual"; // the browser's own knows nothing of lists that are loaded later
