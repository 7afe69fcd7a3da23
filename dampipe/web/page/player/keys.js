// The keys of the player.

import { declareKeys } from "../keys.js";

/** @typedef {import("./film.js").Film} Film */

const ofFilms = declareKeys("Player", {
  toggle: { keys: ["Space"], does: "Play or pause" },
  stop: { keys: ["k"], does: "Pause" },
  forward: { keys: ["l"], does: "Play; again: 2, 4, 8 times as fast" },
  back: { keys: ["j"], does: "Play back; again: 2, 4, 8 times as fast" },
  frameOn: { keys: ["ArrowRight"], does: "One frame on" },
  frameBack: { keys: ["ArrowLeft"], does: "One frame back" },
  secondOn: { keys: ["Shift+ArrowRight"], does: "One second on" },
  secondBack: { keys: ["Shift+ArrowLeft"], does: "One second back" },
  shotOn: { keys: ["ArrowDown"], does: "To the next shot" },
  shotBack: { keys: ["ArrowUp"], does: "To the shot before" },
  first: { keys: ["Home"], does: "To the first frame" },
  last: { keys: ["End"], does: "To the last frame" },
  markIn: { keys: ["i"], does: "Mark in: the first frame of the range" },
  markOut: { keys: ["o"], does: "Mark out: the last frame of the range" },
  clear: { keys: ["x"], does: "Clear in and out" },
  toIn: { keys: ["Shift+i"], does: "Go to the in point" },
  toOut: { keys: ["Shift+o"], does: "Go to the out point" },
  loop: { keys: ["Shift+l"], does: "Loop the range, or all of it" },
  marker: { keys: ["m"], does: "Set a marker" },
  slower: { keys: ["<"], does: "Slower" },
  faster: { keys: [">"], does: "Faster" },
  mute: { keys: ["Shift+m"], does: "Sound on or off" },
  louder: { keys: ["Shift+ArrowUp"], does: "Louder" },
  quieter: { keys: ["Shift+ArrowDown"], does: "Quieter" },
  fullScreen: { keys: ["f"], does: "Full screen" },
  window: { keys: ["Shift+p"], does: "In a window of its own" },
  enter: { keys: ["t"], does: "Type a time code to go there" },
  copy: { keys: ["Shift+t"], does: "Copy the time code" },
  detail: { keys: ["z"], does: "Timeline: more in detail" },
  overview: { keys: ["Shift+z"], does: "Timeline: less in detail" },
});

const ofPictures = declareKeys("Player", {
  enlarge: { keys: ["+", "="], does: "Enlarge the picture" },
  reduce: { keys: ["-"], does: "Reduce it" },
  fit: { keys: ["0"], does: "Fit it into its box" },
  full: { keys: ["1"], does: "One pixel of it for one of the screen" },
});

const ofLists = declareKeys("Player", {
  next: { keys: ["n", "Ctrl+ArrowRight"], does: "The next of the list" },
  previous: { keys: ["p", "Ctrl+ArrowLeft"], does: "The one before" },
});

const ofStills = declareKeys("Player: a still", {
  left: { keys: ["ArrowLeft"], does: "The one before; enlarged: move to the left" },
  right: { keys: ["ArrowRight"], does: "The next of the list; enlarged: move to the right" },
  up: { keys: ["ArrowUp"], does: "Enlarged: move up" },
  down: { keys: ["ArrowDown"], does: "Enlarged: move down" },
  fullScreen: { keys: ["f"], does: "Full screen" },
});

/** Whether a key was pressed in a control that has a use of its own for arrows. @param {KeyboardEvent} event */
const isTaken = ({ target }) => target instanceof Element && target.closest("[role=tablist], [role=listbox], [role=menu], [role=radiogroup]") !== null;
/** Whether it was pressed where it scrolls. @param {KeyboardEvent} event */
const isScrolled = (event) => isTaken(event) || (event.target instanceof Element && event.target.closest("[role=tabpanel]") !== null);

/**
 * @param {Film} film
 * @param {import("./controls.js").Controls["acts"]} acts
 * @param {import("./timeline.js").Timeline} timeline
 * @param {readonly number[]} shots
 * @param {() => boolean} mark whether a marker was taken
 * @param {{ signal: AbortSignal, within: HTMLElement }} settings
 */
