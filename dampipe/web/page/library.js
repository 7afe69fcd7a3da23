// The library: all assets, or those that filters of the address leave, as one list.

import { changed, writeAddress } from "./address.js";
import { get } from "./api.js";
import { announce, h, notice } from "./dom.js";
import { names } from "./filters.js";
import { follow } from "./follow.js";
import { plural } from "./format.js";
import { Grid } from "./grid.js";
import { isOfDates } from "./grid-names.js";
import { GridSource } from "./grid-source.js";
import { declareKeys } from "./keys.js";
import { listNoted, noteList } from "./positions.js";
import { go, rewrite } from "./router.js";
import { keepButton } from "./save-search.js";
import { selectable } from "./selectable.js";
import { may } from "./session.js";
import { page } from "./state.js";

/** @typedef {import("./grid.js").Place} Place */

const GROUPS = { day: "By day", month: "By month", folder: "By folder", camera: "By camera", none: "Not grouped" };
const SORTS = {
  "-date": "Newest shot first", date: "Oldest shot first", "-added": "Latest arrivals first", added: "First arrivals first", name: "Name, A to Z", "-name": "Name, Z to A",
  "-duration": "Longest first", duration: "Shortest first", "-size": "Largest first", size: "Smallest first",
};
const VIEWS = { grid: "Grid", list: "List" };
const DENSITIES = { small: "Small", medium: "Medium", large: "Large" };
/** Digits of a SHA-1 in an address: enough for any library. */
const DIGITS = 16;

const keys = declareKeys("Library", {
  date: { keys: ["g d"], does: "Go to a date" },
  view: { keys: ["v"], does: "Grid or list" },
  larger: { keys: ["+"], does: "Larger pictures" },
  smaller: { keys: ["-"], does: "Smaller pictures" },
});

/** The order of a search that is as this one of the library; "", its usual one, where there is none. @param {string} sort */
function sortOfSearch(sort) {
  const by = sort.replace("-", "");
  return ["date", "added", "name"].includes(by) ? "" : sort.replace(/^(-?)size$/, "$1file_size");
}

/** A line about files that are not shown yet; hidden while there are none. @param {AbortSignal} signal */
async function pendingLine(signal) {
  const line = h("p", { class: "hint", hidden: true });
  async function refresh() {
    const { scans } = page.state.status ?? (await get("/status", {}, signal).catch(() => ({ scans: [] })));
    const waiting = scans.reduce((sum, { active, done, searchable }) => sum + active - (searchable - done), 0);
    line.hidden = !waiting;
    line.replaceChildren(`${plural(waiting, "more file")} will appear here when processed. `, h("a", { href: "#/scans" }, "Show progress"));
    pending.waiting = waiting;
  }
  const pending = { line, waiting: 0 };
  page.watch(["counts"], refresh, signal);
  await refresh();
  return pending;
}

/** A choice of the address: its value there, or the first. @param {URLSearchParams} parameters @param {string} name @param {Record<string, string>} choices */
function chosen(parameters, name, choices) {
  const value = parameters.get(name) ?? "";
  return value in choices ? value : Object.keys(choices)[0];
}

