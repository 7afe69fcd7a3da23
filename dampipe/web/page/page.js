// Which view is shown for which address, and the library's pulse in the header.

import { get } from "./api.js";
import { notice } from "./dom.js";
import { duplicates } from "./duplicates.js";
import { failures } from "./failures.js";
import { build, chosen, fill, offer } from "./filters.js";
import { plural } from "./format.js";
import { library } from "./library.js";
import { listen } from "./picture.js";
import { open } from "./player.js";
import { results } from "./results.js";
import { scans } from "./scans.js";

const views = { "/": library, "/search": results, "/duplicates": duplicates, "/scans": scans, "/failures": failures };
const [main, dialog, form, filters, narrow] = ["main", "player", "search", "filters", "narrow"].map((id) => document.getElementById(id));
const PULSE = 5000;

let current = null;
let leaving = new AbortController();
let last = null;

async function show(path, parameters) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  current = location.hash || "#/";
  for (const one of document.querySelectorAll("nav a")) {
    if (one.hash === `#${path}`) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  form.elements.q.value = parameters.get("q") ?? "";
  fill(form, parameters);
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
    const behind = dialog.open && (location.hash || "#/") === current;
    if (dialog.open) dialog.close();
    if (behind) return; // the player was left by the way back: what it stood before is there still
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
    const beat = JSON.stringify([assets, stages]);
    if (beat !== last) document.dispatchEvent(new Event("library-changed"));
    last = beat;
    const sum = (name) => Object.values(stages).reduce((total, counts) => total + counts[name], 0);
    const busy = sum("waiting") + sum("running");
    line.textContent = busy ? `${plural(busy, "stage")} to do` : plural(assets, "asset");
    failed.hidden = !sum("failed");
    failed.textContent = sum("failed");
  } catch (problem) {
    line.textContent = problem.message;
  }
}

/** The question in the form, and what of the address it does not show: a picture, a moment. */
function question(kept) {
  const words = form.elements.q.value.trim();
  const before = new URLSearchParams(location.hash.split("?")[1] ?? "");
  return [...(words ? [["q", words]] : []), ...kept.flatMap((name) => before.getAll(name).map((value) => [name, value])), ...chosen(form)];
}

function search(pairs) {
  location.hash = pairs.length ? `#/search?${new URLSearchParams(pairs)}` : "#/";
}

function unfold(open) {
  filters.hidden = !open;
  narrow.setAttribute("aria-expanded", String(open));
  if (open) offer(filters);
}

build(filters);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(question(["like", "picture"]));
});
filters.addEventListener("change", (event) => event.target.tagName === "SELECT" && form.requestSubmit());
narrow.addEventListener("click", () => unfold(filters.hidden));
listen(document.getElementById("give"), document.getElementById("file"), (key) => {
  form.elements.q.value = "";
  search([["picture", key], ...chosen(form)]);
});
window.addEventListener("hashchange", route);
setInterval(() => document.hidden || pulse(), PULSE);
pulse();
route();
