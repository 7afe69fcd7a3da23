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
 * @property {(sha1: string, parameters: URLSearchParams, signal: AbortSignal) => Promise<Neighbours | null>} [neighbours] what stands
 *   before and after an asset in its list; where it is not given, the player looks at the cards that the view shows
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
 * seek: shows another one. A still has the moment 0. player: see Player. A section stands in the tab that its `data-tab` names
 * ("Comments"), which is made where there is none; without one, below the details.
 * @typedef {{ signal: AbortSignal, refresh: () => Promise<boolean>, time: () => number, seek: (seconds: number) => void, player: Player }} SectionContext
 */

/** The assets before and after one in a list, and its place, counted from 0. @typedef {{ previous: string | null, next: string | null, at: number | null, count: number | null }} Neighbours */

/** A part of a film or sound in seconds: `start` is where its first frame begins, `end` where its last one ends. @typedef {{ start: number, end: number }} Range */

/**
 * The frames of a film, exactly, also where their rate varies. Frames are counted from 0. begin: in seconds; that of `count` is
 * the end of the film. middle: in seconds, which no rounding leads to a neighbour. text: the begin as the API takes times,
 * "12@1001/24000". label: its time code, counted from that of the file, or from zero where the file has none; null without a
 * rate that has time code. find: the frame with a time code; null where there is none.
 * @typedef {object} FrameGrid
 * @property {number} count
 * @property {string | null} rate nominal frames per second: "30000/1001"
 * @property {(seconds: number) => number} frame the one that is shown at a time
 * @property {(frame: number) => number} begin
 * @property {(frame: number) => number} middle
 * @property {(frame: number) => string} text
 * @property {(frame: number) => string | null} label
 * @property {(code: string) => number | null} find
 */

/**
 * The player, as sections of panels use it. It dispatches on `events`: "time" (another frame or moment is in view), "play" and
 * "pause", "range" (in and out), "box" (the overlay has another size or place), and "marker": M was pressed; who takes it calls
 * preventDefault().
 *
 * overlay: an element exactly over the picture as it is drawn, without the bars beside it, also zoomed and in full screen: a point at
 * fractions (x, y) of the picture stands at `left: x·100 %; top: y·100 %`. It lets the pointer through; a child with `pointer-events:
 * auto` takes it. A track is a row under the timeline as wide as the whole duration, which scrolls and zooms with it: a moment
 * stands at `left: time / duration · 100 %`.
 * @typedef {object} Player
 * @property {Schemas["Details"]} asset of the version that is shown
 * @property {"film" | "sound" | "still" | "none"} kind "none": there is nothing to play or to look at
 * @property {AbortSignal} signal aborted when another asset is shown, and when the player is closed
 * @property {HTMLElement} scope what keys of the player are used `within`
 * @property {EventTarget} events
 * @property {HTMLVideoElement | HTMLImageElement | null} picture what is seen; a canvas can draw it
 * @property {HTMLElement} overlay
 * @property {FrameGrid | null} frames null for sound and stills
 * @property {number} duration seconds; 0 for a still
 * @property {() => number} time the moment in view, in seconds: that at which the frame in view begins
 * @property {() => number | null} frame the number of the frame in view
 * @property {(seconds: number) => void} seek shows the frame of a time, and pauses nothing
 * @property {(frame: number) => void} seekFrame pauses, and shows a frame
 * @property {() => void} pause
 * @property {() => boolean} isPlaying
 * @property {() => Range | null} range in and out; null where neither is set
 * @property {(range: Range | null) => void} setRange
 * @property {(seconds: number) => string} exact a time as the API takes it: of a frame's begin or end as ticks, else in seconds
 * @property {(element: HTMLElement, settings: { label: string, order?: number }) => void} addTrack
 * @property {(element: HTMLElement) => void} addTool adds a button to the row above the picture
 * @property {(text: string) => void} say shows a sentence over the picture for a moment, which screen readers read, too
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
 * @property {readonly Beside[]} [beside]
 */

/**
 * What stands beside the lists of the library, such as a tree on which assets are dropped.
 * @typedef {object} Beside
 * @property {string} key
 * @property {string} label its heading
 * @property {number} [order]
 * @property {(element: HTMLElement, signal: AbortSignal) => void | Promise<void>} show fills an element
 */

/** A heading, and what stands beside it. @typedef {[string, string | Node]} Row */

/** @type {Promise<Panel[]> | null} */
let loaded = null;

/** Where the files of this page lie, in the version in which it was loaded. */
const HERE = new URL(".", import.meta.url).pathname;

/** @param {string} url @returns {Promise<Panel>} */
async function load(url) {
  try {
    return await import(url.replace(/^\/page\//, HERE));
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
