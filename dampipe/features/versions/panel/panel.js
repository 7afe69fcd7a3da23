// The versions of an asset in the player: which there are and how each came to be; playing, choosing the current one,
// splitting, stacking and undoing, for who may edit.

import { derivative, describe, get, post } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { ask, asked, options } from "/page/form.js";
import { actorName, name as basename, bytes, dateTime, length } from "/page/format.js";
import { may } from "/page/session.js";
import { alikes, stackByHand, stackPair } from "./stacking.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").SectionContext} SectionContext */
/** @typedef {(done: string, call?: () => unknown) => Promise<void>} DoneAct says what was done, or why it was not */

/**
 * The button that stacks a pair of near duplicates, in the list of duplicates.
 * @param {Schemas["NearDuplicate"]} pair
 * @param {(text: string) => void} done
 */
export function pairActions({ first, second, state }, done) {
  if (!may("edit") || state === "stacked") return [];
  const names = `${basename(first.path)} and ${basename(second.path)}`;
  return [h("button", { type: "button", class: "small", "aria-label": `Stack ${names}`, onclick: () => stackPair(first, second, done) }, "Stack …")];
}

/**
 * How a version came to be one of its asset; operations: newest first.
 * @param {Schemas["VersionSummary"]} version
 * @param {Schemas["dampipe__features__versions__model__OperationReport"][]} operations
 */
function origin(version, operations) {
  const found = operations.find((one) => one.versions.includes(version.sha1));
  const by = found && actorName(found.actor);
  /** @type {Record<string, string>} */
  const sentences = {
    footage: "Its file was changed at its path, and shows the same footage.",
    path: "Its file was changed at its path.",
    stack: `Stacked by ${by}.`,
    split: `Split off by ${by}.`,
  };
  return sentences[found?.kind ?? ""] ?? "Found by a scan.";
}

/** What was done last, as a sentence. @param {Schemas["dampipe__features__versions__model__OperationReport"]} operation */
function describeOperation({ kind, actor, at, metadata }) {
  const what = {
    footage: "A changed file was recognized as a version",
    path: "A changed file became a version",
    stack: `${actorName(actor)} stacked an asset`,
    split: `${actorName(actor)} split a version off`,
  }[kind];
  const kept = Object.entries(metadata).map(([name, text]) => `; ${name}: ${text}`);
  return `${what[0].toUpperCase()}${what.slice(1)} on ${dateTime(at)}${kept.join("")}.`;
}

/** @param {Schemas["VersionSummary"][]} versions */
const currentFirst = (versions) => [...versions].sort((one, other) => Number(one.superseded_at !== null) - Number(other.superseded_at !== null));

/** One line about the content of a version. @param {Schemas["VersionSummary"]} version */
function facts({ kind, duration, codec, width, height, size }) {
  const picture = width ? `${width}×${height}` : kind ?? "Not processed";
  return [picture, codec, duration ? length(duration) : "", bytes(size)].filter(Boolean).join(" · ");
}

/** @param {Schemas["VersionSummary"]} version @param {DoneAct} act */
function split(version, act) {
  const items = [
    ["both", "Both assets have them"],
    ["old", "They stay with the asset", "The new asset has none."],
    ["new", "They go to the new asset", "The asset that stays has none."],
  ];
  const fields = [
    h("p", {}, `${version.name} becomes an asset of its own. This can be undone.`),
    options("Tags and other metadata", "metadata", "radio", items, ["both"]),
  ];
  ask("Split a version off", fields, "Split off", async ({ metadata }) => {
    await post(`/assets/${version.sha1}/versions/split`, { metadata });
    return () => act(`${version.name} is an asset of its own.`);
  });
}

/**
 * A version in the list. shown: the SHA-1 of the version in the player. act: see `sections`.
 * @param {Schemas["VersionSummary"]} version
 * @param {string} shown
 * @param {Schemas["dampipe__features__versions__model__OperationReport"][]} operations
 * @param {boolean} isOnly
 * @param {DoneAct} act
 */
