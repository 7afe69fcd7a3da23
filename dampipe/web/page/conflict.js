// What somebody else changed meanwhile: both values, and which one is to stay.

import { problemOf } from "./api.js";
import { h } from "./dom.js";
import { actorName } from "./format.js";
import { ask } from "./form.js";

/** @param {unknown} value */
const shown = (value) => (value === null || value === undefined || value === "" ? "(nothing)" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** @param {unknown} problem */
const isConflict = (problem) => {
  const { parameters, code } = problemOf(problem);
  return Boolean(code) && "yours" in parameters && "theirs" in parameters;
};

/**
 * Make an edit that is based on what was opened. Where only other things than its fields have changed since, it is made on what
 * there is now; else the conflict is thrown.
 * @template {{ version?: number | null }} T
 * @template R
 * @param {T} opened
 * @param {readonly string[]} fields those that it changes
 * @param {() => Promise<T>} read what there is now
 * @param {(version: number) => Promise<R>} write
 * @returns {Promise<R>}
 */
export async function basedOn(opened, fields, read, write) {
  const values = (/** @type {any} */ one) => JSON.stringify(fields.map((field) => one[field] ?? null));
  for (let version = opened.version ?? 0, tries = 3; ; tries--) {
    try {
      return await write(version);
    } catch (problem) {
      if (!tries || !isConflict(problem)) throw problem;
      const now = await read();
      if (values(now) !== values(opened)) throw problem;
      version = now.version ?? 0;
    }
  }
}

/**
 * Ask which of two values is to stay, where `problem` is a conflict (409) that names them; returns whether it is one. again: makes the
 * edit again, based on the version that there is now.
 * @param {unknown} problem
 * @param {(version: number) => Promise<unknown>} again
 */
export function asksAboutConflict(problem, again) {
  if (!isConflict(problem)) return false;
  const { parameters } = problemOf(problem);
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
