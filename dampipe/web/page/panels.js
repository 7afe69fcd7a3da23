// The ES modules by which features add to the page. Each may export
//   details(asset)            rows (pairs of a heading and an element) for the details of an asset, or a promise of them
//   sections(asset, context)  elements below the details. context: `signal`, aborted when the asset is shown no more, and
//                             `refresh()`, which reads the asset again and returns whether it has changed; then it has
//                             dispatched `asset-changed` on the document, with the asset as its detail
//   pairActions(pair, done)   buttons for a pair of near duplicates; they call `done(text)` once they have done something
//   views                     a list of { path, label, scope, show }: views of the page. `show(main, signal, parameters)`
//                             fills the page; those with a label are in the navigation of who has the scope

import { get } from "./api.js";

let loaded = null;

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

/** The views that features add. */
export const panelViews = async () => (await panels()).flatMap((panel) => panel.views ?? []);
