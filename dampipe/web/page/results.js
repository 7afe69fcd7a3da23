// What a search found: one card a file, with its moments, the best first, more as one scrolls.

import { get, send } from "./api.js";
import { card, link } from "./card.js";
import { announce, h, notice } from "./dom.js";
import { label, names } from "./filters.js";
import { plural, timecode } from "./format.js";
import { picture } from "./picture.js";
import { endless } from "./scroll.js";

const PAGE = 60;
const FORMATS = { otio: "OpenTimelineIO", fcpxml: "Final Cut Pro", xml: "Final Cut Pro 7 XML", edl: "EDL", csv: "table" };

const badge = (hit) => (hit.score === null ? null : `${hit.weak ? "~" : ""}${hit.score.toFixed(2)}`);

function shown(hit) {
  const [best, ...others] = hit.moments;
  const chips = others.filter((moment) => hit.weak || !moment.weak).map((moment) =>
    h("a", { class: "chip", href: link(hit.asset, moment.time), title: `score ${moment.score.toFixed(2)}` }, timecode(moment.time)));
  const about = { sha1: hit.asset, name: hit.name, path: hit.path, duration: hit.duration, badge: badge(hit) };
  const time = hit.duration && best ? best.time : null;
  return card({ ...about, time }, chips.length ? h("p", { class: "chips" }, "also at ", chips) : null);
}

/** What was asked for beside words, each with the question that does without it. */
function asked(parameters, blob) {
  const pairs = [...parameters].filter(([name]) => names.includes(name));
  return pairs.map(([name, value]) => {
    const without = new URLSearchParams([...parameters].filter(([other, one]) => other !== name || one !== value));
    const what = name === "picture" ? h("img", { src: URL.createObjectURL(blob), alt: "your picture" })
      : name === "like" ? `like ${value.slice(0, 8)}${value.includes("@") ? ` at ${timecode(Number(value.split("@").at(-1)) || 0)}` : ""}`
        : `${label(name)}: ${value}`;
    return h("a", { class: "chip", href: `#/search?${without}`, "aria-label": `Do without ${name} ${name === "picture" ? "" : value}`.trim() }, what, " ×");
  });
}

function exporting(question, count) {
  const select = h("select", { "aria-label": "Save as a timeline" }, h("option", { value: "" }, "Save as …"),
    Object.entries(FORMATS).map(([value, text]) => h("option", { value }, `${text} (.${value})`)));
  select.addEventListener("change", () => {
    if (select.value) location.assign(`/api/search/export?${new URLSearchParams([...question, ["limit", count()], ["format", select.value]])}`);
    select.value = "";
  });
  return select;
}

export async function results(main, signal, parameters) {
  const words = parameters.get("q") ?? "";
  const blob = parameters.has("picture") ? picture(parameters.get("picture")) : null;
  if (parameters.has("picture") && !blob) {
    main.replaceChildren(notice("The picture is no longer here.", "Drop it on the page again."));
    return;
  }
  const question = [...parameters].filter(([name, value]) => value && (name === "q" || (names.includes(name) && name !== "picture")));
  const ask = (offset) => {
    const page = [...question, ["limit", PAGE], ["offset", offset]];
    return blob ? send("/search", page, blob, signal) : get("/search", page, signal);
  };
  const chips = h("p", { class: "asked" }, asked(parameters, blob));
  main.replaceChildren(chips, h("p", { class: "hint" }, words ? `Searching for “${words}” …` : "Searching …"));
  let found;
  try {
    found = await ask(0);
  } catch (problem) {
    if (!signal.aborted) main.replaceChildren(chips, notice(problem.message, problem.hint));
    return;
  }
  if (!found.hits.length) {
    main.replaceChildren(chips, notice(words ? `Nothing fits “${words}”.` : "Nothing fits.", "Try other words or fewer filters; what is still being processed is found later."));
    return;
  }
  const grid = h("div", { class: "grid" }, found.hits.map(shown));
  const title = h("h2");
  const count = () => grid.childElementCount;
  const tell = (more) => announce((title.textContent = `${more ? "the first " : ""}${plural(count(), "file")}${words ? ` for “${words}”` : ""}`));
  tell(found.more);
  const doubt = found.hits.every((hit) => hit.weak) ? h("p", { class: "hint" }, "Nothing stands out: these are no nearer than what meaningless words find.") : "";
  const limited = found.warnings.map((warning) => h("p", { class: "hint" }, warning));
  const head = h("div", { class: "bar" }, title, blob ? null : exporting(question, count));
  main.replaceChildren(head, chips, doubt, ...limited, grid);
  if (found.more) {
    main.append(endless(signal, async () => {
      const next = await ask(count());
      grid.append(...next.hits.map(shown));
      tell(next.more);
      return next.more;
    }));
  }
}
