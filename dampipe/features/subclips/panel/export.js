// Subclips of an asset as a timeline of editing programs or a table: all of them, or those that are chosen.

import { save } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, choice, field, options } from "/page/form.js";
import { toast } from "/page/toasts.js";

const FORMATS = [
  ["otio", "OpenTimelineIO (.otio)"], ["fcpxml", "Final Cut Pro (.fcpxml)"], ["xml", "Final Cut Pro 7, Premiere (.xml)"], ["edl", "EDL (.edl)"], ["csv", "Table (.csv)"]];

/**
 * Ask which of the subclips of an asset are to be exported, and how.
 * @param {import("dampipe-api").Schemas["Details"]["video"]} asset
 * @param {readonly import("dampipe-api").Schemas["SubclipReport"][]} subclips
 * @param {readonly number[]} [chosen] their numbers; all where it is not given
 */
export function exportSubclips(asset, subclips, chosen = subclips.map(({ id }) => id)) {
  const which = options("Subclips", "id", "checkbox", subclips.map(({ id, name, note }) => [String(id), name, note ?? ""]), chosen.map(String));
  which.classList.add("many");
  ask("Export subclips", [
    which, choice("Format", "format", FORMATS), field("Title of the timeline", { name: "title", value: asset.name, maxLength: 200, autocomplete: "off" }),
    h("p", { class: "hint" }, "A clip for each subclip, in the order of their times, which refers to the original."),
  ], "Export", async ({ id, format, title }) => {
    if (!id.length) throw new Error("Choose a subclip.");
    // All are named by none, so that those are there, too, that the list does not show.
    const numbers = id.length === subclips.length ? [] : id.map((/** @type {string} */ one) => ["id", one]);
    const warnings = await save("/subclips/export", [["format", format], ["title", title], ["asset", asset.sha1], ...numbers]);
    return () => toast(["The timeline is saved.", ...warnings.map((warning) => `${warning}.`)].join(" "));
  }, { lists: ["id"] });
}
