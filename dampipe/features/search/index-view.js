// The view of the vector index: whether it is complete, and checking or rebuilding it.

import { get, post } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { bytes, plural } from "/page/format.js";
import { part, table } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { requestItem } from "/page/requests.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** @param {Schemas["IndexReport"]} report */
const verdict = ({ sound, waiting, missing, damage }) =>
  (sound ? (waiting ? `complete but for ${plural(waiting, "new vector")}, which searches compare one by one` : "complete")
    : [missing ? `${plural(missing, "vector")} missing` : "", ...damage].filter(Boolean).join("; "));

/** @param {readonly Schemas["IndexReport"][]} reports */
const reportTable = (reports) => table(["model", "vectors", "size", "state", "how"], reports.map((one) => [
  one.name, one.vectors.toLocaleString(), one.bytes ? bytes(one.bytes) : "", h("span", { class: one.sound ? "" : "problem" }, verdict(one)), one.kind]));

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function indexView(main, signal) {
  const start = (/** @type {Act} */ act, /** @type {boolean} */ rebuild) => act(async () => {
    await post("/indexes/requests", { rebuild });
    await asked.refresh();
    return rebuild ? "The indexes are rebuilt; search answers from the old ones until then." : "Every vector is compared with the catalogue.";
  });
  const buttons = (/** @type {Act} */ act) => [
    h("button", { type: "button", "data-key": "check", onclick: () => start(act, false) }, "Check every vector"),
    h("button", { type: "button", "data-key": "rebuild", onclick: () => start(act, true) }, "Rebuild")];
  const drawNow = (/** @type {Schemas["IndexReport"][]} */ found) => (found.length ? reportTable(found) : notice("Nothing has been embedded yet.", "The index of a model begins with the first footage that is processed."));
  const drawAsked = (/** @type {Schemas["IndexRequestState"][]} */ found) => (found.length
    ? h("ul", {}, found.map((one) => requestItem(one.rebuild ? "Rebuild" : "Check of every vector", one, one.indexes.length ? reportTable(one.indexes) : null)))
    : h("p", { class: "soft" }, "Nothing within a week. A worker looks after the index by itself: it repairs a lost or damaged one within a minute."));
  const now = part("Vector index", buttons, () => get("/indexes", {}, signal), drawNow);
  const asked = part("Checks and rebuilds", () => [], () => get("/indexes/requests", {}, signal), drawAsked);
  await showParts(main, signal, [now, asked], { withStatus: true });
}
