// Work that was asked for and that workers do: how it stands, in a line, with its progress.

import { h } from "./dom.js";
import { dateTime } from "./format.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Pick<Schemas["PruneState"], "number" | "state" | "created_at" | "finished_at" | "progress" | "reason" | "waits_for_worker">} Request */

/** @type {Record<string, string>} */
const STATES = { pending: "waits for a worker", running: "is being done", done: "done", failed: "failed", skipped: "could not be done", on_hold: "is on hold" };

/** Whether it is still to be done. @param {Pick<Request, "state">} request */
export const isOpen = ({ state }) => state === "pending" || state === "running";

/**
 * A line about a request; more: what it has found.
 * @param {string} title
 * @param {Request} request
 * @param {...import("./dom.js").Child} more
 */
export function requestItem(title, request, ...more) {
  const { state, created_at: created, finished_at: finished, progress, reason } = request;
  const when = finished && !isOpen(request) ? `${STATES[state] ?? state}, ${dateTime(finished)}` : `${STATES[state] ?? state}, asked for ${dateTime(created)}`;
  const done = progress && isOpen(request) ? h("progress", { max: progress.total ?? undefined, value: progress.total ? progress.done : undefined, "aria-label": title }) : null;
  return h("li", { class: "entry whole" }, h("div", {}, h("h3", {}, title), h("p", { class: `state ${state}` }, when), done,
    request.waits_for_worker ? h("p", { class: "problem" }, "No worker that does it is running. It is kept, and begins once one is started.") : null,
    reason ? h("p", { class: "problem" }, reason) : null, ...more));
}
