// What somebody else changed meanwhile: both values, and which one is to stay.

import { problemOf } from "./api.js";
import { h } from "./dom.js";
import { actorName } from "./format.js";
import { ask } from "./form.js";

/** @param {unknown} value */
const shown = (value) => (value === null || value === undefined || value === "" ? "(nothing)" : typeof value === "object" ? JSON.stringify(value) : String(value));

/**
 * Ask which of two values is to stay, where `problem` is a conflict (409) that names them; returns whether it is one. again: makes the
 * edit again, based on the version that there is now.
 * @param {unknown} problem
 * @param {(version: number) => Promise<unknown>} again
 */
export function asksAboutConflict(problem, again) {
  const { parameters, code } = problemOf(problem);
  if (!code || !("yours" in parameters) || !("theirs" in parameters)) return false;
  const keep = h("button", { type: "button", onclick: (/** @type {Event} */ event) => /** @type {HTMLElement} */ (event.target).closest("dialog")?.close() }, "Keep theirs");
  const by = parameters.by ? `${actorName(parameters.by)} has` : "Somebody has";
  ask("Changed meanwhile", [
    h("p", {}, `${by} changed ${parameters.field ?? "it"} since you opened it.`),
    h("dl", { class: "conflict" }, h("dt", {}, "Yours"), h("dd", {}, shown(parameters.yours)), h("dt", {}, "Theirs"), h("dd", {}, shown(parameters.theirs))),
  ], "Use mine", async () => {
    await again(parameters.version);
  }, { beside: [keep] });
  return true;
}
