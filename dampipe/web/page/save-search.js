// Keeping a search: as a collection, as an address, as a timeline or table for other programs.

import { describe, post, problemOf, save } from "./api.js";
import { copyText } from "./clipboard.js";
import { announce, h } from "./dom.js";
import { ask, field, options } from "./form.js";
import { plural } from "./format.js";
import { may } from "./session.js";

const FORMATS = { otio: "OpenTimelineIO", fcpxml: "Final Cut Pro", xml: "Final Cut Pro 7 XML", edl: "EDL", csv: "table" };

/**
 * What is shown: pairs as the API takes them, the filters among these, whether it is ranked by words, moments or a picture, how it is
 * sorted, and the assets that are shown now; of a list of the library these are not asked for. isPicture: by a picture that is in this
 * browser alone.
 * @typedef {{ filters: readonly (readonly [string, string])[], isRanked: boolean, sort: string, words: string, shown: (() => string[]) | null }} Kept
 * @typedef {Kept & { query: string[][], isPicture: boolean, shown: () => string[] }} Shown
 */

/** The controls above a list. @param {Shown} shown */
export function saveTools(shown) {
  const says = h("span", { class: "hint", role: "status" });
  return h("span", { class: "save-tools" }, says,
    keepButton(shown, says),
    shown.isPicture ? null : h("button", { type: "button", title: "Copy the address of this search", onclick: async () => says.replaceChildren((await copyText(location.href)) ? "The address is copied." : "Copy the address of this page.") }, "Copy link"),
    shown.isPicture || !may("export") ? null : exportMenu(shown, says));
}

/** @param {Shown} shown @param {HTMLElement} says */
function exportMenu({ query, shown }, says) {
  const select = h("select", { "aria-label": "Save as a timeline" }, h("option", { value: "" }, "Export …"),
    Object.entries(FORMATS).map(([value, text]) => h("option", { value }, `${text} (.${value})`)));
  select.addEventListener("change", async () => {
    const format = select.value;
    select.value = "";
    if (!format) return;
    const lines = await save("/search/export", [...query, ["limit", shown().length], ["format", format]]).catch((problem) => [describe(problem)]);
    says.replaceChildren(...lines.flatMap((line) => [line, h("br")]));
  });
  return select;
}

/** The button that keeps what is shown as a collection; null for who may not. @param {Kept} kept @param {HTMLElement} says */
export const keepButton = (kept, says) => (may("edit") ? h("button", { type: "button", onclick: () => keep(kept, says) }, "Save …") : null);

/** Ask for the name of a collection, and make it. @param {Kept} kept @param {HTMLElement} says */
function keep({ filters, isRanked, sort, words, shown }, says) {
  const count = shown?.().length ?? 0;
  const hits = ["hits", `The ${plural(count, "file")} shown now`, "The collection has these files, and no others until you change it."];
  const smart = ["smart", "The search", isRanked ? "" : "The collection has what passes these filters, also what comes later."];
  const canSmart = !isRanked && filters.length > 0;
  const why = isRanked
    ? "What words, moments and pictures find is a ranking without an end, so that a collection keeps the files that are shown."
    : "Choose a filter or a facet first to keep the search itself.";
  ask("Save as a collection", [
    field("Name", { name: "name", value: words, maxLength: 200, autofocus: true }),
    !shown ? h("p", { class: "hint" }, smart[2])
      : canSmart ? options("What is kept", "kind", "radio", [smart, hits], ["smart"])
      : h("p", { class: "hint" }, `${why} ${plural(count, "file")} now.`),
  ], "Save", async ({ name, kind }) => {
    const isSmart = canSmart && (!shown || kind === "smart");
    /** @type {Record<string, string[]>} */
    const given = {};
    for (const [key, value] of filters) (given[key] ??= []).push(value);
    const made = await post("/collections", isSmart ? { name, filters: given, sort } : { name });
    if (!isSmart) await post(`/collections/${made.id}/items`, /** @type {any} */ ({ assets: shown?.() ?? [] })).catch((problem) => {
      throw problemOf(problem);
    });
    const text = isSmart ? `Saved as the smart collection “${name}”.` : `Saved as the collection “${name}”.`;
    says.replaceChildren(text);
    announce(text);
  });
}
