// The controls of a film or sound: buttons, speed, sound, and the time code, which runs, is copied, and is typed to go somewhere.

import { h } from "../dom.js";
import { timecode } from "../format.js";
import { RATES } from "./film.js";
import { timeTyped } from "./frames.js";
import { icon, setIcon } from "./icons.js";

/** @typedef {import("./film.js").Film} Film */

const STORED = "dampipe-player";

/** What a person chose last: volume and whether sound is off. @returns {{ volume?: number, muted?: boolean }} */
function preferences() {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "{}");
  } catch {
    return {};
  }
}

/**
 * A button with an icon. key: that does the same. wide: with its text beside the icon.
 * @param {string} label
 * @param {keyof typeof import("./icons.js").ICONS} drawing
 * @param {string} key
 * @param {() => unknown} onclick
 * @param {string} [style]
 */
export function iconButton(label, drawing, key, onclick, style = "") {
  return h("button", { type: "button", class: `tool ${style}`.trim(), "aria-label": label, title: key ? `${label} (${key})` : label, onclick }, icon(drawing));
}

/** A time as the player writes it: the label of its frame by time code, or minutes and seconds. @param {Film} film */
export const clockOf = (film) => (/** @type {number} */ time) => {
  const { grid } = film;
  if (!grid) return timecode(time);
  const isEnd = time >= grid.begin(grid.count) - 1e-6;
  return grid.label(isEnd ? grid.count : grid.frame(time)) ?? timecode(time);
};

/** Copy a text; also on a page without HTTPS, which has no clipboard but may copy a selection. @param {string} text @param {HTMLInputElement} field that holds it */
async function copy(text, field) {
  if (navigator.clipboard) {
    const isCopied = await navigator.clipboard.writeText(text).then(() => true, () => false);
    if (isCopied) return true;
  }
  field.select();
  return document.execCommand("copy");
}

/**
 * The field with the time code, and the number of the frame beside it.
 * @param {Film} film
 * @param {(text: string) => void} say
 * @param {() => void} leave puts the focus back on the picture
 */
function clockField(film, say, leave) {
  const clock = clockOf(film);
  const field = h("input", { class: "code", type: "text", name: "timecode", autocomplete: "off", spellcheck: false, "aria-label": "Time code; type one to go there", title: "Type a time code, +12 frames, #frame or seconds to go there (T)" });
  const frame = h("span", { class: "frame", title: "Number of the frame, from 0" });
  const total = h("span", { class: "total" });
  function show() {
    if (document.activeElement !== field) field.value = clock(film.time);
    frame.textContent = film.grid ? `#${film.frame}` : "";
    total.textContent = film.range ? `${clockLength(film)} marked` : `/ ${film.grid ? film.grid.count.toLocaleString() : timecode(film.duration)}`;
  }
  field.addEventListener("focus", () => {
    film.pause();
    field.select();
  });
  field.addEventListener("blur", () => (field.value = clock(film.time)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault(); // which would close the player
      event.stopPropagation();
      leave();
    }
    if (event.key !== "Enter") return;
    const time = timeTyped(field.value, film.grid, film.time);
    if (time === null || time > film.duration) {
      say(`${field.value} is no time of this file.`);
      field.select();
      return;
    }
    film.seek(time);
    leave();
  });
  return { field, frame, total, show };
}

/** How long the range is. @param {Film} film */
function clockLength(film) {
  const { grid, range } = film;
  if (!range) return "";
  if (!grid) return timecode(range.end - range.start);
  const frames = grid.before(range.end) + 1 - grid.frame(range.start);
  return `${frames.toLocaleString()} ${frames === 1 ? "frame" : "frames"}`;
}

/**
 * @typedef {object} Parts
 * @property {Film} film
 * @property {HTMLElement} whole what fills the screen
 * @property {(text: string) => void} say
 * @property {() => void} leave puts the focus back on the picture
 * @property {(factor: number) => void} zoomTimeline
 * @property {AbortSignal} signal
 */

