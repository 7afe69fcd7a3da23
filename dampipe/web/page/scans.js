// Scans: a form that submits one, the latest scans, files in progress, counts by stage, and workers; all kept up to date.

import { describe, get, post } from "./api.js";
import { h, notice } from "./dom.js";
import { bytes, length, plural } from "./format.js";
import { may } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** @type {Record<string, string>} */
const states = {
  waiting: "waiting for a worker", walking: "scanning", walked: "finished",
  suspicious: "suspicious: too many files are gone, so none was marked as missing", failed: "failed", paused: "paused", cancelled: "cancelled",
};

/** @typedef {"pause" | "resume" | "cancel"} Action */

/** The actions that a scan allows, as the API names them. @param {Schemas["ScanProgress"]} scan @returns {Action[]} */
function actions(scan) {
  if (!may("scan")) return [];
  if (scan.state === "paused") return ["resume", "cancel"];
  const isUnfinished = scan.active || ["waiting", "walking"].includes(scan.state);
  return isUnfinished && !["cancelled", "failed"].includes(scan.state) ? ["pause", "cancel"] : [];
}

/**
 * How many files were passed by because nothing opens files of their kinds, and which kinds these are.
 * @param {Schemas["UnknownKinds"]} unknown
 */
function unknownKinds({ files, suffixes }) {
  const named = Object.entries(suffixes);
  const rest = files - named.reduce((sum, [, count]) => sum + count, 0);
  const kinds = named.map(([suffix, count]) => `${suffix || "without a suffix"} ${count.toLocaleString()}`);
  if (rest) kinds.push(`others ${rest.toLocaleString()}`);
  return `${plural(files, "file")} of unknown kinds: ${kinds.join(", ")}`;
}

/** @param {Schemas["ScanProgress"]} scan @param {(number: number, action: Action) => unknown} act */
function scanItem(scan, act) {
  const ended = scan.done + scan.failed;
  const more = scan.path_count - scan.paths.length;
  const total = ended + scan.active;
  const counts = { new: scan.new, changed: scan.changed, moved: scan.moved, missing: scan.missing, done: scan.done, failed: scan.failed };
  const shown = Object.entries(counts).filter(([name, count]) => count || name === "new" || (name === "done" && total));
  const parts = [plural(scan.found, "file"), ...shown.map(([name, count]) => `${count.toLocaleString()} ${name}`)];
  const isActive = scan.active > scan.deferred || scan.state === "walking";
  const state = isActive && scan.state === "walked" ? "processing" : states[scan.state] ?? scan.state;
  return h("li", { class: "scan" },
    h("h3", {}, `Scan ${scan.scan} · ${scan.paths.join(", ")}${more > 0 ? ` and ${more.toLocaleString()} more` : ""}`),
    isActive ? h("progress", { max: total || undefined, value: total ? ended : undefined, "aria-label": `Scan ${scan.scan}` }) : null,
    h("p", {}, `${state}: ${parts.join(", ")}`),
    scan.unknown.files ? h("p", { class: "unknown" }, unknownKinds(scan.unknown)) : null,
    ...scan.warnings.map((warning) => h("p", { class: "warning" }, warning)),
    ...actions(scan).flatMap((action) =>
      [h("button", { onclick: () => act(scan.scan, action), "aria-label": `${action} scan ${scan.scan}` }, action[0].toUpperCase() + action.slice(1)), " "]));
}

/**
 * The progress of a run: amount, speed and time left; "" where it reports none.
 * @param {Schemas["Progress"] | null} progress
 */
function describeProgress(progress) {
  if (!progress) return "";
  const { done, total, unit, speed, left } = progress;
  const [amount, pace] = {
    s: [length, (/** @type {number} */ speed) => `${speed.toFixed(1)}×`], bytes: [bytes, (/** @type {number} */ speed) => `${bytes(speed)}/s`],
    files: [String, (/** @type {number} */ speed) => `${speed.toFixed(1)}/s`], items: [String, (/** @type {number} */ speed) => `${speed.toFixed(1)}/s`],
  }[unit] ?? [String, String];
  const reached = (total === null ? amount(done) : `${amount(done)} of ${amount(total)}`) + (unit === "files" ? " files" : "");
  return [reached, speed && pace(speed), left !== null && `${length(left)} left`].filter(Boolean).join(", ");
}

