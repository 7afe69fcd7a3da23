// The player or picture of an asset, with time code below it, and the drawing of a comment over the frame.

import { h } from "../dom.js";
import { timecode } from "../format.js";
import { derivative } from "./api.js";
import { framesOf } from "../timecode.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * The buttons that go one frame back and forth.
 * @param {HTMLMediaElement} player
 * @param {import("../timecode.js").Frames} frames
 */
function steps(player, frames) {
  const step = (/** @type {number} */ by) => {
    player.pause();
    player.currentTime = Math.max(0, frames.middle(frames.frame(player.currentTime) + by));
  };
  return /** @type {[string, string, number][]} */ ([["Frame back", "‹", -1], ["Frame forth", "›", 1]]).map(([label, sign, by]) =>
    h("button", { type: "button", class: "step", "aria-label": label, title: label, onclick: () => step(by) }, sign));
}

/** Call `act` for each frame that is shown. @param {HTMLVideoElement} player @param {() => void} act */
function onFrames(player, act) {
  player.addEventListener("timeupdate", act);
  player.addEventListener("seeking", act);
  if (!player.requestVideoFrameCallback) return;
  const again = () => {
    act();
    player.requestVideoFrameCallback(again);
  };
  player.requestVideoFrameCallback(again);
}

/**
 * @typedef {object} Shown
 * @property {HTMLElement} element
 * @property {boolean} isMissing
 * @property {HTMLVideoElement | null} player
 * @property {import("../timecode.js").Frames | null} frames
 * @property {(seconds: number) => void} seek
 * @property {(seconds: number) => string} label
 * @property {(url: string | null) => void} draw
 */

/**
 * What shows an asset: its `element`; `player`, null for what is not played; `frames`, null where they are not known; `seek`
 * to a time of the API; `label` of a time in seconds; and `draw`, which lays a drawing over the frame, or takes it away.
 * @param {Schemas["Details"]} asset
 * @param {{ start?: number | null, end?: number | null }} span
 * @returns {Shown}
 */
export function screen({ video }, { start = null, end = null }) {
  const find = (/** @type {string} */ kind) => video.derivatives.find((made) => made.kind === kind);
  const poster = find("poster") ? derivative(video.sha1, "poster") : null;
  const drawing = h("img", { class: "drawing", alt: "The drawing of the comment", hidden: true });
  const draw = (/** @type {string | null} */ url) => {
    drawing.hidden = !url;
    if (url) drawing.src = url;
  };
  const frames = framesOf(video.media);
  const label = (/** @type {number} */ seconds) => frames?.label(frames.frame(seconds)) ?? timecode(seconds);
  const isPlayed = ["video/mp4", "audio/mp4"].includes(find("proxy")?.media_type ?? "");
  if (!isPlayed) {
    const picture = poster ? h("img", { src: poster, alt: video.name }) : null;
    const isMissing = video.media?.kind !== "still" || !picture;
    return { element: h("div", { class: "stage" }, picture, drawing), isMissing, player: null, frames: null, seek() {}, label, draw };
  }

  const isSound = video.media?.kind === "audio";
  const player = h("video", { controls: true, playsInline: true, preload: "metadata", src: derivative(video.sha1, "proxy"), "aria-label": video.name, class: isSound ? "sound" : null });
  if (poster) player.poster = poster;
  const clock = h("span", { class: "now" });
  /** @type {number | null} */
  let stopAt = null; // seconds at which the part that is played ends
  const showTime = () => {
    if (stopAt !== null && player.currentTime >= stopAt && !player.seeking) player.pause();
    const plain = timecode(player.currentTime);
    const code = frames?.label(frames.frame(player.currentTime));
    clock.textContent = code ? `${code}  (${plain})` : plain;
  };
  const seek = (/** @type {number} */ seconds) => {
    const go = () => (player.currentTime = frames ? frames.middle(frames.frame(seconds)) : seconds);
    player.pause();
    if (player.readyState) go();
    else player.addEventListener("loadedmetadata", go, { once: true });
  };
  onFrames(player, showTime);
  player.addEventListener("play", () => draw(null));
  player.addEventListener("pause", () => (stopAt = null));
  showTime();
  if (start) seek(start);
  const part = start === null || end === null ? null
    : h("button", { type: "button", onclick: () => play() }, `Play ${label(start)} – ${label(end)}`);

  /** Play the part that is meant, and stop at its end. */
  function play() {
    player.currentTime = frames ? frames.middle(frames.frame(start ?? 0)) : start ?? 0;
    player.play().then(() => (stopAt = end), () => {}); // a browser that does not play: the player shows why
  }

  const below = h("div", { class: "under" }, h("p", { class: "clockline" }, clock), frames ? h("span", {}, steps(player, frames)) : null, part);
  return { element: h("div", {}, h("div", { class: "stage" }, player, drawing), below), isMissing: false, player, frames, seek, label, draw };
}
