// The player or picture of an asset, with the timeline, controls and keys that users have, as far as guests may see what it needs.

import { h } from "../dom.js";
import { clockOf, makeControls } from "../player/controls.js";
import { sizeOf } from "../player/details.js";
import { useFilmKeys, usePictureKeys } from "../player/keys.js";
import { medium, playerOf } from "../player/open.js";
import { makeStage } from "../player/stage.js";
import { makeTimeline } from "../player/timeline.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("../player/film.js").Film} Film */

/**
 * A button that plays a part of a film, and stops at its end.
 * @param {Film} film
 * @param {EventTarget} events
 * @param {{ start: number, end: number }} part
 * @param {AbortSignal} signal
 */
function partButton(film, events, { start, end }, signal) {
  let isPlayed = false;
  const clock = clockOf(film);
  events.addEventListener("time", () => {
    if (!isPlayed || !film.isPlaying || film.time < end - 1e-6) return;
    isPlayed = false;
    film.pause();
    film.seek(film.grid ? film.grid.begin(film.grid.frame(end) - 1) : end); // the last frame of the part stays in view
  }, { signal });
  const play = () => {
    film.seek(start);
    isPlayed = true;
    film.forward();
  };
  return h("button", { type: "button", onclick: play }, `Play ${clock(start)} – ${clock(end)}`);
}

/**
 * What shows an asset: its `element`, and the `player` as comments use it. isMissing: there is nothing to play or to look at.
 * @param {Schemas["Details"]} asset
 * @param {Schemas["PlaybackReport"]} playback
 * @param {{ start?: number | null, end?: number | null }} span seconds of the part that is meant
 * @param {AbortSignal} signal
 */
export function screen(asset, playback, { start = null, end = null }, signal) {
  const { video } = asset;
  const events = new EventTarget();
  const shown = medium(asset, playback, events, signal);
  const { kind, element: picture, film } = shown;
  const stage = makeStage({ picture: picture ?? h("div"), size: sizeOf(video), wheels: kind === "still", events, signal, onTap: () => film?.toggle() });
  stage.element.classList.add(kind);
  const whole = h("div", { class: "watch" }, kind === "none" ? null : stage.element);
  /** @type {import("../player/timeline.js").Timeline | null} */
  let timeline = null;
  if (film) {
    Object.assign(film.element, { autoplay: false, preload: "metadata" });
    film.element.setAttribute("aria-label", video.name);
    film.element.addEventListener("loadedmetadata", () => stage.setSize({ width: film.element.videoWidth, height: film.element.videoHeight }), { signal });
    film.element.addEventListener("error", () => stage.say("The browser cannot play this film."), { signal });
    const leave = () => film.element.focus({ preventScroll: true });
    timeline = makeTimeline({ film, video, shots: playback.shots, clock: clockOf(film), signal });
    const controls = makeControls({ film, whole, say: stage.say, leave, zoomTimeline: timeline.zoomBy, signal });
    const mark = () => !events.dispatchEvent(new CustomEvent("marker", { cancelable: true }));
    useFilmKeys(film, controls.acts, timeline, playback.shots, mark, { signal, within: document.body });
    whole.append(timeline.element, controls.element);
    if (start !== null && end !== null) whole.append(h("div", { class: "part" }, partButton(film, events, { start, end }, signal)));
    film.seek(start ?? 0);
  }
  if (kind !== "none") usePictureKeys(stage, { signal, within: document.body });
  const player = playerOf(asset, shown, {
    scope: document.body, events, signal, overlay: stage.overlay, say: stage.say,
    addTool: (tool) => whole.append(tool),
    addTrack: (track, { label, order }) => timeline?.addTrack(track, label, order),
  });
  return { element: whole, isMissing: kind === "none", player };
}
