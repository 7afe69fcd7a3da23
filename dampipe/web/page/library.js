// The library: every asset, the newest first, more as one scrolls.

import { get } from "./api.js";
import { card } from "./card.js";
import { h, notice } from "./dom.js";
import { bytes, rate } from "./format.js";

const PAGE = 60;

/** One line about an asset's picture and sound. */
export function facts(video) {
  const { media } = video;
  if (!media) return "nothing is known of it yet";
  const picture = media.video;
  const parts = picture
    ? [`${picture.width}×${picture.height}`, picture.codec, picture.rate && media.kind === "video" ? `${rate(picture.rate)} fps` : ""]
    : ["sound", media.audio?.[0]?.codec ?? ""];
  return [...parts, bytes(video.size)].filter(Boolean).join(" · ");
}

export async function library(main, signal) {
  const grid = h("div", { class: "grid" });
  const end = h("div", { class: "end" });
  let [after, over, busy] = [null, false, false];

  async function more() {
    if (over || busy) return;
    busy = true;
    const page = await get("/assets", after ? { limit: PAGE, after } : { limit: PAGE }, signal);
    for (const video of page) {
      const pictured = video.derivatives.some((one) => one.kind === "poster");
      const { sha1, name, media } = video;
      const duration = media?.kind === "still" ? null : media?.duration;
      grid.append(card({ sha1, name, path: video.paths[0], duration, pictured }, h("p", {}, facts(video))));
    }
    after = page.at(-1)?.sha1;
    over = page.length < PAGE;
    busy = false;
  }

  await more();
  if (!grid.childElementCount) {
    main.replaceChildren(notice("Nothing is here yet.", "Submit a folder under Scans, or run: dampipe enqueue /mnt/footage"));
    return;
  }
  main.replaceChildren(grid, end);
  const watcher = new IntersectionObserver((seen) => seen[0].isIntersecting && more(), { rootMargin: "800px" });
  watcher.observe(end);
  signal.addEventListener("abort", () => watcher.disconnect());
}
