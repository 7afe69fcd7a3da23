// The views of the page itself; those of features are in their panels.

import { later } from "./later.js";
import { library } from "./library.js";
import { results } from "./results.js";

/** @typedef {import("./panels.js").View["show"]} Show */

/** A view whose module is loaded where it is shown first. @param {() => Promise<Show>} load @returns {Show} */
const shownBy = (load) => async (main, signal, parameters) => {
  const show = await load();
  if (!signal.aborted) await show(main, signal, parameters);
};

/** How many runs have failed. @param {Readonly<import("./state.js").PageState>} state */
const failed = ({ status }) => Object.values(status?.stages ?? {}).reduce((sum, stage) => sum + stage.failed, 0);

/** @type {readonly import("./panels.js").View[]} */
export const VIEWS = [
  { path: "/", label: "Assets", area: "library", scope: "read", order: 10, isList: true, show: library },
  { path: "/duplicates", label: "Duplicates", area: "library", scope: "read", order: 80, show: shownBy(async () => (await later.duplicates()).duplicates) },
  { path: "/compare", label: "", area: "library", scope: "read", show: shownBy(async () => (await later.compare()).compare) },
  { path: "/search", label: "Results", area: "search", scope: "read", order: 10, isList: true, show: results },
  { path: "/scans", label: "Scans", area: "work", scope: "read", order: 20, show: shownBy(async () => (await later.scans()).scans) },
  { path: "/failures", label: "Failures", area: "work", scope: "read", order: 30, count: failed, show: shownBy(async () => (await later.failures()).failures) },
];
