// The views of the page itself; those of features are in their panels.

import { duplicates } from "./duplicates.js";
import { failures } from "./failures.js";
import { compare } from "./player/compare.js";
import { library } from "./library.js";
import { results } from "./results.js";
import { scans } from "./scans.js";

/** How many runs have failed. @param {Readonly<import("./state.js").PageState>} state */
const failed = ({ status }) => Object.values(status?.stages ?? {}).reduce((sum, stage) => sum + stage.failed, 0);

/** @type {readonly import("./panels.js").View[]} */
export const VIEWS = [
  { path: "/", label: "Assets", area: "library", scope: "read", order: 10, isList: true, show: library },
  { path: "/duplicates", label: "Duplicates", area: "library", scope: "read", order: 80, show: duplicates },
  compare,
  { path: "/search", label: "Results", area: "search", scope: "read", order: 10, isList: true, show: results },
  { path: "/scans", label: "Scans", area: "work", scope: "read", order: 20, show: scans },
  { path: "/failures", label: "Failures", area: "work", scope: "read", order: 30, count: failed, show: failures },
];
