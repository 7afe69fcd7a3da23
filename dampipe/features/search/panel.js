// What search adds to the page: in the player, a search by a part of the frame in view; of chosen assets, a timeline.

import { save } from "/page/api.js";
import { asked, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";
import { drawBox, textOf } from "/page/region.js";
import { h } from "/page/dom.js";

/**
 * @param {import("dampipe-api").Schemas["Details"]} asset
 * @param {import("/page/panels.js").SectionContext} context
 * @returns {HTMLElement[]}
 */
export function sections({ video }, { player, signal }) {
  const hasFrames = video.derivatives.some((made) => made.kind === "frames");
  if (!player || !hasFrames || !may("search") || !player.picture || !["film", "still"].includes(player.kind)) return [];
  const button = h("button", { type: "button", title: "Draw a box on the picture, and find what looks like it" }, "Search a part");
  button.addEventListener("click", async () => {
    player.pause();
    button.disabled = true;
    const box = await drawBox(player.overlay, signal);
    button.disabled = false;
    if (box) location.hash = `#/search?${new URLSearchParams({ like: `${video.sha1}@${player.time().toFixed(3)}@${textOf(box)}` })}`;
    else button.focus();
  });
  player.addTool(button);
  return [];
}

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
