// What is there more than once, with what tells so: the same content in several places, and what shows the same.

import { get } from "./api.js";
import { card } from "./card.js";
import { h, notice } from "./dom.js";
import { bytes, plural, timecode } from "./format.js";

const MOST = 200;

const paths = (all) => h("ul", {}, all.map((path) => h("li", {}, h("code", {}, path))));

function exact(one) {
  const name = one.paths[0].split("/").pop();
  const times = h("p", {}, `${one.paths.length} × ${bytes(one.size)}`);
  return h("div", { class: "alike" }, card({ sha1: one.asset, name, path: one.paths[0] }, times), paths(one.paths));
}

function side(one) {
  const picture = one.width ? `${one.width}×${one.height}` : "sound";
  const about = [picture, one.codec, bytes(one.size), `${timecode(one.start)}–${timecode(one.end)}`].filter(Boolean).join(" · ");
  const shown = { sha1: one.asset, name: one.path.split("/").pop(), path: one.path, duration: one.duration, time: one.start };
  return card(shown, h("p", {}, about), h("p", {}, h("code", {}, one.path)));
}

const moved = (seconds) => `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? "earlier" : "later"}`;

/** Where else in the first one the common part may be. */
function elsewhere(pair) {
  const spans = pair.other_offsets.map(([begin, end]) => [...new Set([moved(begin - pair.offset), moved(end - pair.offset)])].join(" to "));
  return spans.length ? `, in the first one maybe ${spans.join(", or ")}` : "";
}

function near(pair) {
  const said = `${Math.round(pair.similarity * 100)} % alike in ${plural(pair.frames, "frame")}, ${Math.round(pair.coverage * 100)} % of the shorter one`
    + (pair.mirrored ? ", mirrored" : "") + elsewhere(pair);
  return h("section", { class: "pair" }, h("p", { class: "hint" }, said), h("div", { class: "alike" }, side(pair.first), side(pair.second)));
}

export async function duplicates(main, signal) {
  main.replaceChildren(h("p", { class: "hint" }, "Comparing all pictures …"));
  const found = await get("/duplicates", { near: true }, signal);
  const unknown = found.unknown ? h("p", { class: "hint" }, `${plural(found.unknown, "asset")} could not be compared yet.`) : "";
  if (!found.exact.length && !found.near.length) {
    main.replaceChildren(notice("Nothing is here twice."), unknown);
    return;
  }
  main.replaceChildren(
    h("h2", {}, `The same content in several places: ${found.exact.length.toLocaleString()}`), ...found.exact.slice(0, MOST).map(exact),
    h("h2", {}, `Shows the same: ${found.near.length.toLocaleString()}`),
    found.near.length ? h("p", { class: "hint" }, "Other encodes, trims and resized versions. Two takes from one fixed camera may look the same: look before you delete.") : "",
    unknown, ...found.near.slice(0, MOST).map(near),
    Math.max(found.exact.length, found.near.length) > MOST ? h("p", { class: "hint" }, `Only the first ${MOST} are shown; dampipe duplicates --near lists all.`) : "");
}
