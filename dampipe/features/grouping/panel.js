// The files that belong together with an asset, in the player: links to each of them, in order.

import { h } from "/page/dom.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * The rows that this feature adds to an asset's details: pairs of a heading and an element.
 * @param {Schemas["Details"]} asset
 */
export function details({ video, group }) {
  if (!group) return [];
  const items = group.members.map(({ asset, name, role }) =>
    h("li", {}, asset === video.sha1 ? h("b", {}, name) : h("a", { href: `#/asset/${asset}` }, name), ` ${role}`));
  return [[`Together (${group.kind})`, h("ol", { class: "group" }, items)]];
}
