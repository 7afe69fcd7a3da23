// The four areas of the page, and which views stand in each.

/** @typedef {import("./panels.js").View} View */
/** @typedef {import("./panels.js").AreaKey} AreaKey */

/** @type {ReadonlyArray<{ key: AreaKey, label: string, path: string, keys: string[] }>} */
export const AREAS = [
  { key: "library", label: "Library", path: "/", keys: ["g l"] },
  { key: "search", label: "Search", path: "/search", keys: ["g s"] },
  { key: "work", label: "Work", path: "/work", keys: ["g w"] },
  { key: "settings", label: "Settings", path: "/settings", keys: ["g e"] },
];

/** The view at a path; for the path of an area without a view of its own, its first view that is offered. Null: none. */
export function viewAt(/** @type {readonly View[]} */ views, /** @type {string} */ path, /** @type {(scope: string) => boolean} */ may) {
  const exact = views.find((view) => view.path === path);
  if (exact) return exact;
  const area = AREAS.find((one) => one.path === path);
  return area ? offered(views, area.key, may)[0] ?? null : null;
}

/** The views of an area that are in its navigation. */
export const offered = (/** @type {readonly View[]} */ views, /** @type {AreaKey} */ area, /** @type {(scope: string) => boolean} */ may) =>
  views.filter((view) => view.area === area && view.label && may(view.scope));
