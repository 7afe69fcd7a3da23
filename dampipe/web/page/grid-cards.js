// The cards of a list that are in view, with headings and with blanks for assets that are not there yet. Cards are used again.

import { AssetCard } from "./card.js";
import { h } from "./dom.js";
import { bytes, dateTime, facts, folder, length, recordingTime } from "./format.js";
import { headingOf } from "./grid-names.js";
import { PictureQueue } from "./pictures.js";

/** @typedef {import("./grid-source.js").Asset} Asset */
/** @typedef {{ card: AssetCard, position: number, asset: Asset, json: string, marks: string }} Shown */

/** Cards that are kept for assets to come. */
const SPARE = 60;

/**
 * What is drawn: the list with its layout, where one is in it, and how it looks.
 * @typedef {object} Drawing
 * @property {import("./grid-source.js").GridSource} source
 * @property {import("./grid-layout.js").GridLayout} layout
 * @property {import("./scaled-scroll.js").ScaledScroll} scroll
 * @property {{ width: number, row: number, gap: number }} measures
 * @property {boolean} isList
 * @property {number} position the first that is seen
 * @property {(sha1: string, position: number) => void} onMoved is called for an asset whose position is another one now
 */

export class GridCards {
  /** Headings and articles in the order in which they are read; no feed or list, which must hold nothing but its articles. */
  box = h("div", { class: "box" });
  /** @type {Map<string, Shown>} by SHA-1 */
  #shown = new Map();
  /** @type {AssetCard[]} */
  #free = [];
  #pictures = new PictureQueue();
  /** What the size of pictures follows from. */
  #look = "";
  /** @type {Map<number, HTMLElement>} headings by their buckets */
  #heads = new Map();
  /** @type {Map<number, HTMLElement>} what stands for assets that are not there yet, by position */
  #blanks = new Map();

  /** The card of an asset. @param {string} sha1 */
  of(sha1) {
    return this.#shown.get(sha1);
  }

  /** All cards in their order. */
  inOrder() {
    return [...this.#shown.values()].sort((one, other) => one.position - other.position);
  }

  /** Whether assets in view are not there yet. */
  get isWaiting() {
    return this.#blanks.size > 0;
  }

  /** Draw what is in view. @param {Drawing} drawing */
  draw(drawing) {
    const { source, layout, scroll, measures, isList, position: first } = drawing;
    const { top, view, base } = scroll;
    const margin = Math.min(view / 2, 1.5 * layout.row);
    const x = (/** @type {number} */ column) => column * (measures.width + measures.gap);
    /** @type {HTMLElement[]} */
    const wanted = [];
    /** @type {Map<string, Shown>} */
    const shown = new Map();
    /** @type {{ position: number, asset: Asset, x: number, y: number, at: number }[]} */
    const missing = [];
    const [heads, blanks] = [new Map(), new Map()];
    const place = (/** @type {HTMLElement} */ element, /** @type {number} */ left, /** @type {number} */ y) => {
      const transform = `translate(${left}px, ${(y - base).toFixed(2)}px)`;
      if (element.style.transform !== transform) element.style.transform = transform;
    };
    for (const line of layout.lines(top - margin, top + view + margin)) {
      if (line.isHead) {
        const head = this.#heads.get(line.bucket) ?? h("h2", { class: "group" });
        const { key, label, count } = source.buckets[line.bucket];
        const text = headingOf({ key, label }, source.query.group);
        if (head.dataset.text !== `${text} ${count}`) {
          head.dataset.text = `${text} ${count}`;
          head.title = text;
          head.replaceChildren(h("span", {}, text), " ", h("small", {}, count.toLocaleString()));
        }
        place(head, 0, line.y);
        heads.set(line.bucket, head);
        wanted.push(head);
        continue;
      }
      for (let column = 0; column < line.count; column++) {
        const position = line.first + column;
        const asset = source.at(position);
        if (!asset || shown.has(asset.sha1)) {
          const blank = this.#blanks.get(position) ?? h("div", { class: "blank", "aria-hidden": "true" }, h("div", { class: "picture" }));
          place(blank, x(column), line.y);
          blanks.set(position, blank);
          wanted.push(blank);
          continue;
        }
        const known = this.#shown.get(asset.sha1);
        if (known) {
          this.#shown.delete(asset.sha1);
          this.#renew(known, asset, position, drawing);
          place(known.card.element, x(column), line.y);
          shown.set(asset.sha1, known);
          wanted.push(known.card.element);
        } else {
          missing.push({ position, asset, x: x(column), y: line.y, at: wanted.length });
          shown.set(asset.sha1, /** @type {any} */ (null)); // its place
          wanted.push(this.box);
        }
      }
    }
    // What has the focus stays, just out of view, so that keys go on from there.
    for (const [sha1, one] of this.#shown) {
      if (!one.card.element.contains(document.activeElement)) {
        one.card.element.remove();
        one.card.leave();
        this.#free.push(one.card);
        continue;
      }
      place(one.card.element, 0, one.position < first ? Math.max(0, top - margin - layout.row) : Math.min(top + view + margin, layout.height));
      shown.set(sha1, one);
      count(one, source.total);
      if (one.position < first) wanted.unshift(one.card.element);
      else wanted.push(one.card.element);
      if (one.position < first) for (const other of missing) other.at += 1;
    }
    for (const { position, asset, x: left, y, at } of missing) {
      const card = this.#free.pop() ?? new AssetCard(this.#pictures);
      const made = { card, position, asset, json: "", marks: "" };
      this.#show(made, asset, position, drawing);
      place(card.element, left, y);
      shown.set(asset.sha1, made);
      wanted[at] = card.element;
    }
    this.#free.length = Math.min(this.#free.length, SPARE);
    this.#shown = shown;
    const keep = new Set(wanted);
    for (const child of [...this.box.children]) if (!keep.has(/** @type {HTMLElement} */ (child))) child.remove();
    let next = this.box.firstChild;
    for (const element of wanted) {
      if (element === next) next = next.nextSibling;
      else this.box.insertBefore(element, next);
    }
    this.#heads = heads;
    this.#blanks = blanks;
    this.#fit(`${isList} ${measures.width} ${measures.row} ${devicePixelRatio}`);
    for (const one of missing) this.announce(/** @type {Shown} */ (shown.get(one.asset.sha1)));
  }

  /** @param {string} look */
  #fit(look) {
    const isOther = look !== this.#look;
    this.#look = look;
    if (isOther) for (const { card } of this.#shown.values()) card.fit();
  }

  /** @param {Shown} shown @param {Asset} asset @param {number} position @param {Drawing} drawing */
  #show(shown, asset, position, { isList, source }) {
    const { sha1, name, media, paths, derivatives, marks } = asset;
    const hasPoster = derivatives.some((made) => made.kind === "poster");
    const duration = media?.kind === "still" ? null : media?.duration;
    const recorded = media?.created_at ? recordingTime(media.created_at).slice(0, 16) : dateTime(asset.added_at);
    const cells = isList ? [
      h("p", { class: "when" }, recorded), h("p", { class: "long" }, duration ? length(duration) : ""), h("p", { class: "large" }, bytes(asset.size)),
      h("p", { class: "by" }, media?.camera ?? ""), h("p", { class: "in", title: paths[0] ?? "" }, paths[0] ? folder(paths[0]) : ""),
    ] : [];
    shown.card.show({ sha1, name, path: paths[0], duration, hasPoster, isTall: isTall(media?.video), derivatives, marks }, h("p", { class: "facts" }, facts(asset)), ...cells);
    Object.assign(shown, { asset, position, json: jsonOf(asset), marks: JSON.stringify(marks) });
    count(shown, source.total);
  }