export function useFilmKeys(film, acts, timeline, shots, mark, settings) {
  let isHeld = false; // K: with it, J and L go frame by frame
  settings.within.addEventListener("keyup", ({ key }) => { if (key.toLowerCase() === "k") isHeld = false; }, { signal: settings.signal });
  const arrow = (/** @type {() => unknown} */ act) => (/** @type {KeyboardEvent} */ event) => (isTaken(event) ? false : void act());
  const scroll = (/** @type {() => unknown} */ act) => (/** @type {KeyboardEvent} */ event) => (isScrolled(event) ? false : void act());
  const end = () => (film.grid ? film.grid.begin(film.grid.count - 1) : film.duration);
  /** @param {number} by */
  function goShot(by) {
    const now = film.time;
    const half = 0.5 / 1000;
    const to = by > 0 ? shots.find((time) => time > now + half) ?? end() : shots.findLast((time) => time < now - half) ?? 0;
    film.seek(to);
  }
  ofFilms({
    toggle: acts.toggle,
    stop: () => { isHeld = true; film.pause(); },
    forward: () => (isHeld ? film.step(1) : film.forward()),
    back: () => (isHeld ? film.step(-1) : film.back()),
    frameOn: arrow(() => film.step(1)),
    frameBack: arrow(() => film.step(-1)),
    secondOn: () => film.seek(Math.min(film.time + 1, end())),
    secondBack: () => film.seek(Math.max(film.time - 1, 0)),
    shotOn: scroll(() => goShot(1)),
    shotBack: scroll(() => goShot(-1)),
    first: scroll(() => film.seek(0)),
    last: scroll(() => film.seek(end())),
    markIn: () => film.markIn(),
    markOut: () => film.markOut(),
    clear: () => { film.range = null; },
    toIn: () => (film.range ? film.seek(film.range.start) : false),
    toOut: () => (film.range ? film.seek(film.grid ? film.grid.begin(film.grid.before(film.range.end)) : film.range.end) : false),
    loop: acts.loop,
    marker: mark,
    slower: () => acts.faster(-1),
    faster: () => acts.faster(1),
    mute: acts.mute,
    louder: () => acts.louder(0.1),
    quieter: () => acts.louder(-0.1),
    fullScreen: () => void acts.fullScreen(),
    window: () => (film.grid && document.pictureInPictureEnabled ? void acts.window() : false),
    enter: acts.enter,
    copy: () => void acts.copy(),
    detail: () => timeline.zoomBy(2),
    overview: () => timeline.zoomBy(0.5),
  }, settings);
}

/**
 * @param {import("./stage.js").Stage} stage
 * @param {{ signal: AbortSignal, within: HTMLElement }} settings
 */
export const usePictureKeys = (stage, settings) => ofPictures({ enlarge: stage.enlarge, reduce: stage.reduce, fit: stage.fit, full: stage.full }, settings);

/**
 * @param {(by: -1 | 1) => boolean} go whether there is one
 * @param {{ signal: AbortSignal, within: HTMLElement }} settings
 */
export const useListKeys = (go, settings) => ofLists({ next: () => go(1), previous: () => go(-1) }, settings);

/**
 * @param {import("./stage.js").Stage} stage
 * @param {(by: -1 | 1) => boolean} go
 * @param {() => unknown} fullScreen
 * @param {{ signal: AbortSignal, within: HTMLElement }} settings
 */
export function useStillKeys(stage, go, fullScreen, settings) {
  const part = 0.15;
  const arrow = (/** @type {() => boolean} */ act) => (/** @type {KeyboardEvent} */ event) => !isTaken(event) && act();
  const scroll = (/** @type {() => boolean} */ act) => (/** @type {KeyboardEvent} */ event) => !isScrolled(event) && act();
  ofStills({
    left: arrow(() => stage.pan(-part, 0) || go(-1)), right: arrow(() => stage.pan(part, 0) || go(1)),
    up: scroll(() => stage.pan(0, -part)), down: scroll(() => stage.pan(0, part)), fullScreen: () => void fullScreen(),
  }, settings);
}
