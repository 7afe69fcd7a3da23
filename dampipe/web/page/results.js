// The results of a search: one card per file with its moments, the best first, with more as one scrolls.

import { playerLink } from "./address.js";
import { describe, get, save, send } from "./api.js";
import { card } from "./card.js";
import { announce, h, notice } from "./dom.js";
import { label, names } from "./filters.js";
import { plural, timecode } from "./format.js";
import { picture } from "./picture.js";
import { endless } from "./scroll.js";
import { may } from "./session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const PAGE = 60;
const FORMATS = { otio: "OpenTimelineIO", fcpxml: "Final Cut Pro", xml: "Final Cut Pro 7 XML", edl: "EDL", csv: "table" };

/** @param {Schemas["Hit"]} hit */
const badge = (hit) => (hit.score === null ? null : `${hit.weak ? "~" : ""}${hit.score.toFixed(2)}`);

/** @param {Schemas["Hit"]} hit */
function hitCard(hit) {
  const [best, ...others] = hit.moments;
  const chips = others.filter((moment) => hit.weak || !moment.weak).map((moment) =>
    h("a", { class: "chip", href: playerLink(hit.asset, moment.time), title: moment.label || `score ${moment.score.toFixed(2)}` }, timecode(moment.time)));
  const asset = { sha1: hit.asset, name: hit.name, path: hit.path, duration: hit.duration, badge: badge(hit), group: hit.group };
  const time = hit.duration && best ? best.time : null;
  const medium = hit.medium ? h("p", { class: "hint" }, `On a medium to be fetched: ${hit.medium}`) : null;
  return card({ ...asset, time }, medium, chips.length ? h("p", { class: "chips" }, "also at ", chips) : null);
}

/** @param {string} value */
function describeMoment(value) {
  const [sha1, time] = value.split("@");
  return `similar to ${sha1.slice(0, 8)}${time === undefined ? "" : ` at ${timecode(Number(time) || 0)}`}`;
}

/**
 * The filters, moments and pictures of the query; each is a link to the query without it.
 * @param {URLSearchParams} parameters
 * @param {Blob | null} blob
 */
function queryChips(parameters, blob) {
  const pairs = [...parameters].filter(([name]) => names.includes(name));
  return pairs.map(([name, value]) => {
    const without = new URLSearchParams([...parameters].filter(([otherName, otherValue]) => otherName !== name || otherValue !== value));
    const content = name === "picture" ? h("img", { src: blob ? URL.createObjectURL(blob) : null, alt: "your picture" })
      : name === "like" ? describeMoment(value)
        : `${label(name)}: ${value}`;
    return h("a", { class: "chip", href: `#/search?${without}`, "aria-label": `Remove ${name} ${name === "picture" ? "" : value}`.trim() }, content, " ×");
  });
}

/** The address of the same query with weak results. @param {URLSearchParams} parameters */
const withWeak = (parameters) => `#/search?${new URLSearchParams([...parameters, ["strong", "false"]])}`;

/** @param {string[][]} query @param {() => number} count */
function exportMenu(query, count) {
  const select = h("select", { "aria-label": "Save as a timeline" }, h("option", { value: "" }, "Save as …"),
    Object.entries(FORMATS).map(([value, text]) => h("option", { value }, `${text} (.${value})`)));
  const warnings = h("span", { class: "hint", role: "status" });
  select.addEventListener("change", async () => {
    const format = select.value;
    select.value = "";
    if (!format) return;
    const lines = await save("/search/export", [...query, ["limit", count()], ["format", format]]).catch((problem) => [describe(problem)]);
    warnings.replaceChildren(...lines.flatMap((line) => [line, h("br")]));
  });
  return h("span", {}, select, " ", warnings);
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
  const own = ["q", "strong", ...(isRanked ? [] : ["sort"])];
  const query = [...parameters].filter(([name, value]) => value && (own.includes(name) || (names.includes(name) && name !== "picture")));
  const load = (/** @type {number} */ offset) => {
    const page = [...query, ["limit", PAGE], ["offset", offset]];
    return blob ? send("/search", page, blob, signal) : get("/search", page, signal);
  };
  const chips = h("p", { class: "query" }, queryChips(parameters, blob));
  main.replaceChildren(chips, h("p", { class: "hint" }, words ? `Searching${suffix} …` : "Searching …"));
  const found = await load(0);
  if (!found.hits.length && found.weaker) {
    const action = h("a", { class: "button", href: withWeak(parameters) }, "Show weak results");
    main.replaceChildren(chips, notice(`No strong matches${suffix}.`, "Weak results score no higher than those of meaningless words.", action));
    return;
  }
  if (!found.hits.length) {
    main.replaceChildren(chips, notice(`No results${suffix}.`, "Try other words or fewer filters. Footage that is still being processed is not included yet."));
    return;
  }
  const grid = h("div", { class: "grid" }, found.hits.map(hitCard));
  const title = h("h2");
  const count = () => grid.childElementCount;
  const showCount = (/** @type {boolean} */ hasMore) => announce((title.textContent = `${hasMore ? "First " : ""}${plural(count(), "file")}${suffix}`));
  showCount(found.more);
  const weak = found.hits.every((hit) => hit.weak) ? h("p", { class: "hint" }, "Weak results only: a meaningless query would score as high.") : "";
  const warnings = found.warnings.map((warning) => h("p", { class: "hint" }, warning));
  const head = h("div", { class: "bar" }, title, blob || !may("export") ? null : exportMenu(query, count));
  const weaker = h("p", { class: "hint", hidden: !found.weaker || found.more }, "Weak results are not shown. ", h("a", { href: withWeak(parameters) }, "Show them"));
  main.replaceChildren(head, chips, weak, ...warnings, grid);
  if (found.more) {
    main.append(endless(signal, async () => {
      const next = await load(count());
      grid.append(...next.hits.map(hitCard));
      showCount(next.more);
      weaker.hidden = !next.weaker || next.more;
      return next.more;
    }));
  }
  main.append(weaker);
}
