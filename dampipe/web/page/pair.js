// Two near duplicates: the picture and facts of each, and the evidence.

import { card } from "./card.js";
import { h } from "./dom.js";
import { bytes, name, plural, timecode } from "./format.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** One side of a pair: its picture at the start of the common part, and what it is. @param {Schemas["Copy"]} copy */
export function side(copy) {
  const picture = copy.width ? `${copy.width}×${copy.height}` : "sound";
  const facts = [picture, copy.codec, bytes(copy.size), `${timecode(copy.start)}–${timecode(copy.end)}`].filter(Boolean).join(" · ");
  const asset = { sha1: copy.asset, name: name(copy.path), path: copy.path, duration: copy.duration, time: copy.start };
  return card(asset, h("p", {}, facts), h("p", {}, h("code", {}, copy.path)));
}

/** @param {number} seconds */
const shift = (seconds) => `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? "earlier" : "later"}`;

/** Other positions of the common part in the first file. @param {Schemas["NearDuplicate"]} pair */
function otherPositions(pair) {
  const spans = pair.other_offsets.map(([begin, end]) => [...new Set([shift(begin - pair.offset), shift(end - pair.offset)])].join(" to "));
  return spans.length ? `; in the first file possibly ${spans.join(", or ")}` : "";
}

const kinds = { whole: "All of both", part: "All of the shorter file", overlap: "A part of each" };

/** In words, why two assets are taken for the same footage. @param {Schemas["NearDuplicate"]} pair */
export function evidence(pair) {
  return `${kinds[pair.kind]}: ${Math.round(pair.similarity * 100)} % similar in ${plural(pair.frames, "frame")}, which cover ${Math.round(pair.coverage * 100)} % of the shorter file`
    + (pair.mirrored ? "; mirrored" : "") + otherPositions(pair);
}
