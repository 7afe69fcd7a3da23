// Stacking assets as versions of one: near duplicates are offered, and any other asset is found by a search.

import { derivative, describe, get, post } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { ask } from "/page/form.js";
import { name } from "/page/format.js";
import { evidence, side } from "/page/pair.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {(done: string, call?: () => unknown) => Promise<void>} DoneAct says what was done, or why it was not */

const MOST = 5;
const FOUND = 8;
const TYPING = 300;
const EXPLANATION = "They become versions of one asset, which has the tags of both. This can be undone.";

/**
 * A radio button with the picture of an asset.
 * @param {string} group
 * @param {string} value
 * @param {string} sha1
 * @param {string} title
 * @param {string} more
 * @param {boolean} [isChosen]
 */
function pictured(group, value, sha1, title, more, isChosen = false) {
  const picture = h("img", { src: derivative(sha1, "poster"), alt: "", loading: "lazy" });
  picture.addEventListener("error", () => picture.remove());
  return h("label", { class: "option pictured" }, h("input", { type: "radio", name: group, value, required: true, checked: isChosen }), picture,
    h("span", {}, title, h("small", {}, more)));
}

/** Stack two assets; the current version of the first one stays current. @param {string} current @param {string} other */
const stack = (current, other) => post(`/assets/${current}/versions/stack`, { others: [other] });

/**
 * Ask which of two near duplicates is to be the current version, and stack them.
 * @param {Schemas["Copy"]} first
 * @param {Schemas["Copy"]} second
 * @param {(text: string) => void} done
 */
export function stackPair(first, second, done) {
  const side = (/** @type {Schemas["Copy"]} */ copy, /** @type {boolean} */ isChosen) => pictured("current", copy.asset, copy.asset, name(copy.path), copy.path, isChosen);
  const choices = h("fieldset", { class: "sides" }, h("legend", {}, "Which one is the current version?"), side(first, true), side(second, false));
  ask("The same footage?", [choices, h("p", { class: "hint" }, EXPLANATION)], "Stack as versions", async ({ current }) => {
    await stack(current, current === first.asset ? second.asset : first.asset);
    return () => done(`${name(second.path)} and ${name(first.path)} are versions of one asset.`);
  });
}

/**
 * Near duplicates of an asset, side by side, with buttons that stack a pair or dismiss it.
 * @param {Schemas["Details"]} asset
 * @param {DoneAct} act
 * @param {AbortSignal} signal
 */
export async function alikes(asset, act, signal) {
  const own = new Set(asset.versions.map((version) => version.sha1));
  const { near } = await get("/duplicates", { near: true, asset: asset.video.sha1 }, signal).catch(() => ({ near: [] }));
  if (!near.length) return [];
  const pairs = near.slice(0, MOST).map((pair) => {
    const [mine, other] = own.has(pair.first.asset) ? [pair.first, pair.second] : [pair.second, pair.first];
    const others = name(other.path);
    const dismiss = () => act(`${others} is not offered again.`, () => post("/duplicates/dismiss", { first: mine.asset, second: other.asset }));
    return h("div", { class: "pair" },
      h("div", { class: "alike" }, side(pair.first), side(pair.second)),
      h("p", { class: "hint" }, `${evidence(pair)}.`),
      h("p", { class: "actions" },
        h("button", { type: "button", "aria-label": `Stack with ${others}`, onclick: () => stackPair(mine, other, act) }, "Stack as versions …"),
        h("button", { type: "button", "aria-label": `Not the same as ${others}`, onclick: dismiss }, "Not the same")));
  });
  const more = near.length > MOST ? [h("p", { class: "hint" }, h("a", { href: "#/duplicates" }, `All ${near.length} are listed as duplicates`))] : [];
  return [h("h3", {}, "The same footage?"), ...pairs, ...more];
}

/** Ask for an asset, found by words or by its name, and stack it. @param {Schemas["Details"]} asset @param {DoneAct} act */
export function stackByHand(asset, act) {
  const own = new Set(asset.versions.map((version) => version.sha1));
  const current = asset.versions.find((version) => version.superseded_at === null) ?? asset.video;
  const found = h("fieldset", {}, h("legend", {}, "The other asset"), h("p", { class: "hint" }, "Search for it above."));
  const problem = h("p", { class: "problem", role: "alert" });
  const words = h("input", { type: "search", placeholder: "name of the file, or what it shows", autocomplete: "off", autofocus: true });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;

  async function search() {
    const number = (asked += 1);
    const q = words.value.trim();
    if (!q) return;
    try {
      const { hits } = await get("/search", { q, limit: FOUND + own.size, strong: false });
      if (number !== asked) return; // a later search was quicker
      const others = hits.filter((hit) => !own.has(hit.asset)).slice(0, FOUND);
      announce(`${others.length} found`);
      problem.textContent = "";
      found.replaceChildren(h("legend", {}, "The other asset"),
        ...(others.length ? others.map((hit) => pictured("other", hit.asset, hit.asset, hit.name, hit.path)) : [h("p", { class: "hint" }, `Nothing else was found for “${q}”.`)]));
    } catch (error) {
      problem.textContent = describe(error);
    }
  }
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING);
  });
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it searches; the button stacks
    clearTimeout(timer);
    search();
  });
  const which = h("fieldset", {}, h("legend", {}, "Which one is the current version?"),
    h("label", { class: "option" }, h("input", { type: "radio", name: "current", value: "mine", checked: true }), h("span", {}, current.name)),
    h("label", { class: "option" }, h("input", { type: "radio", name: "current", value: "other" }), h("span", {}, "The other asset's")));
  const fields = [h("label", {}, h("span", {}, "Search"), words), found, problem, which, h("p", { class: "hint" }, EXPLANATION)];
  ask("Stack another asset", fields, "Stack as versions", async (given) => {
    if (!given.other) throw new Error("Search for the other asset, and choose it.");
    const [first, second] = given.current === "mine" ? [current.sha1, given.other] : [given.other, current.sha1];
    await stack(first, second);
    return () => act("The assets are versions of one.");
  });
}
