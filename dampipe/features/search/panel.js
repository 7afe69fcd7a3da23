// In the player: a search by a part of the frame in view.

import { may } from "/page/session.js";
import { drawBox, textOf } from "/page/region.js";
import { h } from "/page/dom.js";

/**
 * @param {import("dampipe-api").Schemas["Details"]} asset
 * @param {import("/page/panels.js").SectionContext} context
 * @returns {HTMLElement[]}
 */
export function sections({ video }, { player, signal }) {
  const hasFrames = video.derivatives.some((made) => made.kind === "frames");
  if (!player || !hasFrames || !may("search") || !player.picture || !["film", "still"].includes(player.kind)) return [];
  const button = h("button", { type: "button", title: "Draw a box on the picture, and find what looks like it" }, "Search a part");
  button.addEventListener("click", async () => {
    player.pause();
    button.disabled = true;
    const box = await drawBox(player.overlay, signal);
    button.disabled = false;
    if (box) location.hash = `#/search?${new URLSearchParams({ like: `${video.sha1}@${player.time().toFixed(3)}@${textOf(box)}` })}`;
    else button.focus();
  });
  player.addTool(button);
  return [];
}
