// The results of a search: one card per file with its moments, the best first, with more as one scrolls; weak hits are folded away.

import { writeAddress } from "./address.js";
import { get, send } from "./api.js";
import { announce, h, notice } from "./dom.js";
import { names } from "./filters.js";
import { follow } from "./follow.js";
import { plural } from "./format.js";
import { hitCard } from "./hit.js";
import { showMarks } from "./listed-marks.js";
import { picture } from "./picture.js";
import { recent } from "./recent.js";
import { go, here } from "./router.js";
import { saveTools } from "./save-search.js";
import { endless } from "./scroll.js";
import { MOST, selectable } from "./selectable.js";
import { session } from "./session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./hit.js").Scale} Scale */

const PAGE = 60;
const PAUSE = 5000; // milliseconds between two searches because something has happened

/** The best score of a page. @param {Schemas["Found"]} found */
const bestOf = ({ hits }) => (hits ?? []).reduce((best, hit) => Math.max(best, hit.score ?? -1), -1);

/** What is found first, to see whether it is something else now. @param {Schemas["Found"]} found */
const firstOf = ({ hits, weaker }) => JSON.stringify([(hits ?? []).map(({ asset, moments }) => [asset, moments[0]?.time]), hits?.length ? 0 : weaker]);

/**
 * A line that says when the same search finds something else: what is seen stays until one wants that.
 * @param {AbortSignal} signal
 * @param {Schemas["Found"]} found
 * @param {() => Promise<Schemas["Found"]>} again
 */
function newsLine(signal, found, again) {
  const line = h("p", { class: "hint news", role: "status", hidden: true });
  follow(signal, [""], async () => {
    const now = await again().catch(() => null); // the server is away; the router says so
    if (!now || signal.aborted) return;
    line.hidden = firstOf(now) === firstOf(found);
    line.replaceChildren("The library has changed, and this search finds other files now. ", h("button", { type: "button", class: "small", "data-key": "again", onclick: () => go(here()) }, "Show them"));
  }, { pause: PAUSE });
  return line;
}

/** What to do where nothing was found. @param {boolean} hasWords @param {boolean} hasFilters */
const advice = (hasWords, hasFilters) => [
  hasWords ? "Try other words, or fewer." : "",
  hasFilters ? "Take away a filter above." : "",
  "Footage that is still being processed is not included yet.",
].filter(Boolean).join(" ");

/** Where a search may begin, while nothing is asked. */
function beginning() {
  const earlier = recent(session()?.name ?? "").slice(0, 8);
  return h("div", { class: "search-start" },
    h("p", { class: "hint" }, "Describe a picture in plain words, name a file or a person, drop a picture on the page, or narrow the library by “Filters” and “Facets”."),
    earlier.length ? h("p", {}, h("span", { class: "of" }, "Earlier: "), earlier.map((words) => h("a", { class: "chip", href: writeAddress("/search", { q: words }) }, words))) : null);
}

/**
 * The weak hits, folded: they are loaded when they are asked for.
 * @param {AbortSignal} signal
 * @param {{ count: number, isOpen: boolean, offset: number, scale: Scale, load: (offset: number, strong: boolean) => Promise<Schemas["Found"]> }} settings
 */
function weakerHits(signal, { count, isOpen, offset, scale, load }) {
  const grid = h("div", { class: "grid" });
  const says = `${offset + count > PAGE ? `${count.toLocaleString("en")} or more weaker hits` : plural(count, "weaker hit")}`;
  const fold = h("details", { class: "weaker" }, h("summary", { "data-key": "weaker" }, says),
    h("p", { class: "hint" }, `The pictures of these files look no more like it than like meaningless words${scale.floor === null ? "" : `, whose best score here is ${scale.floor.toFixed(2)}`}, and no text of theirs has the words.`), grid);
  let hasBegun = false;
  async function begin() {
    if (hasBegun || !fold.open) return;
    hasBegun = true;
    const more = async () => {
      const next = await load(offset + grid.childElementCount, false);
      grid.append(...(next.hits ?? []).map((hit) => hitCard(hit, scale)));
      return Boolean(next.more) && Boolean(next.hits?.length);
    };
    fold.append(endless(signal, more));
  }
  fold.addEventListener("toggle", begin);
  fold.open = isOpen;
  return fold;
}