  /** A card that is there shows the same asset, perhaps at another position or with news: marks at once, others not while it is being used. @param {Shown} shown @param {Asset} asset @param {number} position @param {Drawing} drawing */
  #renew(shown, asset, position, drawing) {
    const marks = JSON.stringify(asset.marks);
    if (shown.marks !== marks) shown.card.mark(asset.marks);
    shown.marks = marks;
    if (shown.asset !== asset && !shown.card.element.matches(":hover, :focus-within")) {
      if (jsonOf(asset) === shown.json) shown.asset = asset;
      else {
        this.#show(shown, asset, position, drawing);
        this.announce(shown);
      }
    }
    const isMoved = shown.position !== position;
    shown.position = position;
    count(shown, drawing.source.total);
    if (isMoved) drawing.onMoved(asset.sha1, position);
  }

  /** Have others fill what stands over a card. @param {Shown} shown */
  announce({ card, asset, position }) {
    card.over.replaceChildren();
    const detail = { sha1: asset.sha1, position, card: card.element, over: card.over, asset };
    card.element.dispatchEvent(new CustomEvent("grid-card", { bubbles: true, detail }));
  }
}

/** By what one sees whether an asset has changed, but for its marks. @param {Asset} asset */
const jsonOf = (asset) => JSON.stringify({ ...asset, marks: null });

/** Whether a picture is higher than 16:9. @param {import("dampipe-api").Schemas["VideoStream"] | null | undefined} video */
function isTall(video) {
  if (!video) return false;
  const isTurned = video.rotation % 180 !== 0;
  const [width, height] = isTurned ? [video.height, video.width] : [video.width, video.height];
  return width * 9 < height * 16;
}

/** @param {Shown} shown @param {number} total */
function count({ card, position }, total) {
  card.element.setAttribute("aria-posinset", String(position + 1));
  card.element.setAttribute("aria-setsize", String(total));
}

/**
 * Where what is seen now stands in another list: the first that it has.
 * @param {import("./grid-source.js").GridSource} source
 * @param {GridCards} cards
 * @param {import("./grid-layout.js").GridLayout} layout
 * @param {number} top
 */
export async function placeIn(source, cards, layout, top) {
  const seen = cards.inOrder().filter(({ position }) => layout.topOf(position) + layout.row > top);
  for (const { position, asset } of seen.slice(0, 3)) {
    const found = await source.find(asset.sha1);
    if (found) return { position: found.position, within: top - layout.topOf(position) };
  }
  const position = Math.min(layout.positionAt(top), Math.max(0, source.total - 1));
  return { position, within: top - layout.topOf(layout.positionAt(top)) };
}
