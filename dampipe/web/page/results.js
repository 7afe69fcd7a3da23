// What a search found: one card a file, with its moments, the best first.

import { get } from "./api.js";
import { card, link } from "./card.js";
import { h, notice } from "./dom.js";
import { plural, timecode } from "./format.js";

const MOST = 60;

function byAsset(moments) {
  const groups = new Map();
  for (const moment of moments) groups.set(moment.asset, [...(groups.get(moment.asset) ?? []), moment]);
  return [...groups.values()];
}

const score = (moment) => moment.score.toFixed(2);

export async function results(main, signal, parameters) {
  const words = parameters.get("q") ?? "";
  main.replaceChildren(h("p", { class: "hint" }, `Searching for “${words}” …`));
  const groups = byAsset(await get("/search", { q: words, limit: MOST }, signal));
  if (!groups.length) {
    main.replaceChildren(notice(`Nothing fits “${words}”.`, "Try other words; what is still being processed is found later."));
    return;
  }
  const cards = groups.map((moments) => {
    const [best] = moments;
    const others = moments.slice(1).map((moment) =>
      h("a", { class: "chip", href: link(moment.asset, moment.time), title: `score ${score(moment)}` }, timecode(moment.time)));
    const about = { sha1: best.asset, name: best.name, path: best.path, duration: best.duration, badge: score(best) };
    return card({ ...about, time: best.duration ? best.time : null }, others.length ? h("p", { class: "chips" }, "also at ", others) : null);
  });
  main.replaceChildren(h("h2", {}, `${plural(groups.length, "file")} for “${words}”`), h("div", { class: "grid" }, cards));
}
