// What there is on the page: the registry of views, and of what features add. A feature adds by one ES module, its panel, which
// its manifest names (`panel`); the exports of a panel are those of the typedef Panel. CONTRIBUTING.md, "Add to the page", has
// the rules and the addresses that are taken.

import { get } from "./api.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./state.js").PageState} PageState */

/** The four parts of the navigation. @typedef {"library" | "search" | "work" | "settings"} AreaKey */

/**
 * A view of the page.
 * @typedef {object} View
 * @property {string} path of its address, `/failures`. A view at the path of its area (`/work`) is what the area opens with
 * @property {string} label what the navigation calls it; "": it is not in the navigation
 * @property {AreaKey} area
 * @property {string} scope that one needs to be offered it
 * @property {number} [order] its place within the area, ascending; 100 where it is not given
 * @property {boolean} [isList] whether filters and facets narrow it
 * @property {(state: Readonly<PageState>) => number} [count] a number beside its label that asks for attention; 0: none
 * @property {Show} show
 */

/**
 * Fill the page; what it starts ends when `signal` is aborted. Rejects with a Problem where it cannot be shown: the router
 * says so in its place.
 * @typedef {(main: HTMLElement, signal: AbortSignal, parameters: URLSearchParams) => void | Promise<void>} Show
 */

/**
 * What a section of the player gets beside the asset. `refresh` reads the asset again and resolves with whether it has changed;
 * then `asset-changed` was dispatched on the document, with the asset as its detail. time: the moment in view, in seconds;
 * seek: shows another one. A still has the moment 0.
 * @typedef {{ signal: AbortSignal, refresh: () => Promise<boolean>, time: () => number, seek: (seconds: number) => void }} SectionContext
 */

/**
 * What an act says when it is done: a sentence, and, where it can be taken back, how; `undo` resolves with a sentence, too.
 * @typedef {{ done: string, undo?: () => Promise<string> }} Done
 */

/**
 * An act on chosen assets. `run` does it. Where it has to ask first, it opens a dialog, and resolves with null if that is left.
 * most: the greatest number of assets that it takes; least: the smallest. key of the keyboard: `keys`, with what the overlay says.
 * @typedef {object} BulkAct
 * @property {string} key
 * @property {string} label
 * @property {string} scope
 * @property {number} [order]
 * @property {number} [least]
 * @property {number} [most]
 * @property {readonly string[]} [keys] keys that do it while assets are chosen, as `keys.js` names them
 * @property {boolean} [isHidden] done by its keys only
 * @property {boolean} [isDangerous] it cannot be taken back easily
 * @property {(chosen: import("./selection.js").Chosen, signal: AbortSignal) => Promise<Done | null>} run
 */

/**
 * Something that a person did, as the view of edits lists it. at: ISO 8601. canUndo: whether it can be
 * undone now; `undo` resolves with a sentence.
 * @typedef {{ at: string, actor: string, summary: string, count: number, isUndone: boolean, canUndo: boolean, undo: () => Promise<string> }} Edit
 */

/**
 * The exports of a panel; each is optional.
 * @typedef {object} Panel
 * @property {readonly View[]} [views]
 * @property {(asset: Schemas["Details"]) => Row[] | Promise<Row[]>} [details] rows of the table of an asset's details
 * @property {(asset: Schemas["Details"], context: SectionContext) => HTMLElement[]} [sections] below the details in the player
 * @property {(pair: Schemas["NearDuplicate"], done: (text: string) => void) => HTMLElement[]} [pairActions] buttons for near duplicates
 * @property {readonly BulkAct[]} [bulkActs]
 * @property {(wanted: { everybody: boolean, limit: number }, signal?: AbortSignal) => Promise<Edit[]>} [edits] the last edits of this feature, newest first
 */

/** A heading, and what stands beside it. @typedef {[string, string | Node]} Row */

/** @type {Promise<Panel[]> | null} */
let loaded = null;

/** @param {string} url @returns {Promise<Panel>} */
async function load(url) {
  try {
    return await import(url);
  } catch (problem) {
    console.error(`The panel ${url} cannot be loaded: ${problem}`); // of a plug-in; the page works without it
    return {};
  }
}

/** Load all panels, once. */
export function panels() {
  loaded ??= get("/panels").then((urls) => Promise.all(urls.map(load)));
  loaded.catch(() => (loaded = null));
  return loaded;
}

/** Things in the order in which they are offered. @template {{ order?: number }} T @param {readonly T[]} things */
export const inOrder = (things) => [...things].sort((one, other) => (one.order ?? 100) - (other.order ?? 100));

/** Add the views of features to the state of the page. @param {readonly View[]} own those of the page itself */
export async function loadViews(own) {
  page.set({ views: inOrder([...own, ...(await panels()).flatMap((panel) => panel.views ?? [])]), areViewsKnown: true });
}

/** The acts on chosen assets. */
export const bulkActs = async () => inOrder((await panels()).flatMap((panel) => panel.bulkActs ?? []));
