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

const drawn = (video) => {
  const pictured = video.derivatives.some((one) => one.kind === "poster");
  const { sha1, name, media } = video;
  const duration = media?.kind === "still" ? null : media?.duration;
  return card({ sha1, name, path: video.paths[0], duration, pictured }, h("p", {}, facts(video)));
};

export async function library(main, signal) {
  const grid = h("div", { class: "grid" });
  const shown = new Map(); // by SHA-1: what was drawn, and of which answer
  let after = null;

  function draw(video) {
    const made = { element: drawn(video), text: JSON.stringify(video) };
    shown.set(video.sha1, made);
    return made.element;
  }

  /** Bring into view what has come in or was finished meanwhile, but nothing under anyone's hand; false when all was drawn anew. */
  async function renew() {
    const page = await get("/assets", { limit: PAGE }, signal).catch(() => []);
    const [known, still] = [page.findIndex(({ sha1 }) => shown.has(sha1)), !window.scrollY && !grid.matches(":hover, :focus-within")];
    if (signal.aborted) return false;
    if (page.length && known < 0 && still) {
      await library(main, signal);
      return false;
    }
    for (const video of page) {
      const before = shown.get(video.sha1);
      if (before && before.text !== JSON.stringify(video) && !before.element.matches(":hover, :focus-within")) before.element.replaceWith(draw(video));
    }
    if (still) grid.prepend(...page.slice(0, Math.max(known, 0)).map(draw));
    return true;
  }

  function follow() {
    document.addEventListener("library-changed", async () => (await renew()) && follow(), { signal, once: true });
  }

  async function more() {
    const page = await get("/assets", after ? { limit: PAGE, after } : { limit: PAGE }, signal);
    grid.append(...page.filter(({ sha1 }) => !shown.has(sha1)).map(draw));
    after = page.at(-1)?.sha1;
    return page.length === PAGE;
  }

  const over = !(await more());
  follow();
  if (!grid.childElementCount) {
    main.replaceChildren(notice("Nothing is here yet.", "Submit a folder under Scans, or run: dampipe enqueue /mnt/footage"));
    return;
  }
  main.replaceChildren(grid, ...(over ? [] : [endless(signal, more)]));
}
