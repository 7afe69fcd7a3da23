// Collections in the page: their view, the tree beside lists, the act that adds chosen assets, and a row in the player.

import { writeAddress } from "/page/address.js";
import { h } from "/page/dom.js";
import { follow } from "/page/follow.js";
import { addToCollection } from "./dialogs.js";
import { collectionTree } from "./tree.js";
import { collections } from "./view.js";

export { addToCollection };

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/collections", label: "Collections", area: "library", scope: "read", order: 20, show: collections }];

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{ key: "collect", label: "Add to collection …", scope: "edit", order: 10, keys: ["b"], run: (chosen) => addToCollection(chosen) }];

/** @type {readonly import("/page/panels.js").Beside[]} */
export const beside = [{
  key: "collections", label: "Collections", order: 10,
  async show(element, signal) {
    const { element: tree, refresh } = collectionTree(signal);
    await refresh();
    element.append(tree);
    follow(signal, ["collection."], () => refresh().catch(() => {}), { pause: 200 });
  },
}];

/** @param {import("dampipe-api").Schemas["Details"]} asset @returns {import("/page/panels.js").Row[]} */
export function details({ collections: found }) {
  if (!found?.length) return [];
  return [["Collections", h("span", {}, found.flatMap(({ id, path }, index) => [index ? ", " : "", h("a", { href: writeAddress("/collections", { collection: id }) }, path.join(" / "))]))]];
}
