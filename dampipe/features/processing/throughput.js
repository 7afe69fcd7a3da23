// Throughput by stage over time, what waits and for how long, the workers with their hardware, and who is given events.

import { get, post } from "/page/api.js";
import { bars } from "/page/charts.js";
import { h, notice } from "/page/dom.js";
import { dateTime, plural } from "/page/format.js";
import { confirm } from "/page/form.js";
import { part, rowButton, table } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";
import { writeAddress } from "/page/address.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** @type {readonly [string, string][]} */
const SPANS = [["6", "6 hours"], ["24", "24 hours"], ["168", "A week"], ["720", "30 days"]];

/** How long ago, in one unit. @param {number} seconds */
export function age(seconds) {
  if (seconds < 90) return plural(Math.max(0, Math.round(seconds)), "second");
  if (seconds < 5400) return plural(Math.round(seconds / 60), "minute");
  return seconds < 2 * 86400 ? plural(Math.round(seconds / 3600), "hour") : plural(Math.round(seconds / 86400), "day");
}

/** @param {number} time @param {number} hours */
const label = (time, hours) => new Date(time * 1000).toLocaleString([], hours > 48 ? { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } : { hour: "2-digit", minute: "2-digit" });

/** @param {string} hours @param {AbortSignal} signal */
function overTime(hours, signal) {
  const draw = (/** @type {Schemas["Throughput"]} */ { since, step, points, stages }) => {
    const labels = Array.from({ length: points }, (_, at) => label(since + at * step, Number(hours)));
    const failed = stages.map(({ stage, failed: values }) => ({ name: stage, values })).filter(({ values }) => values.some(Boolean));
    return [
      bars("Stages that were done", labels, stages.map(({ stage, done }) => ({ name: stage, values: done })), "stage"),
      failed.length ? bars("Stages that failed", labels, failed, "stage") : null,
    ];
  };
  const links = () => [h("nav", { class: "choices", "aria-label": "Span" }, SPANS.map(([value, text]) =>
    h("a", { class: "button", href: writeAddress("/throughput", { hours: value }), "aria-current": value === hours ? "true" : null }, text)))];
  return part("Throughput", links, () => get("/throughput", { hours }, signal), draw);
}

/** @param {AbortSignal} signal */
function waiting(signal) {
  const read = async () => ({ throughput: await get("/throughput", { hours: 1 }, signal), status: await get("/status", {}, signal), hourly: await get("/throughput", { hours: 2 }, signal) });
  const draw = (/** @type {Awaited<ReturnType<typeof read>>} */ { throughput: { stages }, status, hourly }) => {
    const waits = stages.filter((one) => one.waiting);
    const all = waits.reduce((sum, one) => sum + one.waiting, 0);
    const oldest = Math.min(...waits.map((one) => one.oldest_at ?? Infinity));
    const running = Object.values(status.stages).reduce((sum, one) => sum + one.running, 0);
    const tiles = h("div", { class: "tiles" },
      h("div", { class: "tile" }, h("span", {}, "Waiting"), h("b", {}, all.toLocaleString()), h("small", {}, "stages of files")),
      h("div", { class: "tile" }, h("span", {}, "Oldest waiting"), h("b", {}, Number.isFinite(oldest) ? age(Date.now() / 1000 - oldest) : "–"), h("small", {}, Number.isFinite(oldest) ? `since ${dateTime(oldest)}` : "nothing waits")),
      h("div", { class: "tile" }, h("span", {}, "Running"), h("b", {}, running.toLocaleString()), h("small", {}, `on ${plural(new Set(status.running.map(({ machine }) => machine)).size, "machine")}`)),
      h("div", { class: status.workers.length ? "tile" : "tile bad" }, h("span", {}, "Workers"), h("b", {}, status.workers.length.toLocaleString()), h("small", {}, status.workers.length ? "report" : "none reports")));
    const rows = waits.map((one) => {
      const done = hourly.stages.find(({ stage }) => stage === one.stage)?.done ?? [];
      const pace = done.reduce((sum, count) => sum + count, 0) / 2;
      return [one.stage, one.waiting.toLocaleString(), one.oldest_at === null ? "" : age(Date.now() / 1000 - one.oldest_at), pace ? `${Math.round(pace).toLocaleString()} an hour` : "none in two hours", pace ? age((one.waiting / pace) * 3600) : ""];
    });
    return [tiles, rows.length ? table(["stage", "waiting", "oldest", "pace", "time left"], rows) : null];
  };
  return part("Queues", () => [], read, draw);
}

/** @param {unknown} value */
const plain = (value) => (Array.isArray(value) ? value.join(", ") : typeof value === "object" && value !== null ? Object.entries(value).map(([key, one]) => `${key} ${one}`).join(", ") : String(value));

/** @param {AbortSignal} signal */
function workers(signal) {
  const draw = (/** @type {Schemas["WorkerInfo"][]} */ found) => (found.length
    ? table(["worker", "queues", "hardware", "runs since"], found.map(({ name, queues, facts, started_at: started }) => [
      name, queues.join(", "), Object.entries(facts).filter(([, value]) => value || value === 0).map(([key, value]) => `${key.replaceAll("_", " ")} ${plain(value)}`).join(" · "), dateTime(started)]))
    : notice("No worker is running.", "What was submitted waits until dampipe is started on a machine that can read the footage."));
  // When a worker was seen last changes every few seconds, and would draw the table again.
  return part("Workers", () => [], async () => (await get("/status", {}, signal)).workers.map((one) => ({ ...one, seen_at: 0, started_at: Math.round(one.started_at / 10) * 10 })), draw);
}

/** @param {AbortSignal} signal */
function subscribers(signal) {
  const draw = (/** @type {Schemas["SubscriberState"][]} */ found, /** @type {Act} */ act) => {
    if (!found.length) return h("p", { class: "soft" }, "Nobody is given events.");
    const skip = (/** @type {Schemas["SubscriberState"]} */ one) => confirm(`Skip the event at which ${one.name} fails?`, `It is moved past event ${one.problem_event?.seq} (${one.problem_event?.name}), and never gets it.`, "Skip the event", async () => {
      await post(`/events/subscribers/${one.name}/skip`, { seq: one.problem_event?.seq });
      return () => act(() => `${one.name} continues after the event.`);
    });
    return table(["subscriber", "behind", "state", ""], found.map((one) => [
      one.name, one.behind ? plural(one.behind, "event") : "nothing", one.problem ? h("span", { class: "problem" }, one.problem) : "fine",
      one.problem_event && may("admin") ? rowButton("Skip the event …", one.name, () => skip(one), { style: "danger" }) : null]));
  };
  return part("Who is given events", () => [], () => get("/events/subscribers", {}, signal), draw);
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function throughput(main, signal, parameters) {
  const asked = parameters.get("hours") ?? "24";
  const hours = SPANS.some(([value]) => value === asked) ? asked : "24";
  await showParts(main, signal, [overTime(hours, signal), waiting(signal), workers(signal), subscribers(signal)], { withStatus: true });
}
