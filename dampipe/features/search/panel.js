// An act on chosen assets: a timeline of them for editing programs.

import { save } from "/page/api.js";
import { asked, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";

const FORMATS = [["otio", "OpenTimelineIO (.otio)"], ["fcpxml", "Final Cut Pro (.fcpxml)"], ["xml", "Final Cut Pro 7, Premiere, Resolve (.xml)"], ["edl", "EDL (.edl)"], ["csv", "Table (.csv)"]];
/** Assets of a timeline. */
const MOST = 10_000;

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "timeline", label: "Timeline …", scope: "export", order: 75, most: MOST,
  run: (chosen) => asked(`Save ${plural(chosen.count, "asset")} as a timeline`,
    [choice("Format", "format", FORMATS), field("Title", { name: "title", value: "dampipe", maxLength: 200 })], "Save", async ({ format, title }) => {
      const warnings = await save("/search/export", {}, { ...chosen.body, format, title });
      return { done: [`The timeline was saved as ${format}.`, ...warnings].join(" ") };
    }),
}];
