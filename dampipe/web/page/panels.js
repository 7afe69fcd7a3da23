// The ES modules by which features add to the page.

import { get } from "./api.js";

let loaded;

/** Load all panels, once. A panel exports `details(details)`: rows (heading and element) for the details of
 * an asset, or a promise of them. */
export function panels() {
  loaded ??= get("/panels").then((urls) => Promise.all(urls.map((url) => import(url))));
  return loaded;
}
