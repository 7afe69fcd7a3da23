// Modules of the page that are loaded where they are first needed, and else once the first view is shown, which waits for none of them.

import { Problem } from "./api.js";

/** @template T @param {() => Promise<T>} load @returns {() => Promise<T>} */
const part = (load) => () => load().catch((problem) => {
  console.error(problem); // a fault in the module itself would stay unseen
  throw new Problem("A part of the page could not be loaded.", "Check that dampipe is running on the machine that serves this page; load the page again.", true);
});

export const later = {
  compare: part(() => import("./player/compare.js")),
  duplicates: part(() => import("./duplicates.js")),
  facets: part(() => import("./facets.js")),
  failures: part(() => import("./failures.js")),
  pictureParts: part(() => import("./picture-part.js")),
  player: part(() => import("./player/open.js")),
  scans: part(() => import("./scans.js")),
};

/** Load all of them, so that they are there when they are needed. */
export const loadRest = () => Promise.allSettled(Object.values(later).map((load) => load()));
