// The card of an asset: a picture that scrubs under the pointer and opens the player at the time in view.

import { playerLink } from "./address.js";
import { derivative } from "./api.js";
import { cardMarks } from "./card-marks.js";
import { h } from "./dom.js";
import { length, timecode } from "./format.js";
import { DrawnPicture } from "./pictures.js";
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
 * @property {boolean} [isTall] whether the poster is higher than 16:9
 * @property {import("dampipe-api").Schemas["Derivative"][]} [derivatives] of the asset, where they are known
 * @property {readonly import("./card-marks.js").Mark[]} [marks] its ratings and labels
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
export function card(content, ...more) {
  const made = new AssetCard();
  made.show(content, ...more);
  cards.set(made.element, made);
  return made.element;
}

/** @type {WeakMap<Element, AssetCard>} those that `card` has made */
const cards = new WeakMap();

/** Show the ratings and labels of an asset on a card that `card` has made. @param {Element} element @param {readonly import("./card-marks.js").Mark[]} marks */
export const markCard = (element, marks) => cards.get(element)?.mark(marks);

/** A card that shows one asset after another, as lists of any length need. */
export class AssetCard {
  #strip = h("div", { class: "strip", hidden: true });
  #playhead = h("span", { class: "playhead", hidden: true });
  #clock = h("span", { class: "clock" });
  #label = h("span", { class: "unseen" });
  #marks = h("span", { class: "card-marks", hidden: true });
  #picture = h("a", { class: "picture" });
  #name = h("h3");
  /** @type {DrawnPicture | null} */
  #drawn;
  /** @type {CardContent | null} */
  #content = null;
  /** @type {import("./sprite.js").Tile[]} of what is shown, once they were needed */
  #tiles = [];

  /** pictures: where a long list loads those of its cards. @param {import("./pictures.js").PictureQueue | null} pictures */
  constructor(pictures = null) {
    this.#drawn = pictures && new DrawnPicture(pictures, () => this.#picture.classList.add("bare"));
    /** What stands over the picture. */
    this.over = h("div", { class: "over" });
    this.element = h("article", { class: "card" });
    for (const name of /** @type {const} */ (["pointerenter", "pointermove"])) this.#picture.addEventListener(name, (event) => this.#scrub(event));
    this.#picture.addEventListener("pointerleave", () => this.#rest());
  }

  /** Show an asset, or the same one as it is now. @param {CardContent} content @param {...Child} more */
  show(content, ...more) {
    const { sha1, name, path, duration, time = null, hasPoster = true, badge = null, group = null, derivatives = [], marks = [], isTall = false } = content;
    this.#content = content;
    this.#tiles = [];
    this.element.dataset.sha1 = sha1;
    this.#strip.hidden = this.#playhead.hidden = true;
    this.#strip.removeAttribute("style");
    this.#label.textContent = time === null ? `Play ${name} ` : `Play ${name} at `;
    this.#clock.textContent = this.#ownClock;
    this.#picture.href = playerLink(sha1, time ?? 0);
    this.#picture.dataset.key = `play-${sha1}`;
    this.#picture.classList.toggle("bare", !hasPoster);
    this.#picture.replaceChildren(...[
      this.#label,
      hasPoster ? this.#poster(derivative(sha1, "poster", derivatives), isTall) : null, this.#strip, this.#playhead, this.#clock,
      this.#marks,
      badge === null ? null : h("span", { class: "badge" }, h("span", { class: "unseen" }, ", score "), badge),
      group ? h("span", { class: "members", title: `${group.members} files that belong together: ${group.kind}` }, `${group.members} files`) : null,
    ].filter((one) => one !== null));
    if (!hasPoster) this.#drawn?.drop();
    this.mark(marks);
    this.#name.textContent = name;
    this.#name.title = path ?? "";
    this.over.replaceChildren();
    this.element.replaceChildren(this.#picture, this.over, this.#name, ...more.flatMap((one) => (one ? [one] : [])));
    if (duration && hasPoster && time !== null) this.#showMoment();
  }

  /** Show other ratings and labels. @param {readonly import("./card-marks.js").Mark[]} marks */
  mark(marks) {
    const shown = cardMarks(marks);
    this.#marks.hidden = !shown.length;
    this.#marks.replaceChildren(...shown);
  }

  /** What is seen has another size. */
  fit() {
    this.#drawn?.fit();
  }

  /** The card has left the page, and keeps no picture until it shows another asset. */
  leave() {
    this.#drawn?.drop();
    this.#strip.removeAttribute("style");
  }

  /** @param {string} url @param {boolean} isTall */
  #poster(url, isTall) {
    if (this.#drawn) {
      this.#drawn.show(url, isTall);
      return this.#drawn.element;
    }
    const poster = h("img", { alt: "", draggable: false, decoding: "async", loading: "lazy" });
    poster.addEventListener("error", () => poster.isConnected && this.#picture.classList.add("bare"));
    poster.src = url; // after `loading`, which counts only then
    return poster;
  }

  get #ownClock() {
    const { time = null, duration } = this.#content ?? {};
    return time === null ? (duration ? length(duration) : "") : timecode(time);
  }

  /** The tiles of what is shown; none if something else is shown by the time they are there. */
  async #load() {
    const content = this.#content;
    if (!content || this.#tiles.length) return this.#tiles;
    const tiles = await loadTiles(content.sha1);
    if (this.#content !== content) return [];
    this.#tiles = tiles;
    return tiles;
  }

  async #showMoment() {
    const content = this.#content;
    const tiles = await this.#load();
    if (!content || !tiles.length) return;
    this.#strip.hidden = false;
    requestAnimationFrame(() => showTile(this.#strip, content.sha1, tileAt(tiles, content.time ?? 0), tiles));
  }

  /** @param {PointerEvent} event */
  async #scrub(event) {
    const content = this.#content;
    if (event.pointerType === "touch" || !content?.duration || content.hasPoster === false) return;
    const tiles = await this.#load();
    if (!tiles.length || !this.#picture.matches(":hover")) return;
    const box = this.#picture.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
    const pointed = share * content.duration;
    this.#strip.hidden = this.#playhead.hidden = false;
    showTile(this.#strip, content.sha1, tileAt(tiles, pointed), tiles);
    this.#playhead.style.left = `${share * 100}%`;
    this.#clock.textContent = timecode(pointed);
    this.#picture.href = playerLink(content.sha1, pointed);
  }

  #rest() {
    const { sha1 = "", time = null } = this.#content ?? {};
    this.#playhead.hidden = true;
    this.#strip.hidden = time === null;
    if (time !== null && this.#tiles.length) showTile(this.#strip, sha1, tileAt(this.#tiles, time), this.#tiles);
    this.#clock.textContent = this.#ownClock;
    if (sha1) this.#picture.href = playerLink(sha1, time ?? 0);
  }
}