/** All that a ranked search finds, weak hits aside, as far as assets can be chosen one by one. @param {(limit: number, offset: number) => Promise<Schemas["Found"]>} read */
async function allHits(read) {
  const [found, limit] = [/** @type {string[]} */ ([]), 1000];
  for (let isMore = true; isMore && found.length < MOST;) {
    const { hits, more } = await read(limit, found.length);
    found.push(...(hits ?? []).map((hit) => hit.asset));
    isMore = Boolean(more && hits?.length);
  }
  return found;
}

/** Filters by name, as bulk endpoints take them. @param {readonly (readonly [string, string])[]} pairs */
function filtersOf(pairs) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const [name, value] of pairs) (found[name] ??= []).push(value);
  return found;
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function results(main, signal, parameters) {
  const words = parameters.get("q") ?? "";
  const suffix = words ? ` for “${words}”` : "";
  const blob = parameters.has("picture") ? picture(parameters.get("picture")) : null;
  if (parameters.has("picture") && !blob) {
    main.replaceChildren(notice("The picture is no longer available.", "Drop it on the page again."));
    return;
  }
  const isRanked = Boolean(words) || parameters.has("like") || Boolean(blob);
  const filters = /** @type {[string, string][]} */ ([...parameters].filter(([name, value]) => value && names.includes(name) && name !== "picture" && name !== "like"));
  const own = ["q", "like", ...(isRanked ? [] : ["sort"])];
  const query = [...parameters].filter(([name, value]) => value && own.includes(name)).concat(filters);
  const load = (/** @type {number} */ offset, /** @type {boolean} */ strong, limit = PAGE) => {
    const page = [...query, ["strong", strong], ["limit", limit], ["offset", offset]];
    return blob ? send("/search", page, blob, signal) : get("/search", page, signal);
  };
  const isFirst = !main.querySelector(":scope > .results"); // else what was found before stays until there is an answer
  if (isFirst) main.replaceChildren(h("p", { class: "hint" }, words ? `Searching${suffix} …` : "Searching …"));
  const found = await load(0, true);
  const hits = found.hits ?? [];
  const scale = { floor: found.floor ?? null, best: hits.length ? bestOf(found) : null };
  const grid = h("div", { class: "grid" }, hits.map((hit) => hitCard(hit, scale)));
  const title = h("h2");
  const count = () => grid.childElementCount;
  const showCount = (/** @type {boolean} */ hasMore) => announce((title.textContent = `${hasMore ? "First " : ""}${plural(count(), "file")}${suffix}`));
  const shown = () => [...grid.children].map((card) => /** @type {HTMLElement} */ (card).dataset.sha1 ?? "").filter(Boolean);
  const sort = isRanked ? "" : parameters.get("sort") ?? "";
  const tools = hits.length ? saveTools({ query, filters, isRanked, isPicture: Boolean(blob), sort, words, shown }) : null;
  const list = h("div", { class: "results" },
    query.length || blob ? null : beginning(),
    newsLine(signal, found, () => load(0, true)),
    hits.length ? h("div", { class: "bar" }, title, tools) : h("h2", { class: "unseen" }, "Results"),
    (found.warnings ?? []).map((warning) => h("p", { class: "hint" }, warning)),
    hits.length ? grid : notice(`No ${found.weaker ? "strong matches" : "results"}${suffix}.`, advice(isRanked, filters.length > 0)));
  main.replaceChildren(list);
  showMarks(list, signal);
  selectable(grid, { signal, everything: async () => (isRanked ? { assets: await allHits((limit, offset) => load(offset, true, limit)) } : { filters: filtersOf(filters) }) });
  if (hits.length) showCount(Boolean(found.more));
  const fold = (/** @type {number | undefined} */ weaker) => weaker
    && list.append(weakerHits(signal, { count: weaker, isOpen: parameters.get("strong") === "false", offset: count(), scale, load }));
  if (!found.more) fold(found.weaker);
  else {
    list.append(endless(signal, async () => {
      const next = await load(count(), true);
      grid.append(...(next.hits ?? []).map((hit) => hitCard(hit, scale)));
      showCount(Boolean(next.more));
      if (!next.more) fold(next.weaker);
      return Boolean(next.more);
    }));
  }
}