/** @param {Parts} parts */
export function makeControls({ film, whole, say, leave, zoomTimeline, signal }) {
  const { element, events } = film;
  const code = clockField(film, say, leave);
  const stored = preferences();
  Object.assign(element, { volume: stored.volume ?? 1, muted: stored.muted ?? false, preservesPitch: true });

  const acts = {
    toggle: () => film.toggle(),
    mute() {
      element.muted = !element.muted;
    },
    loop: () => {
      film.isLooping = !film.isLooping;
      loop.setAttribute("aria-pressed", String(film.isLooping));
    },
    fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : whole.requestFullscreen?.().catch(() => say("The browser does not allow full screen."))),
    window: () => (document.pictureInPictureElement ? document.exitPictureInPicture() : element.requestPictureInPicture().catch(() => say("The browser does not allow a window of its own."))),
    /** @param {number} by */
    louder(by) {
      element.volume = Math.min(Math.max(Math.round((element.volume + by) * 20) / 20, 0), 1);
      element.muted = element.volume === 0;
      say(`Volume ${Math.round(element.volume * 100)} %`);
    },
    /** @param {number} by */
    faster(by) {
      const at = RATES.findIndex((rate) => rate >= element.playbackRate - 1e-6);
      element.playbackRate = RATES[Math.min(Math.max(at + by, 0), RATES.length - 1)];
      say(`Speed ${element.playbackRate} ×`);
    },
    copy: async () => say((await copy(clockOf(film)(film.time), code.field)) ? `Copied ${clockOf(film)(film.time)}` : "Press Ctrl+C to copy."),
    enter: () => code.field.focus(),
  };

  const play = iconButton("Play", "play", "Space", acts.toggle, "play");
  const mute = iconButton("Sound off", "sound", "Shift+M", acts.mute);
  const loop = iconButton("Loop", "loop", "Shift+L", acts.loop);
  loop.setAttribute("aria-pressed", "false");
  const clear = iconButton("Clear in and out", "clear", "X", () => (film.range = null));
  const volume = h("input", { type: "range", class: "volume", min: "0", max: "1", step: "0.05", "aria-label": "Volume", oninput: (event) => {
    element.volume = Number(event.target.value);
    element.muted = element.volume === 0;
  } });
  const speed = h("select", { class: "speed", "aria-label": "Speed", onchange: (event) => (element.playbackRate = Number(event.target.value)) },
    RATES.map((rate) => h("option", { value: String(rate), selected: rate === 1 }, `${rate} ×`)));
  const backwards = h("span", { class: "backwards" });
  const isFilm = film.grid !== null;
  const step = isFilm ? "frame" : "step";
  const row = h("div", { class: "controls", role: "group", "aria-label": "Controls" },
    h("div", { class: "set" }, code.field, iconButton("Copy the time code", "copy", "Shift+T", acts.copy, "small-tool"), code.frame, code.total),
    h("div", { class: "set middle" },
      iconButton(`One ${step} back`, "frameBack", "←", () => film.step(-1)), play, iconButton(`One ${step} on`, "frameOn", "→", () => film.step(1)), speed, backwards),
    h("div", { class: "set" },
      iconButton("Mark in", "in", "I", () => film.markIn()), iconButton("Mark out", "out", "O", () => film.markOut()), clear, loop),
    h("div", { class: "set last" },
      iconButton("Timeline: more in detail", "enlarge", "Z", () => zoomTimeline(2), "wide-only"), iconButton("Timeline: less in detail", "reduce", "Shift+Z", () => zoomTimeline(0.5), "wide-only"),
      mute, volume,
      isFilm && document.pictureInPictureEnabled ? iconButton("In a window of its own", "window", "Shift+P", acts.window, "wide-only") : null,
      document.fullscreenEnabled ? iconButton("Full screen", "full", "F", acts.fullScreen) : null));
  // A button that was pressed by the pointer gives the focus back, so that Space plays and pauses.
  row.addEventListener("click", ({ target, detail }) => detail > 0 && target instanceof Element && target.closest("button") && leave());

  function showPlay() {
    setIcon(play, film.isPlaying ? "pause" : "play");
    play.setAttribute("aria-label", film.isPlaying ? "Pause" : "Play");
    const isKnown = RATES.includes(element.playbackRate);
    if (isKnown) speed.value = String(element.playbackRate);
    backwards.textContent = film.speed < 0 ? `${film.speed} ×` : "";
  }
  function showVolume() {
    volume.value = String(element.muted ? 0 : element.volume);
    setIcon(mute, element.muted ? "muted" : "sound");
    mute.setAttribute("aria-label", element.muted ? "Sound on" : "Sound off");
    localStorage.setItem(STORED, JSON.stringify({ volume: element.volume, muted: element.muted }));
  }
  function showRange() {
    clear.disabled = !film.range;
    code.show();
  }
  for (const name of ["play", "pause", "rate"]) events.addEventListener(name, showPlay, { signal });
  events.addEventListener("time", code.show, { signal });
  events.addEventListener("range", showRange, { signal });
  element.addEventListener("volumechange", showVolume, { signal });
  element.addEventListener("durationchange", code.show, { signal });
  showPlay();
  showVolume();
  showRange();
  return { element: row, acts };
}

/** @typedef {ReturnType<typeof makeControls>} Controls */
