// Which view is shown for which address, and the library's pulse in the header.

import { get } from "./api.js";
import { notice } from "./dom.js";
import { failures } from "./failures.js";
import { plural } from "./format.js";
import { library } from "./library.js";
import { open } from "./player.js";
import { results } from "./results.js";
import { scans } from "./scans.js";

const views = { "/": library, "/search": results, "/scans": scans, "/failures": failures };
const [main, dialog, form] = ["main", "player", "search"].map((id) => document.getElementById(id));
const PULSE = 5000;

let current = null;
let leaving = new AbortController();

async function show(path, parameters) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  current = location.hash || "#/";
  for (const one of document.querySelectorAll("nav a")) {
    one.toggleAttribute("aria-current", one.hash === `#${path}`);
  }
  form.elements.q.value = parameters.get("q") ?? "";
  document.title = parameters.get("q") ? `${parameters.get("q")} – dampipe` : "dampipe";
  try {
    await views[path](main, signal, parameters);
  } catch (problem) {
    if (!signal.aborted) main.replaceChildren(notice(problem.message, problem.hint));
  }
}

async function route() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  const parameters = new URLSearchParams(query);
  const asset = path.match(/^\/asset\/([0-9a-f]{4,40})$/);
  if (!asset) {
    if (dialog.open) dialog.close();
    await show(path in views ? path : "/", parameters);
    return;
  }
  if (current === null) await show("/", new URLSearchParams());
  const behind = current;
  try {
    await open(dialog, asset[1], Number(parameters.get("t")) || 0, () => {
      if (location.hash.startsWith("#/asset/")) history.replaceState(null, "", behind);
    });
  } catch (problem) {
    main.replaceChildren(notice(problem.message, problem.hint));
  }
}

async function pulse() {
  const [line, failed] = ["pulse", "failed"].map((id) => document.getElementById(id));
  try {
    const { assets, stages } = await get("/status");
    const sum = (name) => Object.values(stages).reduce((total, counts) => total + counts[name], 0);
    const busy = sum("waiting") + sum("running");
    line.textContent = busy ? `${plural(busy, "stage")} to do` : plural(assets, "asset");
    failed.hidden = !sum("failed");
    failed.textContent = sum("failed");
  } catch (problem) {
    line.textContent = problem.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = form.elements.q.value.trim();
  if (words) location.hash = `#/search?${new URLSearchParams({ q: words })}`;
});
window.addEventListener("hashchange", route);
setInterval(() => document.hidden || pulse(), PULSE);
pulse();
route();
