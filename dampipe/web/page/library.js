// The library: every asset, the newest first, more as one scrolls.

import { get } from "./api.js";
import { card } from "./card.js";
import { h, notice } from "./dom.js";
import { bytes, rate } from "./format.js";
import { endless } from "./scroll.js";

const PAGE = 60;

/** One line about an asset's picture and sound. */
export function facts(video) {
  const { media } = video;
  if (!media) return "not looked into yet, or it could not be";
  const picture = media.video;
  const parts = picture
    ? [`${picture.width}×${picture.height}`, picture.codec, picture.rate && media.kind === "video" ? `${rate(picture.rate)} fps` : ""]
    : ["sound", media.audio?.[0]?.codec ?? ""];
  return [...parts, bytes(video.size)].filter(Boolean).join(" · ");
}

export async function library(main, signal) {
  const grid = h("div", { class: "grid" });
  let after = null;

  async function more() {
    const page = await get("/assets", after ? { limit: PAGE, after } : { limit: PAGE }, signal);
    for (const video of page) {
      const pictured = video.derivatives.some((one) => one.kind === "poster");
      const { sha1, name, media } = video;
      const duration = media?.kind === "still" ? null : media?.duration;
      grid.append(card({ sha1, name, path: video.paths[0], duration, pictured }, h("p", {}, facts(video))));
    }
    after = page.at(-1)?.sha1;
    return page.length === PAGE;
  }

  const over = !(await more());
  if (!grid.childElementCount) {
    main.replaceChildren(notice("Nothing is here yet.", "Submit a folder under Scans, or run: dampipe enqueue /mnt/footage"));
    return;
  }
  main.replaceChildren(grid, ...(over ? [] : [endless(signal, more)]));
}
