// Duplicates: identical files at several paths, and files that show the same footage, with the evidence. A pair can be
// dismissed, and offered again.

import { describe, get, post } from "./api.js";
import { card } from "./card.js";
import { announce, h, notice } from "./dom.js";
import { bytes, name, plural } from "./format.js";
import { evidence, side } from "./pair.js";
import { panels } from "./panels.js";
import { may } from "./session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const PAGE = 200;

/** @param {Schemas["ExactDuplicate"]} duplicate */
function identical({ asset, size, paths }) {
  const amount = h("p", {}, `${paths.length} × ${bytes(size)}`);
  return h("div", { class: "alike" }, card({ sha1: asset, name: name(paths[0]), path: paths[0] }, amount),
    h("ul", {}, paths.map((path) => h("li", {}, h("code", {}, path)))));
}

/** @param {Schemas["NearDuplicate"]} pair @param {import("./panels.js").Panel[]} modules */
function similar(pair, modules) {
  const section = h("section", { class: "pair" });
  const buttons = h("span", {}, decision(pair, section));
  const done = (/** @type {string} */ text) => {
    buttons.replaceChildren(`; ${text}`);
    announce(text);
    section.classList.add("dismissed");
  };
  buttons.append(...modules.flatMap((panel) => panel.pairActions?.(pair, done) ?? []));
  section.append(h("p", { class: "hint" }, evidence(pair), buttons), h("div", { class: "alike" }, side(pair.first), side(pair.second)));
  return section;
}

/**
 * The button that dismisses a pair or offers it again, and the same to undo it.
 * @param {Schemas["NearDuplicate"]} pair
 * @param {HTMLElement} section
 */
function decision(pair, section) {
  const names = `${name(pair.first.path)} and ${name(pair.second.path)}`;
  const message = h("small", { role: "status" });
  const button = h("button", { class: "small", type: "button", onclick: decide });
  let isOpen = pair.state === "open";
  function show() {
    button.textContent = isOpen ? "Dismiss" : "List again";
    button.setAttribute("aria-label", isOpen ? `Dismiss ${names}` : `List ${names} again`);
    section.classList.toggle("dismissed", !isOpen);
  }
  async function decide() {
    button.disabled = true;
    try {
      const action = isOpen ? "dismiss" : "reopen";
      await post(`/duplicates/${action}`, { first: pair.first.asset, second: pair.second.asset });
      isOpen = !isOpen;
      message.textContent = "";
      announce(isOpen ? `${names} are listed again` : `${names} are dismissed`);
      show();
    } catch (problem) {
      message.textContent = ` ${describe(problem)}`;
    }
    button.disabled = false;
  }
  show();
  if (pair.state === "stacked") return "; versions of one asset";
  return may("edit") ? h("span", {}, button, message) : "";
}

/**
 * A list that shows PAGE items at first, and more with a button.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => HTMLElement} draw
 */
function list(items, draw) {
  const element = h("div");
  function more() {
    const begin = element.childElementCount;
    element.append(...items.slice(begin, begin + PAGE).map(draw));
    if (element.childElementCount === items.length) button.remove();
  }
  const button = h("button", { onclick: more }, `Show ${PAGE} more`);
  more();
  return items.length > PAGE ? [element, button] : [element];
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function duplicates(main, signal, parameters) {
  const state = parameters.get("state") ?? "open";
  const isOpen = state === "open";
  main.replaceChildren(h("p", { class: "hint" }, "Listing duplicates …"));
  const [found, modules] = await Promise.all([get("/duplicates", { near: true, state }, signal), panels()]);
  const others = h("p", {}, isOpen
    ? h("a", { href: "#/duplicates?state=dismissed" }, "Show dismissed pairs")
    : h("a", { href: "#/duplicates" }, "Show open pairs"));
  const pending = [
    found.unknown ? h("p", { class: "hint" }, `${plural(found.unknown, "asset")} without a preview yet, which could not be compared.`) : "",
    found.unsearched ? h("p", { class: "hint" }, `${plural(found.unsearched, "asset")} still to be compared with all others: more pairs may follow.`) : "",
  ];
  if (isOpen && !found.exact.length && !found.near.length) {
    main.replaceChildren(notice("No duplicates were found."), ...pending, others);
    return;
  }
  const identicals = isOpen ? [h("h2", {}, `Identical files: ${found.exact.length.toLocaleString()}`), ...list(found.exact, identical)] : [];
  /** @type {Record<string, string>} */
  const titles = { open: "Similar footage", dismissed: "Dismissed pairs", stacked: "Versions of one asset" };
  main.replaceChildren(
    ...identicals,
    h("h2", {}, `${titles[state]}: ${found.near.length.toLocaleString()}`), others,
    found.near.length ? h("p", { class: "hint" }, "Other encodes, trims and resized versions. Two takes from one fixed camera can be similar, too: compare them before you delete a file.") : "",
    ...pending, ...list(found.near, (pair) => similar(pair, modules)));
}
