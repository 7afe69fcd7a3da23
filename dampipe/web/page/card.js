// The card of an asset: a picture that scrubs under the pointer and opens the player at the time in view.

import { playerLink } from "./address.js";
import { derivative } from "./api.js";
import { h } from "./dom.js";
import { length, timecode } from "./format.js";
import { loadTiles, showTile, tileAt } from "./sprite.js";

/** @typedef {import("./dom.js").Child} Child */
/**
 * @typedef {object} CardContent
 * @property {string} sha1
 * @property {string} name
 * @property {string} [path]
 * @property {number | null} [duration]
 * @property {number | null} [time]
 * @property {boolean} [hasPoster]
 * @property {import("dampipe-api").Schemas["Derivative"][]} [derivatives] of the asset, where they are known
 * @property {string | null} [badge]
 * @property {import("dampipe-api").Schemas["HitGroup"] | null} [group]
 */

/**
 * A card with the picture of an asset (at `time`, if there is one), its name and its length.
 * duration and time: seconds, or null. hasPoster: whether the poster exists. badge: a text on the picture, or null.
 * group: kind and number of the assets that the card stands for, or null.
 * The card has the attribute `data-sha1`, and a slot, `.over`, for what others put over its picture.
 * @param {CardContent} content
 * @param {...Child} more
 */
export function card({ sha1, name, path, duration, time = null, hasPoster = true, badge = null, group = null, derivatives = [] }, ...more) {
  const poster = h("img", { src: derivative(sha1, "poster", derivatives), alt: "", loading: "lazy", draggable: false });
  poster.addEventListener("error", () => picture.classList.add("bare"));
  const strip = h("div", { class: "strip", hidden: true });
  const playhead = h("span", { class: "playhead", hidden: true });
  const clock = h("span", { class: "clock" }, time === null ? (duration ? length(duration) : "") : timecode(time));
  const picture = h(
    "a",
    { class: "picture", href: playerLink(sha1, time ?? 0), "data-key": `play-${sha1}` },
    h("span", { class: "unseen" }, time === null ? `Play ${name} ` : `Play ${name} at `),
    hasPoster ? poster : null, strip, playhead, clock, badge === null ? null : h("span", { class: "badge" }, h("span", { class: "unseen" }, ", score "), badge),
    group ? h("span", { class: "members", title: `${group.members} files that belong together: ${group.kind}` }, `${group.members} files`) : null,
  );
  if (!hasPoster) picture.classList.add("bare");
  if (duration && hasPoster) {
    scrub(picture, strip, playhead, clock, { sha1, duration, time });
    if (time !== null) showMoment(strip, sha1, time);
  }
  return h("article", { class: "card", "data-sha1": sha1 }, picture, h("div", { class: "over" }), h("h3", { title: path }, name), ...more);
}

/** @param {HTMLElement} strip @param {string} sha1 @param {number} time */
async function showMoment(strip, sha1, time) {
  const tiles = await loadTiles(sha1);
  if (!tiles.length) return;
  strip.hidden = false;
  requestAnimationFrame(() => showTile(strip, sha1, tileAt(tiles, time), tiles));
}

/**
 * @param {HTMLAnchorElement} picture
 * @param {HTMLElement} strip
 * @param {HTMLElement} playhead
 * @param {HTMLElement} clock
 * @param {{ sha1: string, duration: number, time: number | null }} content
 */
function scrub(picture, strip, playhead, clock, { sha1, duration, time }) {
  const initialClock = clock.textContent;
  /** @type {import("./sprite.js").Tile[]} */
  let tiles = [];
  /** @param {PointerEvent} event */
  async function move(event) {
    if (event.pointerType === "touch") return;
    if (!tiles.length) tiles = await loadTiles(sha1);
    if (!tiles.length || !picture.matches(":hover")) return;
    const box = picture.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
    const pointed = share * duration;
    strip.hidden = playhead.hidden = false;
    showTile(strip, sha1, tileAt(tiles, pointed), tiles);
    playhead.style.left = `${share * 100}%`;
    clock.textContent = timecode(pointed);
    picture.href = playerLink(sha1, pointed);
  }
  for (const name of /** @type {const} */ (["pointerenter", "pointermove"])) picture.addEventListener(name, move);
  picture.addEventListener("pointerleave", () => {
    playhead.hidden = true;
    strip.hidden = time === null;
    if (time !== null && tiles.length) showTile(strip, sha1, tileAt(tiles, time), tiles);
    clock.textContent = initialClock;
    picture.href = playerLink(sha1, time ?? 0);
  });
}
