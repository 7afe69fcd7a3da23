// Scans and files with live progress, what waits and runs by stage, and who works.

import { get, post } from "./api.js";
import { h, notice } from "./dom.js";
import { bytes, length, plural } from "./format.js";

const EVERY = 2000;

const states = {
  waiting: "waits for a worker", walking: "is looking for files", walked: "finished",
  suspicious: "not believed: too much was gone", failed: "failed", paused: "paused", cancelled: "cancelled",
};

/** What may be done about a scan, as the API calls it. */
function choices(one) {
  if (one.state === "paused") return ["resume", "cancel"];
  const under = one.active || ["waiting", "walking"].includes(one.state);
  return under && !["cancelled", "failed"].includes(one.state) ? ["pause", "cancel"] : [];
}

function scan(one, act) {
  const through = one.done + one.failed;
  const all = through + one.active;
  const counts = { new: one.new, changed: one.changed, moved: one.moved, missing: one.missing, done: one.done, failed: one.failed };
  const told = Object.entries(counts).filter(([name, count]) => count || name === "new" || (name === "done" && all));
  const parts = [plural(one.found, "file"), ...told.map(([name, count]) => `${count.toLocaleString()} ${name}`)];
  const active = one.active > one.deferred || one.state === "walking";
  return h("li", { class: "scan" },
    h("h3", {}, `${one.scan} · ${one.paths.join(", ")}`),
    active ? h("progress", { max: all || undefined, value: all ? through : undefined, "aria-label": `Scan ${one.scan}` }) : null,
    h("p", {}, `${active && one.state === "walked" ? "processing" : states[one.state] ?? one.state}: ${parts.join(", ")}`),
    ...one.warnings.map((warning) => h("p", { class: "warning" }, warning)),
    ...choices(one).flatMap((what) =>
      [h("button", { onclick: () => act(one.scan, what), "aria-label": `${what} scan ${one.scan}` }, what[0].toUpperCase() + what.slice(1)), " "]));
}

/** How much of how much, how fast, how long still; "" where nobody has said. */
function words(progress) {
  if (!progress) return "";
  const { done, total, unit, speed, left } = progress;
  const amount = { s: length, bytes, files: String }[unit];
  const pace = { s: () => `${speed.toFixed(1)}×`, bytes: () => `${bytes(speed)}/s`, files: () => `${speed.toFixed(1)}/s` }[unit];
  const much = (total === null ? amount(done) : `${amount(done)} of ${amount(total)}`) + (unit === "files" ? " files" : "");
  return [much, speed && pace(), left !== null && `${length(left)} left`].filter(Boolean).join(", ");
}

function now(status) {
  if (!status.running.length) return [];
  const files = status.running.map((one) => {
    const { done, total } = one.progress ?? {};
    return h("li", { class: "work" },
      h("h3", {}, `${one.name} · ${one.stage}`),
      total ? h("progress", { max: total, value: done, "aria-label": one.name }) : null,
      h("p", {}, [words(one.progress), `on ${one.machine}`].filter(Boolean).join(", ")));
  });
  return [h("h2", {}, "Now"), h("ul", { class: "now" }, files)];
}

function stages(status) {
  const names = ["waiting", "running", "done", "failed", "skipped"];
  const rows = Object.entries(status.stages).map(([stage, counts]) =>
    h("tr", {}, h("th", { scope: "row" }, stage), names.map((name) => h("td", { class: counts[name] ? name : "none" }, counts[name].toLocaleString()))));
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "stage"), names.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows));
}

function workers(status) {
  if (!status.workers.length) return notice("No worker is there.", "Start them with: dampipe up");
  return h("ul", { class: "workers" }, status.workers.map((worker) =>
    h("li", {}, h("b", {}, worker.name), ` takes ${worker.queues.join(", ")}`)));
}

export async function scans(main, signal) {
  const said = h("p", { role: "status" });
  const path = h("input", { name: "path", placeholder: "/mnt/footage", required: true, "aria-label": "A folder or file, as the server sees it" });
  const submit = async (event) => {
    event.preventDefault();
    await attempt(async () => {
      const answer = await post("/scans", { paths: [path.value.trim()] });
      path.value = "";
      return answer.broker_problem || `Scan ${answer.scan} is submitted.`;
    });
  };
  const act = (number, what) => attempt(async () => {
    await post(`/scans/${number}/${what}`);
    return `Scan ${number} is ${{ pause: "paused", resume: "resumed", cancel: "cancelled" }[what]}.`;
  });
  async function attempt(what) {
    try {
      said.textContent = await what();
      await refresh();
    } catch (problem) {
      said.textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    }
  }
  const live = h("div");
  let before = "";
  async function refresh() {
    const status = await get("/status", {}, signal);
    if (JSON.stringify(status) === before) return; // what is drawn anew loses what a person has marked in it
    before = JSON.stringify(status);
    const list = status.scans.length ? h("ul", { class: "scans" }, status.scans.map((one) => scan(one, act))) : notice("No scan was submitted yet.");
    live.replaceChildren(...now(status), h("h2", {}, "Latest scans"), list, h("h2", {}, "Stages"), stages(status), h("h2", {}, "Workers"), workers(status));
  }
  await refresh();
  main.replaceChildren(h("form", { class: "submit", onsubmit: submit }, path, h("button", {}, "Scan")), said, live);
  const timer = setInterval(() => document.hidden || refresh().catch((problem) => signal.aborted || (said.textContent = problem.message)), EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
}
