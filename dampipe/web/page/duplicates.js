// Duplicates: identical files at several paths, and files that show the same footage, with the evidence.

import { get } from "./api.js";
import { card } from "./card.js";
import { h, notice } from "./dom.js";
import { bytes, name, plural, timecode } from "./format.js";

const PAGE = 200;

function identical({ asset, size, paths }) {
  const amount = h("p", {}, `${paths.length} × ${bytes(size)}`);
  return h("div", { class: "alike" }, card({ sha1: asset, name: name(paths[0]), path: paths[0] }, amount),
    h("ul", {}, paths.map((path) => h("li", {}, h("code", {}, path)))));
}

function side(copy) {
  const picture = copy.width ? `${copy.width}×${copy.height}` : "sound";
  const facts = [picture, copy.codec, bytes(copy.size), `${timecode(copy.start)}–${timecode(copy.end)}`].filter(Boolean).join(" · ");
  const asset = { sha1: copy.asset, name: name(copy.path), path: copy.path, duration: copy.duration, time: copy.start };
  return card(asset, h("p", {}, facts), h("p", {}, h("code", {}, copy.path)));
}

const shift = (seconds) => `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? "earlier" : "later"}`;

/** Other positions of the common part in the first file. */
function otherPositions(pair) {
  const spans = pair.other_offsets.map(([begin, end]) => [...new Set([shift(begin - pair.offset), shift(end - pair.offset)])].join(" to "));
  return spans.length ? `; in the first file possibly ${spans.join(", or ")}` : "";
}

function similar(pair) {
  const evidence = `${Math.round(pair.similarity * 100)} % similar in ${plural(pair.frames, "frame")}, which cover ${Math.round(pair.coverage * 100)} % of the shorter file`
    + (pair.mirrored ? "; mirrored" : "") + otherPositions(pair);
  return h("section", { class: "pair" }, h("p", { class: "hint" }, evidence), h("div", { class: "alike" }, side(pair.first), side(pair.second)));
}

/** A list that shows PAGE items at first, and more with a button. */
function list(items, draw) {
  const element = h("div");
  function more() {
    const begin = element.childElementCount;
    element.append(...items.slice(begin, begin + PAGE).map(draw));
    if (element.childElementCount === items.length) button.remove();
  }
  const button = h("button", { onclick: more }, `Show ${PAGE} more`);
  more();
  return items.length > PAGE ? [element, button] : [element];
}

export async function duplicates(main, signal) {
  main.replaceChildren(h("p", { class: "hint" }, "Comparing all files …"));
  const found = await get("/duplicates", { near: true }, signal);
  const pending = found.unknown ? h("p", { class: "hint" }, `${plural(found.unknown, "asset")} not compared yet.`) : "";
  if (!found.exact.length && !found.near.length) {
    main.replaceChildren(notice("No duplicates were found."), pending);
    return;
  }
  main.replaceChildren(
    h("h2", {}, `Identical files: ${found.exact.length.toLocaleString()}`), ...list(found.exact, identical),
    h("h2", {}, `Similar footage: ${found.near.length.toLocaleString()}`),
    found.near.length ? h("p", { class: "hint" }, "Other encodes, trims and resized versions. Two takes from one fixed camera can be similar, too: compare them before you delete a file.") : "",
    pending, ...list(found.near, similar));
}
