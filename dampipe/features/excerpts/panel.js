// The part of an original between in and out, in the player, for those who may have originals.

import { describe, problemOf, save } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";
import { knownSession, may } from "/page/session.js";
import { toast } from "/page/toasts.js";

/** @typedef {import("/page/panels.js").Player} Player */
/** @typedef {import("/page/panels.js").Range} Range */

const EXACT = "It is copied as it is, with all its sound and its time code: nothing is decoded. It begins with the frame of in where every frame is a key frame (ProRes, DNxHR …). Other footage begins with the key frame before it, which is said, and may have some frames more at its end.";

/** Seconds by which times may differ that mean the same. */
const SLACK = 0.0005;

/** A range as people read it. @param {Player} player @param {Range} range */
function textOf({ frames }, { start, end }) {
  const length = `${(end - start).toFixed(2)} s`;
  if (!frames) return `From ${start.toFixed(2)} s to ${end.toFixed(2)} s, ${length}.`;
  const first = frames.frame(start);
  // `end` is where the last frame ends: where the next one begins, or the film ends.
  const next = end >= frames.begin(frames.count) - SLACK ? frames.count : frames.frame(end);
  const last = Math.max(first, next - 1);
  const name = (/** @type {number} */ frame) => frames.label(frame) ?? `#${frame}`;
  return `From ${name(first)} to ${name(last)}: ${plural(last - first + 1, "frame")}, ${length}.`;
}

/** Ask for handles, and download a range. @param {Player} player */
function download(player) {
  const range = player.range();
  if (!range) return;
  const { sha1 } = player.asset.video;
  const handles = [["0s", "None"], ...(player.frames?.rate ? [["12f", "12 frames"]] : []), ["1s", "1 second"], ["2s", "2 seconds"], ["5s", "5 seconds"]];
  const reason = field("Reason", { name: "reason", maxLength: 500, required: false, hint: "It is recorded, with your name." });
  reason.hidden = true;
  ask("Download the range of the original", [
    h("p", {}, textOf(player, range)), choice("Handles: more before and after it", "handles", handles), h("p", { class: "hint" }, EXACT), reason,
  ], "Download", async (given) => {
    const times = { start: player.exact(range.start), end: player.exact(range.end), handles: given.handles };
    try {
      const warnings = await save(`/assets/${sha1}/original/excerpt`, reason.hidden ? times : { ...times, reason: given.reason });
      return () => toast(["The range is saved.", ...warnings.map((warning) => `${warning[0].toUpperCase()}${warning.slice(1)}.`)].join(" "));
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== "release.refused" || !may("override")) throw problem;
      reason.hidden = false;
      const input = /** @type {HTMLInputElement} */ (reason.querySelector("input"));
      input.required = true;
      input.focus();
      throw new Error(describe(problem));
    }
  });
}

/** @type {NonNullable<import("/page/panels.js").Panel["sections"]>} */
export function sections(asset, { signal, player }) {
  const isPart = (player.kind === "film" || player.kind === "sound") && asset.video.paths.length > 0;
  if (!isPart) return [];
  const button = h("button", { type: "button", "data-key": "excerpt", title: "Copy the frames from in to out of the original", hidden: true, onclick: () => download(player) }, "Download the range …");
  const follow = () => {
    button.hidden = !player.range();
  };
  knownSession().then(() => {
    if (signal.aborted || !may("originals")) return;
    player.addTool(button);
    player.events.addEventListener("range", follow, { signal });
    follow();
  });
  return [];
}
