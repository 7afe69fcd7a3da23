// Acts on the workflow of chosen assets: a move, an assignment, a due date.

import { get, post } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { asked, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").BulkAct} BulkAct */

/** Reasons that are said. */
const SHOWN = 4;
const NONE = { done: "There is no workflow yet: a manager chooses one under Settings, Workflow." };

/** Why some do not move. @param {Schemas["MoveReport"]} report */
const reasons = ({ blocked }) => blocked.slice(0, SHOWN).map(({ assets, reason }) => `${plural(assets, "asset")}: ${reason.text}`);

/** Ask for a move, say how many can make it and why others cannot, and make it. @type {BulkAct["run"]} */
async function move(chosen, signal) {
  const { transitions } = await get("/workflow", {}, signal);
  if (!transitions.length) return NONE;
  const which = choice("Move", "transition", transitions.map((one) => [one.key, one.label]));
  const comment = h("textarea", { name: "comment", rows: 3, maxLength: 2000 });
  const preview = h("div", { role: "status" });
  const select = /** @type {HTMLSelectElement} */ (which.querySelector("select"));
  let asks = 0;
  async function show() {
    const ask = ++asks;
    redraw(preview);
    const report = await post("/workflow/moves", { ...chosen.body, transition: select.value, comment: comment.value || "-", dry_run: true }).catch(() => null);
    if (ask !== asks || !report) return;
    redraw(preview, h("p", {}, `${report.moved.toLocaleString()} of ${plural(chosen.count, "asset")} can make it.`), h("ul", { class: "bullets" }, reasons(report).map((line) => h("li", {}, line))));
  }
  select.addEventListener("change", show);
  show();
  return asked(`Move ${plural(chosen.count, "asset")}`, [which, h("label", {}, h("span", {}, "Comment"), comment), preview], "Move", async (given) => {
    const report = await post("/workflow/moves", { ...chosen.body, transition: given.transition, comment: given.comment });
    const why = report.refused ? ` ${plural(report.refused, "asset")} stayed: ${reasons(report).join("; ")}.` : "";
    return { done: `${plural(report.moved, "asset")} moved.${why}` };
  });
}

/** @type {BulkAct["run"]} */
const assign = (chosen) => asked(`Assign ${plural(chosen.count, "asset")}`,
  [field("User", { name: "assignee", required: false, autocomplete: "off", autofocus: true, maxLength: 100, hint: "Leave it empty: nobody." })], "Assign", async (given) => {
    const name = given.assignee.trim();
    const { changed } = await post("/workflow/assign", { ...chosen.body, assignee: name || null });
    return { done: name ? `${plural(changed, "asset")} assigned to ${name}.` : `${plural(changed, "asset")} assigned to nobody any more.` };
  });

/** @type {BulkAct["run"]} */
const setDue = (chosen) => asked(`Due date of ${plural(chosen.count, "asset")}`, [
  field("Due", { name: "due", type: "datetime-local", required: false, autofocus: true, hint: "Leave it empty: at no time." }),
  field("Time zone", { name: "zone", value: Intl.DateTimeFormat().resolvedOptions().timeZone, maxLength: 64 }),
], "Set", async ({ due, zone }) => {
  const { changed } = await post("/workflow/due", { ...chosen.body, due: due || null, zone: due ? zone.trim() : null });
  return { done: `${plural(changed, "asset")} ${due ? "got the due date" : "have no due date any more"}.` };
});

/** @type {readonly BulkAct[]} */
export const bulkActs = [
  { key: "move", label: "Move …", scope: "move", order: 50, keys: ["m"], run: move },
  { key: "assign", label: "Assign …", scope: "edit", order: 52, run: assign },
  { key: "due", label: "Due date …", scope: "edit", order: 54, run: setDue },
];
