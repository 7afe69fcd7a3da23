// The sound tracks of an asset: which there are in the original, and which of them are heard.

import { h } from "../dom.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** @param {Schemas["AudioStream"]} track @param {number} number */
function line({ codec, channels, layout, sample_rate: rate, language, channel_names: names }, number) {
  const count = channels === 1 ? "mono" : channels === 2 ? "stereo" : layout && !/^\d+ channels$/.test(layout) ? layout : `${channels} channels`;
  return [`${number + 1}: ${count}`, codec, `${(rate / 1000).toLocaleString()} kHz`, language, names?.filter(Boolean).join(", ")].filter(Boolean).join(" · ");
}

/**
 * The rows about sound among the details; none without sound.
 * @param {Schemas["Video"]} video
 * @param {readonly number[]} heard indexes of tracks
 * @returns {import("../panels.js").Row[]}
 */
export function soundRows(video, heard) {
  const tracks = video.media?.audio ?? [];
  if (!tracks.length) return [];
  const isPlayed = video.derivatives.some((made) => made.kind === "proxy");
  const said = (/** @type {Schemas["AudioStream"]} */ track) => (!isPlayed ? "" : heard.includes(track.index) ? " – heard here" : " – in the original only");
  return [["Sound", h("ul", { class: "sound-tracks" }, tracks.map((track, number) => h("li", {}, `${line(track, number)}${tracks.length > 1 ? said(track) : ""}`)))]];
}

/** A menu of the tracks that the browser lets one choose from; null where it plays one. @param {HTMLVideoElement} element */
export function trackMenu(element) {
  /** Few browsers have it. @type {ArrayLike<{ enabled: boolean, label: string, language: string }> | undefined} */
  const tracks = /** @type {any} */ (element).audioTracks;
  if (!tracks || tracks.length < 2) return null;
  const all = Array.from(tracks);
  const select = h("select", { "aria-label": "Sound track", onchange: (event) => all.forEach((track, at) => (track.enabled = at === Number(event.target.value))) },
    all.map((track, at) => h("option", { value: String(at), selected: track.enabled }, track.label || track.language || `Track ${at + 1}`)));
  return select;
}
