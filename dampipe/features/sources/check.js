// The check of a source: what was looked at, whether it is right, and what helps where it is not.

import { describe, post } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { openDialog } from "/page/form.js";
import { plural } from "/page/format.js";
import { table } from "/page/part.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** What is looked at, by `what`. @type {Record<string, string>} */
const WHAT = {
  reach: "Answers", list: "Lists its files", read: "Its files can be read", change: "How changes are seen", write: "Can be written to", clock: "Its clock", same: "Another source there", space: "Space",
};
/** @type {Record<Schemas["Finding"], string>} */
const FOUND = { ok: "right", warning: "look at it", failed: "wrong", skipped: "not tried" };

/** In one sentence. @param {Schemas["SourceCheckReport"]} report */
function summary({ checks }) {
  const count = (/** @type {Schemas["Finding"]} */ wanted) => checks.filter(({ finding }) => finding === wanted).length;
  const [failed, doubtful] = [count("failed"), count("warning")];
  const said = [failed ? `${plural(failed, "thing")} ${failed === 1 ? "is" : "are"} wrong` : "", doubtful ? `${plural(doubtful, "thing")} to look at` : ""].filter(Boolean);
  return said.length ? `${said.join(", ")}.` : "Nothing is wrong.";
}

/** @param {Schemas["SourceCheckReport"]} report */
const lines = (report) => table(["Looked at", "Found", "What"], report.checks.map((one) => [
  WHAT[one.what] ?? one.what,
  h("span", { class: one.finding === "failed" ? "problem" : one.finding === "skipped" ? "soft" : null }, FOUND[one.finding]),
  h("span", {}, one.detail, one.hint ? h("small", { class: "helps" }, ` ${one.hint}`) : null)]));

/** Check a source, and show every line of the answer in a dialog. @param {string} name */
export function checkSource(name) {
  const said = h("p", { role: "status" });
  const found = h("div");
  const again = h("button", { type: "button", class: "primary", onclick: () => check() }, "Check again");
  async function check() {
    again.disabled = true;
    said.className = "";
    said.textContent = "It is looked at …";
    redraw(found, h("progress", { "aria-label": "Working" }));
    try {
      const report = await post(`/sources/${encodeURIComponent(name)}/check`);
      said.textContent = summary(report);
      redraw(found, lines(report));
    } catch (problem) {
      said.className = "problem";
      said.textContent = describe(problem);
      redraw(found);
    }
    again.disabled = false;
  }
  openDialog((close, titleId) => h("div", { class: "stack" }, h("h2", { id: titleId }, `Check of ${name}`), said, found,
    h("div", { class: "actions" }, again, h("button", { type: "button", onclick: close, autofocus: true }, "Close"))));
  check();
}