/** @param {string} name @param {string} title @param {Record<string, string>} choices @param {string} value @param {(value: string) => void} choose */
function select(name, title, choices, value, choose) {
  /** @type {HTMLSelectElement} */
  const made = h("select", { "aria-label": title, title, name, onchange: () => choose(made.value) },
    Object.entries(choices).map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return made;
}

/**
 * What stands in place of a list without assets.
 * @param {number} waiting
 * @param {boolean} isFiltered
 */
function nothing(waiting, isFiltered) {
  if (isFiltered) return notice("No assets match the filters.", "", h("a", { class: "button", href: "#/" }, "Show all assets"));
  const action = waiting || may("scan") ? h("a", { class: "button", href: "#/scans" }, waiting ? "Show progress" : "Add footage") : null;
  return waiting
    ? notice(`${plural(waiting, "file")} will appear here when processed.`, "", action)
    : notice("The library is empty.", may("scan") ? "Scan a folder of footage to fill it." : "", action);
}

/**
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {URLSearchParams} parameters
 */
export async function library(main, signal, parameters) {
  const [view, density] = [chosen(parameters, "view", VIEWS), "density" in Object.fromEntries(parameters) ? chosen(parameters, "density", DENSITIES) : "medium"];
  const [group, sort] = [chosen(parameters, "group", GROUPS), parameters.get("sort") || "-date"];
  const filters = [...parameters].flatMap(([name, value]) => (value && names.includes(name) && !["like", "picture"].includes(name) ? [/** @type {const} */ ([name, value])] : []));
  let source = new GridSource({ filters, group, sort }, signal);
  const at = parameters.get("at");
  const noted = listNoted(at);
  const opened = noted ? noted.sha1 : at;
  const [pending, found] = await Promise.all([pendingLine(signal), opened ? source.find(opened) : null, source.readBuckets()]);
  if (signal.aborted) return;

  let ended = new AbortController(); // of what follows an empty library
  async function showNothing() {
    main.replaceChildren(nothing(pending.waiting, filters.length > 0));
    const again = async () => {
      const now = source.renewed(); // without the pages of a list that was there before
      await now.readBuckets().catch(() => {});
      if (signal.aborted || ended.signal.aborted) return;
      if (!now.total) {
        main.lastElementChild?.replaceWith(nothing(pending.waiting, filters.length > 0));
        return;
      }
      ended.abort();
      source = now;
      await showList(null);
    };
    page.watch(["counts"], again, AbortSignal.any([signal, ended.signal]));
    follow(AbortSignal.any([signal, ended.signal]), [""], again);
  }

  /** @param {{ position: number, within: number } | null} place */
  async function showList(place) {
    ended = new AbortController();
    const grid = new Grid();
    const arrange = (/** @type {Record<string, string | null>} */ changes) => go(writeAddress("/", changed(parameters, { at: grid.place.sha1?.slice(0, DIGITS), ...changes })));
    const other = (/** @type {string} */ name, /** @type {Record<string, string>} */ choices, /** @type {string} */ value, /** @type {string} */ usual) =>
      select(name, { group: "Groups", sort: "Order", density: "Size of pictures" }[name] ?? name, choices, value, (picked) => arrange({ [name]: picked === usual ? null : picked }));
    const count = h("span", { class: "count-of" });
    const date = h("input", { type: "date", "aria-label": "Go to a date", title: "Go to a date (g d)" });
    const isByDate = isOfDates(group) && ["date", "added"].includes(sort.replace("-", ""));
    date.addEventListener("change", () => {
      if (!date.value) return;
      const wanted = date.value.slice(0, group === "month" ? 7 : 10);
      grid.showBucket((key) => (sort.startsWith("-") ? key <= wanted : key >= wanted));
    });
    const size = (/** @type {number} */ by) => {
      const [sizes, now] = [Object.keys(DENSITIES), Object.keys(DENSITIES).indexOf(density)];
      const next = sizes[now + by];
      if (next) arrange({ density: next === "medium" ? null : next });
    };
    const switchView = () => arrange({ view: view === "list" ? null : "list" });
    const isListed = view === "list";
    const says = h("span", { class: "hint", role: "status" });
    const keep = filters.length ? keepButton({ filters, isRanked: false, sort: sortOfSearch(sort), words: "", shown: null }, says) : null;
    const bar = h("div", { class: "arrange" }, count, keep, says, pending.line, h("span", { class: "choices" },
      isByDate ? date : null,
      other("group", GROUPS, group, "day"),
      other("sort", sort in SORTS ? SORTS : { ...SORTS, [sort]: `By ${sort.replace("-", "")}` }, sort, "-date"),
      other("density", DENSITIES, density, "medium"),
      h("button", { type: "button", "aria-pressed": String(isListed), title: "Grid or list (v)", onclick: switchView }, "List")));
    // Without filters, the line of the status says it.
    const showCount = () => (count.textContent = filters.length ? plural(grid.total, "match", "matches") : "");
    let written = at;
    grid.addEventListener("grid-list", () => {
      showCount();
      if (!grid.total && !signal.aborted) showNothing();
    });
    grid.addEventListener("grid-place", (event) => {
      const { sha1 } = /** @type {CustomEvent<Place>} */ (event).detail;
      const digits = sha1?.slice(0, DIGITS) ?? null;
      if (signal.aborted || digits === written || (!sha1 && grid.position > 0)) return;
      if (rewrite("/", changed(parameters, { at: digits }))) written = digits;
    });
    noteList(() => ({ of: written, ...grid.place }), signal);
    main.replaceChildren(h("h2", { class: "unseen" }, filters.length ? "Assets that match" : "All assets"), bar, grid);
    const refresh = () => grid.refresh();
    page.watch(["counts"], refresh, signal);
    follow(signal, [""], refresh);
    keys({
      date: () => (isByDate ? (date.focus(), openPicker(date), true) : false),
      view: switchView, larger: () => size(1), smaller: () => size(-1),
    }, { signal });
    selectable(grid, { signal, everything: () => ({ filters: grid.filters }) });
    await grid.open(source, { view, density }, place);
    showCount();
    if (filters.length) announce(count.textContent ?? "");
  }

  if (!source.total) return showNothing();
  return showList(found && { position: found.position, within: noted?.within || -headOf(found.position) });

  /** With a new address, the heading above the first row is seen, too. @param {number} position */
  function headOf(position) {
    let first = 0;
    for (const { count } of source.buckets) {
      if (first >= position) break;
      first += count;
    }
    return group !== "none" && first === position ? 52 : 0;
  }
}

/** @param {HTMLInputElement} input */
function openPicker(input) {
  try {
    input.showPicker();
  } catch {
    // It needs a key press or a click, and not all browsers have it: one can type the date.
  }
}