function item(version, shown, operations, isOnly, act) {
  const isCurrent = version.superseded_at === null;
  const name = `${version.name}, added ${dateTime(version.added_at)}`;
  const picture = h("img", { src: derivative(version.sha1, "poster"), alt: "", loading: "lazy" });
  picture.addEventListener("error", () => picture.remove());
  const play = h("a", { class: "button", href: `#/asset/${version.sha1}`, "aria-label": `Play the version ${name}` }, "Play");
  const makeCurrent = h("button", {
    type: "button", "data-key": `current-${version.sha1}`, "aria-label": `Make current: ${name}`,
    onclick: () => act(`${version.name} is the current version.`, () => post(`/assets/${version.sha1}/versions/make-current`)),
  }, "Make current");
  const splitOff = h("button", {
    type: "button", "data-key": `split-${version.sha1}`, "aria-label": `Split off: ${name}`, onclick: () => split(version, act),
  }, "Split off …");
  return h("li", { class: "version" },
    h("div", { class: "thumb" }, picture),
    h("div", { class: "what" },
      h("h4", {}, version.name, isCurrent ? h("span", { class: "chip" }, "current") : null, version.sha1 === shown ? h("span", { class: "chip" }, "shown here") : null),
      h("p", {}, facts(version)),
      h("p", {}, `Added ${dateTime(version.added_at)}. ${origin(version, operations)}`)),
    h("div", { class: "actions" },
      version.sha1 === shown ? null : play,
      version.sha1 === shown ? null : h("a", { class: "button", href: `#/compare?v=${shown}&v=${version.sha1}`, "aria-label": `Compare with the version ${name}` }, "Compare"),
      ...(may("edit") ? [isCurrent ? null : makeCurrent, isOnly ? null : splitOff] : [])));
}

/** The element below the details of an asset. @param {Schemas["Details"]} asset @param {SectionContext} context */
export function sections(asset, { signal, refresh }) {
  const section = h("section", { class: "asset-part versions", "data-tab": "Versions", "aria-labelledby": "versions-title" });
  const message = h("p", { role: "status", class: "hint" });
  const list = h("div");
  const same = h("div");
  let latest = asset;
  let drawn = 0; // counts, so that an answer that comes late is dropped

  /** Do something, and say what was done, or why it was not. @param {string} done @param {() => unknown} [call] */
  async function act(done, call = () => {}) {
    try {
      await call();
      message.textContent = done;
    } catch (problem) {
      message.textContent = describe(problem);
    }
    if (!(await refresh())) await draw(); // what can be undone, and what is offered, may have changed
  }

  async function draw() {
    const number = (drawn += 1);
    const { video, versions } = latest;
    const found = await get(`/assets/${video.sha1}/versions`, {}, signal).catch(() => ({ operations: [], replaces: null }));
    if (signal.aborted || number !== drawn) return;
    const { operations, replaces } = found;
    const last = operations[0];
    const undo = () => act("This was undone.", () => post(`/assets/${video.sha1}/versions/undo`));
    section.hidden = versions.length < 2 && !replaces && !may("edit");
    redraw(list,
      replaces ? h("p", { class: "hint" }, "This file was changed at its path. Until its preview has shown whether it is the same footage, it is an asset of its own. ",
        h("a", { href: `#/asset/${replaces}` }, "Show what was there before")) : null,
      h("ol", {}, currentFirst(versions).map((version) => item(version, video.sha1, operations, versions.length < 2, act))),
      h("p", { class: "actions" },
        last ? h("span", { class: "hint" }, describeOperation(last)) : null,
        last && may("edit") ? h("button", { type: "button", "data-key": "undo", onclick: undo }, "Undo") : null,
        may("edit") ? h("button", { type: "button", "data-key": "stack", onclick: () => stackByHand(latest, act) }, "Stack another asset …") : null));
    const offered = may("edit") ? await alikes(latest, act, signal) : [];
    if (number === drawn) redraw(same, offered);
  }

  section.append(h("h3", { id: "versions-title" }, "Versions"), message, list, same);
  section.hidden = true; // until it is known whether there is something to show
  document.addEventListener("asset-changed", ({ detail }) => {
    latest = detail;
    draw();
  }, { signal });
  draw();
  return [section];
}

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "stack", label: "Stack …", scope: "edit", order: 45, least: 2, most: 20,
  async run(chosen, signal) {
    if (!("assets" in chosen.body)) return { done: "Choose the assets to stack one by one." };
    const found = await Promise.all(chosen.body.assets.map((sha1) => get(`/assets/${sha1}`, {}, signal)));
    const pairs = found.map(({ video }) => [video.sha1, video.name, [video.media?.kind, bytes(video.size)].filter(Boolean).join(", ")]);
    return asked(`Stack ${found.length} assets as versions of one`, [options("Which is the current version?", "current", "radio", pairs, [pairs[0][0]])], "Stack", async ({ current }) => {
      const others = pairs.map(([sha1]) => sha1).filter((sha1) => sha1 !== current);
      await post(`/assets/${current}/versions/stack`, { others });
      return {
        done: `${pairs.length} assets are versions of one now.`,
        undo: async () => {
          for (const _ of others) await post(`/assets/${current}/versions/undo`);
          return "Undone: each is an asset of its own again.";
        },
      };
    });
  },
}];