/** @param {Schemas["Status"]} status */
function inProgress({ running }) {
  if (!running.length) return [];
  const items = running.map(({ name, stage, machine, progress }) =>
    h("li", { class: "work" },
      h("h3", {}, `${name} · ${stage}`),
      progress?.total ? h("progress", { max: progress.total, value: progress.done, "aria-label": name }) : null,
      h("p", {}, [describeProgress(progress), `on ${machine}`].filter(Boolean).join(", "))));
  return [h("h2", {}, "In progress"), h("ul", { class: "in-progress" }, items)];
}

/** @param {Schemas["Status"]} status */
function stageTable(status) {
  const names = /** @type {const} */ (["waiting", "running", "done", "failed", "skipped"]);
  const rows = Object.entries(status.stages).map(([stage, counts]) =>
    h("tr", {}, h("th", { scope: "row" }, stage), names.map((name) => h("td", { class: counts[name] ? name : "none" }, counts[name].toLocaleString()))));
  const head = h("tr", {}, h("th", { scope: "col" }, "stage"), names.map((name) => h("th", { scope: "col" }, name)));
  return h("table", {}, h("thead", {}, head), h("tbody", {}, rows));
}

/** @param {Schemas["Status"]} status */
function workerList({ workers }) {
  if (!workers.length) return notice("No worker is running.", "Scans wait until dampipe is started on a machine that can read the footage.");
  return h("ul", { class: "workers" }, workers.map(({ name, queues }) => h("li", {}, h("b", {}, name), ` serves ${queues.join(", ")}`)));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function scans(main, signal, parameters) {
  const asked = parameters.get("scan"); // one that may be older than the latest
  const one = asked && /^\d+$/.test(asked) ? await get(`/scans/${asked}`, {}, signal) : null;
  const message = h("p", { role: "status" });
  const path = h("input", { name: "path", placeholder: "/mnt/footage", required: true, "aria-label": "A folder or file, as the server sees it" });
  const live = h("div");
  let lastStatus = "";

  const refresh = async () => draw(await get("/status", {}, signal));

  /** @param {Schemas["Status"]} status */
  function draw(status) {
    const json = JSON.stringify(status);
    if (json === lastStatus) return; // drawing again would lose a selection of text
    lastStatus = json;
    const shown = one && !status.scans.some(({ scan }) => scan === one.scan) ? [one, ...status.scans] : status.scans;
    const list = shown.length ? h("ul", { class: "scans" }, shown.map((scan) => scanItem(scan, act)))
      : notice("No scans yet.", may("scan") ? "Enter the path of a folder above to add its footage." : "");
    live.replaceChildren(...inProgress(status), h("h2", {}, "Latest scans"), list, h("h2", {}, "Stages"), stageTable(status), h("h2", {}, "Workers"), workerList(status));
  }
  /** @param {() => Promise<string>} action */
  async function attempt(action) {
    try {
      message.textContent = await action();
      await refresh();
    } catch (problem) {
      message.textContent = describe(problem);
    }
  }
  const act = (/** @type {number} */ number, /** @type {Action} */ action) => attempt(async () => {
    await post(`/scans/${number}/${action}`);
    return `Scan ${number} is ${{ pause: "paused", resume: "resumed", cancel: "cancelled" }[action]}.`;
  });
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    await attempt(async () => {
      const { scan, broker_problem: problem } = await post("/scans", { paths: [path.value.trim()] });
      path.value = "";
      return problem ? `Scan ${scan} is submitted, but starts later: ${problem}` : `Scan ${scan} is submitted.`;
    });
  }

  await refresh();
  const form = may("scan") ? [h("form", { class: "submit", onsubmit: submit }, path, h("button", {}, "Scan")), message] : [];
  main.replaceChildren(...form, live);
  page.watch(["status"], ({ status }) => status && draw(status), signal);
}
