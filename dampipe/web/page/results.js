// What a search found: one card a file, with its moments, the best first.

import { get } from "./api.js";
import { card, link } from "./card.js";
import { h, notice } from "./dom.js";
import { plural, timecode } from "./format.js";

const MOST = 60;

const badge = (hit) => (hit.score === null ? null : `${hit.weak ? "~" : ""}${hit.score.toFixed(2)}`);

export async function results(main, signal, parameters) {
  const words = parameters.get("q") ?? "";
  main.replaceChildren(h("p", { class: "hint" }, `Searching for “${words}” …`));
  const found = await get("/search", { q: words, limit: MOST }, signal);
  if (!found.hits.length) {
    main.replaceChildren(notice(`Nothing fits “${words}”.`, "Try other words; what is still being processed is found later."));
    return;
  }
  const cards = found.hits.map((hit) => {
    const [best, ...others] = hit.moments;
    const chips = others.filter((moment) => hit.weak || !moment.weak).map((moment) =>
      h("a", { class: "chip", href: link(hit.asset, moment.time), title: `score ${moment.score.toFixed(2)}` }, timecode(moment.time)));
    const about = { sha1: hit.asset, name: hit.name, path: hit.path, duration: hit.duration, badge: badge(hit) };
    const time = hit.duration && best ? best.time : null;
    return card({ ...about, time }, chips.length ? h("p", { class: "chips" }, "also at ", chips) : null);
  });
  const weak = found.hits.every((hit) => hit.weak);
  const doubt = weak ? h("p", { class: "hint" }, "Nothing stands out: these are no nearer than what meaningless words find.") : null;
  const limited = found.warnings.map((warning) => h("p", { class: "hint" }, warning));
  const title = h("h2", {}, `${plural(found.hits.length, "file")} for “${words}”`);
  main.replaceChildren(...[title, doubt, ...limited, h("div", { class: "grid" }, cards)].filter(Boolean));
}
