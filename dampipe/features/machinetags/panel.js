// The view of machine tags: proposals, those first on which a verdict says most, and how often terms were right. By keyboard:
// A accepts, R rejects, S skips, U takes the last verdict back, arrow keys go from one to the other.

import { derivative, get, post } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { plural, timecode } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { may } from "/page/session.js";

const LIMIT = 50;
const BASE = "/machine-tags";
const named = ({ vocabulary, term }) => `${vocabulary}:${term}`;
const keyOf = (tag) => `machine-tag-${tag.sha1}-${named(tag)}`;
const percent = (share) => `${Math.round(100 * share)} %`;
const states = { proposed: "proposed by a model", set: "set by a model", accepted: "from a model, accepted" };
const label = (text) => h("bdi", {}, text);

/** The tags that a model has found in an asset, apart from those of people. */
export function details({ machine_tags: tags }) {
  if (!tags?.length) return [];
  const chip = (tag) => h("span", { class: "chip", title: `${states[tag.state]}, at ${tag.moments.map(({ time }) => timecode(time)).join(", ")}` },
    label(tag.label), h("small", {}, tag.state === "proposed" ? " ?" : ""));
  return [["Machine tags", h("span", { class: "tags" }, tags.map(chip))]];
}

/** One proposal with its picture and what can be said of it. skip: puts it behind the others. */
function proposal(tag, act, skip) {
  const judge = (accept) => act(async () => {
    await post(`${BASE}/verdicts`, { sha1: tag.sha1, term: named(tag), accept });
    return `${tag.label} is ${accept ? "accepted" : "rejected"} for ${tag.name}.`;
  });
  const offered = may("edit") ? [["Accept", "a", () => judge(true)], ["Reject", "r", () => judge(false)], ["Skip", "s", () => skip(tag)]] : [];
  const times = tag.moments.map(({ time }) => timecode(time)).join(", ");
  const item = h("li", { class: "entry pictured", tabIndex: offered.length ? 0 : null, "data-key": keyOf(tag), "aria-keyshortcuts": offered.length ? "A R S U" : null },
    h("div", { class: "thumb" }, h("img", { src: derivative(tag.sha1, "poster"), alt: "", loading: "lazy", onerror: ({ target }) => target.remove() })),
    h("div", {}, h("h3", {}, label(tag.label)), h("p", {}, `${tag.name}, at ${times}; ${tag.score.toFixed(1)} standard deviations above the mean`)),
    h("div", { class: "actions" }, offered.map(([name, , call]) => rowButton(name, `${tag.label} for ${tag.name}`, call))));
  item.addEventListener("keydown", async (event) => {
    if (event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling }[event.key];
    const call = event.key.toLowerCase() === "u" && may("edit") ? () => undo(act) : offered.find(([, letter]) => letter === event.key.toLowerCase())?.[2];
    if (!next && !call) return;
    event.preventDefault();
    next?.focus();
    if (!call) return;
    const after = (item.nextElementSibling ?? item.previousElementSibling)?.dataset.key;
    await call();
    if (!item.isConnected && after) document.querySelector(`[data-key="${CSS.escape(after)}"]`)?.focus();
  });
  return item;
}

const undo = (act) => act(async () => {
  const { term, accepted } = await post(`${BASE}/verdicts/undo`, {});
  return `${term} is no longer ${accepted ? "accepted" : "rejected"}.`;
});

function measured({ accepted, rejected, least, most }) {
  const count = accepted + rejected;
  return count ? `${accepted} of ${count}, ${percent(least)} to ${percent(most)}` : "no verdicts";
}

function precision(found) {
  const rows = found.map((one) => [label(one.label), measured(one), percent(one.wanted),
    one.on ? (one.threshold === null ? "proposed" : "set") : (one.sensitive ? "sensitive, off" : "off"), String(one.proposed), String(one.set)]);
  return rows.length ? table(["term", "accepted", "wanted", "values are", "to review", "set"], rows) : null;
}

async function show(main, signal) {
  const skipped = [];
  const read = async () => ({
    tags: await get(`${BASE}/review`, { limit: LIMIT }, signal), terms: await get(`${BASE}/precision`, {}, signal), skipped: skipped.length,
  });
  const draw = ({ tags, terms }, act) => {
    const skip = (tag) => { skipped.push(keyOf(tag)); return act(() => `${tag.label} is skipped.`); };
    const order = (tag) => skipped.lastIndexOf(keyOf(tag));
    const sorted = [...tags].sort((one, other) => order(one) - order(other));
    const hint = may("edit") && tags.length ? h("p", { class: "hint" }, "Arrow keys choose a tag; A accepts it, R rejects it, S skips it, U takes the last verdict back.") : null;
    return [
      h("p", { class: "hint" }, tags.length < LIMIT ? plural(tags.length, "tag") + " to review" : `The ${LIMIT} tags on which a verdict says most`), hint,
      tags.length ? h("ul", { class: "entries" }, sorted.map((tag) => proposal(tag, act, skip))) : notice("Nothing to review.", "A model proposes terms of the vocabularies that were chosen for it."),
      h("h2", {}, "Precision"), precision(terms)];
  };
  const buttons = (act) => (may("edit") ? [h("button", { type: "button", "data-key": "undo", onclick: () => undo(act) }, "Undo verdict")] : []);
  const { element, refresh } = part("Machine tags", buttons, read, draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, ["machinetag."], () => refresh().catch(() => {}));
}

export const views = [{ path: "/machine-tags", area: "work", order: 50, label: "Machine tags", scope: "read", show }];
