// The view of embedding models: which answers searches, which have vectors, and choosing another.

import { get, put, remove } from "/page/api.js";
import { h } from "/page/dom.js";
import { confirm } from "/page/form.js";
import { plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { showParts } from "/page/parts.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** What a model is now, in words. @param {Schemas["ModelReport"]} model */
function role({ used, answers, chosen, assets }) {
  if (used && answers) return chosen ? "It answers searches." : "It answers searches; another one is used after the next start.";
  if (used) return "In use; an older one answers searches until all footage has vectors of this one.";
  if (answers) return "It answers searches until the one in use is complete.";
  if (chosen) return "Chosen: it is used once dampipe is restarted, here and on every worker.";
  return assets ? "No longer used; its vectors are kept." : "";
}

/** @param {Schemas["ModelReport"]} model @param {Act} act */
function item(model, act) {
  const { name, licence, size, weights_here: isHere, needs, problem, note, used, chosen, answers, assets } = model;
  const choose = () => confirm(`Use ${name}?`, `It is written into the settings and used once dampipe is restarted, here and on every worker. ${assets ? "Assets without vectors of it are embedded" : "All footage is embedded again"} in the background; search answers from the old model until then.`, "Use it", async () => {
    await put("/models/chosen", { name });
    return () => act(() => `${name} is chosen. Restart dampipe and every worker.`);
  });
  const forget = () => confirm(`Remove the vectors of ${name}?`, `${plural(assets, "asset")} would have to be embedded again to use it.`, "Remove", async () => {
    await remove(`/models/${encodeURIComponent(name)}`);
    return () => act(() => `The vectors of ${name} are removed.`);
  });
  const facts = [licence || "licence unknown: ask its publisher before commercial use", size ? `${size} × ${size} px` : "", isHere ? "weights on this machine" : "weights are fetched when it is first used", needs ? `needs the package ${needs}` : "", assets ? `vectors of ${plural(assets, "asset")}` : ""];
  return h("li", { class: "entry" },
    h("div", {}, h("h3", {}, name, used ? h("span", { class: "chip" }, "in use") : null, chosen && !used ? h("span", { class: "chip" }, "after a restart") : null),
      role(model) ? h("p", { class: "state fine" }, role(model)) : null, note ? h("p", {}, note) : null, h("p", {}, facts.filter(Boolean).join(" · ")), problem ? h("p", { class: "problem" }, problem) : null),
    h("div", { class: "actions" }, chosen ? null : rowButton("Use …", name, choose), assets && !used && !answers ? rowButton("Remove vectors …", name, forget, { style: "danger" }) : null));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function models(main, signal) {
  /** @type {HTMLInputElement} */
  const all = h("input", { type: "checkbox", onchange: () => list.refresh() });
  const draw = (/** @type {Schemas["ModelReport"][]} */ found, /** @type {Act} */ act) => h("ul", { class: "entries" }, found.map((one) => item(one, act)));
  const list = part("Models", () => [h("label", { class: "option" }, all, h("span", {}, "All that are known"))], () => get("/models", all.checked ? { all: true } : {}, signal), draw);
  list.element.querySelector(".bar")?.after(h("p", { class: "soft" }, "A model makes pictures searchable by words. Larger ones find more and take longer."));
  await showParts(main, signal, [list]);
}
