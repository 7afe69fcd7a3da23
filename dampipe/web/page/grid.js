// The list of the library: any number of assets, of which those in view have cards. `grid-types.js` says what it offers to others.

import { AssetCard } from "./card.js";
import { Component } from "./component.js";
import { describe } from "./api.js";
import { h } from "./dom.js";
import { bytes, dateTime, facts, folder, length, recordingTime } from "./format.js";
import { GridLayout } from "./grid-layout.js";
import { dayOf, headingOf, isOfDates, shortName } from "./grid-names.js";
import { PAGE } from "./grid-source.js";
import { declareKeys } from "./keys.js";
import { ScaledScroll } from "./scaled-scroll.js";
import "./scrubber.js";
import { html, nothing } from "./vendor/lit.js";

/** @typedef {import("./grid-source.js").Asset} Asset */
/** @typedef {import("./grid-source.js").GridSource} GridSource */
/** @typedef {"small" | "medium" | "large"} Density */
/** How the list looks. @typedef {{ view: string, density: string }} Presentation */
/** Where one is: the asset at the top of what is seen, and how far its row is scrolled out of it, in pixels. @typedef {{ sha1: string | null, within: number }} Place */
/** @typedef {{ card: AssetCard, position: number, asset: Asset, json: string }} Shown */

const keys = declareKeys("Library", {
  left: { keys: ["ArrowLeft"], does: "The asset before" },
  right: { keys: ["ArrowRight"], does: "The next asset" },
  up: { keys: ["ArrowUp"], does: "The asset above" },
  down: { keys: ["ArrowDown"], does: "The asset below" },
  pageUp: { keys: ["PageUp"], does: "A screen up" },
  pageDown: { keys: ["PageDown"], does: "A screen down" },
  home: { keys: ["Home"], does: "The first asset" },
  end: { keys: ["End"], does: "The last asset" },
});

/** The least width of a card, and the height of what stands below its picture, in pixels, on a wide screen and on a phone. */
const CARDS = { small: [150, 96, 26], medium: [240, 150, 50], large: [380, 300, 50] };
const ROWS = { small: 44, medium: 60, large: 96 };
const GAP = 14;
const HEAD = 52;
const FOOT = 48;
const NARROW = 600;
/** Milliseconds for which more is scrolled before pages are asked for, */
const LOADING = 50;
/** and after which one is taken to stay. */
const SETTLED = 200;
const RETRY = 3000;

export class Grid extends Component {
  /** @override */
  static properties = { shareShown: { state: true }, problem: { state: true }, marks: { state: true }, density: { state: true } };

  /** @type {GridSource | null} */
  #source = null;
  /** @type {Presentation} */
  #presentation = { view: "grid", density: "medium" };
  #layout = new GridLayout([], { columns: 1, row: 1, head: 0 });
  #scroll = new ScaledScroll(0, 0);
  #window = h("div", { class: "window", role: "region", "aria-label": "Assets", "aria-busy": "false", tabIndex: -1 });
  /** Headings and articles in the order in which they are read; no feed or list, which must hold nothing but its articles. */
  #box = h("div", { class: "box" });
  /** @type {Map<string, Shown>} by SHA-1 */
  #shown = new Map();
  /** @type {AssetCard[]} */
  #free = [];
  /** @type {Map<number, HTMLElement>} headings by their buckets */
  #heads = new Map();
  /** @type {Map<number, HTMLElement>} what stands for assets that are not there yet, by position */
  #blanks = new Map();
  #width = 0;
  #isDrawing = false;
  /** @type {number | null} a position whose card gets the focus once it is there */
  #wanted = null;
  /** @type {{ sha1: string, position: number } | null} */
  active = null;
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
  #timers = {};
  /** @type {Promise<void> | null} */
  #refreshing = null;
  #isStale = false;

  constructor() {
    super();
    this.shareShown = 0;
    this.problem = "";
    /** @type {import("./scrubber.js").Mark[]} */
    this.marks = [];
    /** @type {number[]} */
    this.density = [];
    this.#window.append(this.#box);
  }

  get total() {
    return this.#source?.total ?? 0;
  }

  get filters() {
    /** @type {Record<string, string[]>} */
    const found = {};
    for (const [name, value] of this.#source?.query.filters ?? []) (found[name] ??= []).push(value);
    return found;
  }

  // ---- what others ask

  /** See GridList. @param {string} sha1 */
  async indexOf(sha1) {
    return this.#source?.positionOf(sha1) ?? (await this.#source?.find(sha1))?.position ?? null;
  }

  /** See GridList. @param {number} from @param {number} to */
  async sha1s(from, to) {
    return (await this.#source?.sha1s(from, to)) ?? [];
  }

  /** See GridList. @param {string} sha1 */
  cardOf(sha1) {
    return this.#shown.get(sha1)?.card.element ?? null;
  }

  /** See GridList. */
  cards() {
    return [...this.#shown.values()].sort((one, other) => one.position - other.position).map(({ card }) => card.element);
  }

  /** See GridList. */
  refreshCards() {
    for (const shown of this.#shown.values()) this.#announce(shown);
  }

  /** See GridList. @param {number} position */
  focusAt(position) {
    if (!this.total) return;
    this.#wanted = Math.min(Math.max(0, position), this.total - 1);
    const [top, foot] = [this.#layout.topOf(this.#wanted), this.#layout.topOf(this.#wanted) + this.#layout.row];
    const head = this.#layout.head;
    if (top - head < this.#scroll.top) this.#go(top - head);
    else if (foot > this.#scroll.top + this.#scroll.view) this.#go(foot - this.#scroll.view);
    this.#draw();
  }

  /** The first position that is seen. */
  get position() {
    return this.#layout.positionAt(this.#scroll.top);
  }

  /** Scroll to a position. @param {number} position @param {number} [within] pixels of its row that are out of view */
  showAt(position, within = 0) {
    const head = within ? 0 : this.#layout.head;
    this.#go(position > 0 || within ? this.#layout.topOf(position) - head + within : 0);
    this.#draw();
  }

  /** Scroll to the group at a day, or to the one after it. @param {(key: string) => boolean} isIt */
  showBucket(isIt) {
    const buckets = this.#source?.buckets ?? [];
    const found = buckets.findIndex(({ key }) => isIt(key));
    this.focusAt(this.#layout.firstOf(found < 0 ? Math.max(0, buckets.length - 1) : found));
  }

  /** Where one is. @returns {Place} */
  get place() {
    const position = this.position;
    const within = Math.round(this.#scroll.top - this.#layout.topOf(position));
    return { sha1: this.#scroll.top < 1 ? null : this.#source?.at(position)?.sha1 ?? null, within };
  }

  // ---- the list

  /**
   * Show a list, whose buckets have been read. Resolves once what is in view is there.
   * @param {GridSource} source
   * @param {Presentation} presentation
   * @param {{ position: number, within: number } | null} place
   */
  async open(source, presentation, place) {
    this.#source = source;
    this.#presentation = presentation;
    await this.updateComplete; // the window has its size
    this.#width = 0;
    this.#measure(place ?? { position: 0, within: 0 });
    await this.#load();
    this.dispatchEvent(new CustomEvent("grid-list", { bubbles: true, detail: { total: this.total, filters: this.filters } }));
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    const { signal } = this;
    const watcher = new ResizeObserver(() => this.#resize());
    watcher.observe(this.#window);
    signal.addEventListener("abort", () => {
      watcher.disconnect();
      for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    });
    this.#window.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    this.#window.addEventListener("scrollend", () => this.#settle(), { signal });
    this.#box.addEventListener("focusin", ({ target }) => this.#focused(/** @type {Element} */ (target)), { signal });
    const step = (/** @type {(position: number) => number} */ to, /** @type {number} */ rows) => () => this.#step(to, rows);
    keys({
      left: step((position) => position - 1, -1),
      right: step((position) => position + 1, 1),
      up: step((position) => this.#layout.vertical(position, -1), -1),
      down: step((position) => this.#layout.vertical(position, 1), 1),
      pageUp: () => this.#screen(-1),
      pageDown: () => this.#screen(1),
      home: () => this.#mayTakeKeys() && (this.focusAt(0), true),
      end: () => this.#mayTakeKeys() && (this.focusAt(this.total - 1), true),
    }, { signal });
  }

  /** @override */
  render() {
    const buckets = this.#source?.buckets ?? [];
    const group = this.#source?.query.group ?? "none";
    const { position } = this;
    const bucket = buckets[this.#layout.bucketOf(position)];
    const isLong = this.#layout.height > this.#scroll.view;
    const nameAt = (/** @type {number} */ share) => {
      const at = buckets[this.#layout.bucketAt(share * this.#scroll.most)];
      return group === "none" ? `${(this.#layout.positionAt(share * this.#scroll.most) + 1).toLocaleString()}` : at ? shortName(at, group) : "";
    };
    return html`${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.#window}
      <dp-scrubber ?hidden=${!isLong} .marks=${this.marks} .density=${this.density} .share=${this.shareShown} .total=${this.total} .position=${position}
        .text=${bucket && group !== "none" ? shortName(bucket, group) : ""} .nameAt=${nameAt}
        @scrub=${(/** @type {CustomEvent<{ share: number }>} */ { detail }) => this.#scrub(detail.share)}></dp-scrubber>`;
  }

  /** @param {number} share */
  #scrub(share) {
    this.#wanted = null;
    this.#go(share * this.#scroll.most);
    this.#draw();
  }

  // ---- sizes

  get #measures() {
    const isList = this.#presentation.view === "list";
    const density = /** @type {Density} */ (this.#presentation.density in CARDS ? this.#presentation.density : "medium");
    const head = this.#source?.query.group === "none" ? 0 : HEAD;
    const isNarrow = this.#width < NARROW;
    if (isList) return { columns: 1, row: ROWS[density] + (isNarrow ? 12 : 0), head, width: this.#width, gap: 0 };
    const [wide, narrow, text] = CARDS[density];
    const gap = isNarrow ? 8 : GAP;
    const columns = Math.max(1, Math.floor((this.#width + gap) / ((isNarrow ? narrow : wide) + gap)));
    const width = Math.floor((this.#width - gap * (columns - 1)) / columns);
    return { columns, row: Math.round((width * 9) / 16) + text + gap, head, width, gap };
  }

  #resize() {
    if (!this.#source || !this.#window.clientWidth) return;
    if (this.#window.clientWidth === this.#width && this.#window.clientHeight === this.#scroll.view) return;
    const position = this.position;
    this.#measure({ position, within: this.#scroll.top - this.#layout.topOf(position) });
    this.#loadSoon();
  }

  /** Lay the list out, at a place of it. @param {{ position: number, within: number }} place */
  #measure({ position, within }) {
    const view = this.#window.clientHeight;
    this.#width = this.#box.clientWidth || this.#window.clientWidth;
    const measures = this.#measures;
    this.#layout = new GridLayout((this.#source?.buckets ?? []).map(({ count }) => count), measures);
    this.#scroll = new ScaledScroll(this.#layout.height + FOOT, view);
    this.#box.style.height = `${Math.max(this.#scroll.box, 0)}px`;
    this.#box.style.setProperty("--width", `${measures.width}px`);
    this.#box.style.setProperty("--row", `${measures.row}px`);
    this.#box.style.setProperty("--gap", `${measures.gap}px`);
    this.#box.dataset.view = this.#presentation.view;
    this.#box.dataset.density = this.#presentation.density;
    this.#mark();
    this.#go(position > 0 || within ? this.#layout.topOf(position) + within : 0);
    this.#draw();
  }

  /** What the scrubber shows. */
  #mark() {
    const { buckets = [], query = { group: "none" } } = this.#source ?? {};
    const most = Math.max(1, this.#layout.height - this.#scroll.view);
    const share = (/** @type {number} */ bucket) => Math.min(1, this.#layout.topOfBucket(bucket) / most);
    const isTime = isOfDates(query.group);
    /** @type {import("./scrubber.js").Mark[]} */
    const marks = [];
    let before = "";
    for (const [at, bucket] of buckets.entries()) {
      if (query.group === "none") break;
      const month = bucket.key.slice(0, 7);
      if (isTime && month === before) continue;
      const isMajor = !isTime || month.slice(0, 4) !== before.slice(0, 4);
      const label = !isTime ? shortName(bucket, query.group).split("/").at(-1) ?? "" : isMajor ? month.slice(0, 4) : shortName({ key: month, label: month }, "month").split(" ")[0].slice(0, 3);
      marks.push({ share: share(at), label, isMajor });
      before = month;
    }
    this.marks = marks;
    this.density = isTime ? this.#densities(Math.max(1, Math.floor(this.#window.clientHeight / 4))) : [];
  }

  /** How many assets a day there are in equal parts of the list, as shares of the most. @param {number} parts */
  #densities(parts) {
    const buckets = this.#source?.buckets ?? [];
    if (!buckets.length) return [];
    const [height, days] = [this.#layout.height, this.#source?.query.group === "month" ? 30 : 1];
    const rates = Array.from({ length: parts }, (_, part) => {
      const [first, last] = [this.#layout.bucketAt((part * height) / parts), this.#layout.bucketAt(((part + 1) * height) / parts - 1)];
      const count = this.#layout.firstOf(last) + buckets[last].count - this.#layout.firstOf(first);
      return count / (Math.abs(dayOf(buckets[first].key) - dayOf(buckets[last].key)) + days);
    });
    const most = Math.log1p(Math.max(...rates));
    return rates.map((rate) => (most ? Math.log1p(rate) / most : 0));
  }

  // ---- scrolling

  /** Go to a height of the list. @param {number} top */
  #go(top) {
    const scroll = this.#scroll.go(top);
    if (this.#window.scrollTop !== scroll) this.#window.scrollTop = scroll;
    this.#moved();
  }

  #scrolled() {
    if (!this.#source || Math.abs(this.#scroll.base + this.#window.scrollTop - this.#scroll.top) < 0.5) return;
    this.#scroll.moved(this.#window.scrollTop);
    if (this.#scroll.isAstray(this.#window.scrollTop)) this.#go(this.#scroll.top);
    this.#moved();
  }

  /** The place is another one. */
  #moved() {
    this.shareShown = this.#scroll.most ? this.#scroll.top / this.#scroll.most : 0;
    if (!this.#isDrawing) {
      this.#isDrawing = true;
      requestAnimationFrame(() => {
        this.#isDrawing = false;
        if (this.isConnected) this.#draw();
      });
    }
    this.#loadSoon();
    clearTimeout(this.#timers.settle);
    this.#timers.settle = setTimeout(() => this.#settle(), SETTLED);
  }

  /** One stays somewhere: the scroll bar gets where it belongs, and the address where one is. */
  #settle() {
    if (!this.#source || !this.isConnected) return;
    const scroll = this.#scroll.scrollOf(this.#scroll.top);
    if (Math.abs(scroll - this.#window.scrollTop) > 1) {
      this.#go(this.#scroll.top);
      this.#draw();
    }
    this.dispatchEvent(new CustomEvent("grid-place", { bubbles: true, detail: this.place }));
  }

  #loadSoon() {
    this.#timers.load ??= setTimeout(() => {
      this.#timers.load = undefined;
      this.#load();
    }, LOADING);
  }

  /** Load what is in view, and some more in each direction; then draw it. */
  async #load() {
    const source = this.#source;
    if (!source?.total) return;
    const { top, view } = this.#scroll;
    const [from, to] = [this.#layout.positionAt(top), this.#layout.positionAt(top + view) + this.#layout.columns];
    try {
      const met = await source.load(from, to);
      if (!this.isConnected || source !== this.#source) return;
      this.problem = "";
      if (met !== null) this.#draw();
      if (met !== null && met !== source.stamp) this.refresh();
      if (source.at(this.position) && met !== null) this.#settle();
      const more = Math.max(PAGE / 2, to - from);
      if ((await source.load(from - more, to + more)) !== null && source === this.#source) this.#draw();
    } catch (problem) {
      if (this.signal.aborted || source.signal.aborted) return;
      this.problem = describe(problem);
      clearTimeout(this.#timers.retry);
      this.#timers.retry = setTimeout(() => this.#load(), RETRY);
    }
  }

  // ---- cards

  #draw() {
    const source = this.#source;
    if (!source) return;
    const { top, view, base } = this.#scroll;
    const margin = Math.min(view / 2, 1.5 * this.#layout.row);
    const measures = this.#measures;
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
    for (const line of this.#layout.lines(top - margin, top + view + margin)) {
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
          this.#renew(known, asset, position);
          place(known.card.element, x(column), line.y);
          shown.set(asset.sha1, known);
          wanted.push(known.card.element);
        } else {
          missing.push({ position, asset, x: x(column), y: line.y, at: wanted.length });
          shown.set(asset.sha1, /** @type {any} */ (null)); // its place
          wanted.push(this.#box);
        }
      }
    }
    // What has the focus stays, just out of view, so that keys go on from there.
    for (const [sha1, one] of this.#shown) {
      if (!one.card.element.contains(document.activeElement)) {
        one.card.element.remove();
        this.#free.push(one.card);
        continue;
      }
      place(one.card.element, 0, one.position < this.position ? Math.max(0, top - margin - this.#layout.row) : Math.min(top + view + margin, this.#layout.height));
      shown.set(sha1, one);
      if (one.position < this.position) wanted.unshift(one.card.element);
      else wanted.push(one.card.element);
      if (one.position < this.position) for (const other of missing) other.at += 1;
    }
    for (const { position, asset, x: left, y, at } of missing) {
      const card = this.#free.pop() ?? new AssetCard();
      const made = { card, position, asset, json: "" };
      this.#show(made, asset, position);
      place(card.element, left, y);
      shown.set(asset.sha1, made);
      wanted[at] = card.element;
    }
    this.#free.length = Math.min(this.#free.length, 60);
    this.#shown = shown;
    const keep = new Set(wanted);
    for (const child of [...this.#box.children]) if (!keep.has(/** @type {HTMLElement} */ (child))) child.remove();
    let next = this.#box.firstChild;
    for (const element of wanted) {
      if (element === next) next = next.nextSibling;
      else this.#box.insertBefore(element, next);
    }
    this.#heads = heads;
    this.#blanks = blanks;
    this.#window.setAttribute("aria-busy", String(blanks.size > 0));
    for (const one of missing) this.#announce(/** @type {Shown} */ (shown.get(one.asset.sha1)));
    this.#giveFocus();
    this.requestUpdate();
  }

  /** @param {Shown} shown @param {Asset} asset @param {number} position */
  #show(shown, asset, position) {
    const { sha1, name, media, paths, derivatives } = asset;
    const hasPoster = derivatives.some((made) => made.kind === "poster");
    const duration = media?.kind === "still" ? null : media?.duration;
    const recorded = media?.created_at ? recordingTime(media.created_at).slice(0, 16) : dateTime(asset.added_at);
    const isList = this.#presentation.view === "list";
    const cells = isList ? [
      h("p", { class: "when" }, recorded), h("p", { class: "long" }, duration ? length(duration) : ""), h("p", { class: "large" }, bytes(asset.size)),
      h("p", { class: "by" }, media?.camera ?? ""), h("p", { class: "in", title: paths[0] ?? "" }, paths[0] ? folder(paths[0]) : ""),
    ] : [];
    shown.card.show({ sha1, name, path: paths[0], duration, hasPoster, derivatives }, h("p", { class: "facts" }, facts(asset)), ...cells);
    Object.assign(shown, { asset, position, json: JSON.stringify(asset) });
    this.#count(shown);
  }

  /** A card that is there shows the same asset, perhaps at another position or with news; not while it is being used. @param {Shown} shown @param {Asset} asset @param {number} position */
  #renew(shown, asset, position) {
    if (shown.asset !== asset && !shown.card.element.matches(":hover, :focus-within")) {
      if (JSON.stringify(asset) === shown.json) shown.asset = asset;
      else {
        this.#show(shown, asset, position);
        this.#announce(shown);
      }
    }
    if (shown.position === position) return;
    shown.position = position;
    this.#count(shown);
    if (this.active?.sha1 === asset.sha1) this.active = { sha1: asset.sha1, position };
  }

  /** @param {Shown} shown */
  #count({ card, position }) {
    card.element.setAttribute("aria-posinset", String(position + 1));
    card.element.setAttribute("aria-setsize", String(this.total));
  }

  /** @param {Shown} shown */
  #announce({ card, asset, position }) {
    card.over.replaceChildren();
    const detail = { sha1: asset.sha1, position, card: card.element, over: card.over, asset };
    card.element.dispatchEvent(new CustomEvent("grid-card", { bubbles: true, detail }));
  }

  // ---- focus and keys

  #giveFocus() {
    if (this.#wanted === null) return;
    const asset = this.#source?.at(this.#wanted);
    const link = asset && this.#shown.get(asset.sha1)?.card.element.querySelector("a");
    if (!link) return; // it is asked for already
    this.#wanted = null;
    link.focus({ preventScroll: true });
  }

  /** @param {Element} target */
  #focused(target) {
    const sha1 = target.closest("article")?.dataset.sha1;
    const shown = sha1 ? this.#shown.get(sha1) : null;
    if (!shown || this.active?.sha1 === sha1) return;
    this.active = { sha1: shown.asset.sha1, position: shown.position };
    this.dispatchEvent(new CustomEvent("grid-active", { bubbles: true, detail: this.active }));
    const [top, foot] = [this.#layout.topOf(shown.position), this.#layout.topOf(shown.position) + this.#layout.row];
    // By the tab key, too: the browser itself would scroll the box to what is at its edge.
    if (top < this.#scroll.top || foot > this.#scroll.top + this.#scroll.view) this.#go(top < this.#scroll.top ? top - this.#layout.head : foot - this.#scroll.view);
  }

  /** Whether a key is meant for the list: nothing else has the focus. */
  #mayTakeKeys() {
    const focused = document.activeElement;
    return !focused || focused === document.body || focused === this.#window || this.contains(focused);
  }

  /** The position from which keys go; null: no card has the focus. */
  get #from() {
    if (this.#wanted !== null) return this.#wanted;
    return this.active && this.#box.contains(document.activeElement) ? this.active.position : null;
  }

  /** @param {(position: number) => number} to @param {number} rows by which the scrubber moves */
  #step(to, rows) {
    if (!this.#mayTakeKeys()) return false;
    if (document.activeElement?.matches("dp-scrubber *")) {
      this.#go(this.#scroll.top + rows * this.#layout.row);
      this.#draw();
      return true;
    }
    const from = this.#from;
    const next = from === null ? (this.active && this.#isSeen(this.active.position) ? this.active.position : this.position) : to(from);
    if (next >= 0 && next < this.total) this.focusAt(next);
    return true;
  }

  /** @param {number} position */
  #isSeen(position) {
    const top = this.#layout.topOf(position);
    return top >= this.#scroll.top - this.#layout.row && top < this.#scroll.top + this.#scroll.view;
  }

  /** @param {-1 | 1} direction */
  #screen(direction) {
    if (!this.#mayTakeKeys()) return false;
    const rows = Math.max(1, Math.floor(this.#scroll.view / this.#layout.row) - 1);
    const from = this.#from;
    if (from === null) {
      this.#go(this.#scroll.top + direction * rows * this.#layout.row);
      this.#draw();
    } else this.focusAt(this.#layout.vertical(from, direction * rows));
    return true;
  }

  // ---- news

  /** Show what has changed in the library, without a jump of what is seen. */
  refresh() {
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh() {
    while (this.#isStale && this.isConnected && this.#source) {
      this.#isStale = false;
      const before = this.#source;
      const source = before.renewed();
      try {
        await source.readBuckets();
        // At the top what is new comes into view; elsewhere, and under the pointer, what is seen stays.
        const { top: topBefore } = this.#scroll;
        const isAtTop = topBefore < 1 && !this.#box.matches(":hover, :focus-within");
        const place = isAtTop ? { position: 0, within: 0 } : await this.#stay(source);
        const rows = Math.ceil(this.#scroll.view / this.#layout.row) + 2;
        await source.load(place.position, place.position + rows * this.#layout.columns);
        if (!this.isConnected || before !== this.#source) return;
        // One may have scrolled on meanwhile.
        const moved = isAtTop ? 0 : this.#scroll.top - topBefore;
        const isNew = source.stamp !== before.stamp;
        this.#source = source;
        if (isNew) this.#measure({ position: place.position, within: place.within + moved });
        else this.#draw();
        this.problem = "";
        this.#loadSoon();
        if (isNew) this.dispatchEvent(new CustomEvent("grid-list", { bubbles: true, detail: { total: this.total, filters: this.filters } }));
      } catch (problem) {
        if (this.signal.aborted || before.signal.aborted) return;
        this.problem = describe(problem);
        clearTimeout(this.#timers.retry);
        this.#timers.retry = setTimeout(() => this.refresh(), RETRY);
      }
    }
  }

  /** Where what is seen now stands in another list: the first that it has. @param {GridSource} source */
  async #stay(source) {
    const { top } = this.#scroll;
    const seen = [...this.#shown.values()].filter(({ position }) => this.#layout.topOf(position) + this.#layout.row > top).sort((one, other) => one.position - other.position);
    for (const { position, asset } of seen.slice(0, 3)) {
      const found = await source.find(asset.sha1);
      if (found) return { position: found.position, within: top - this.#layout.topOf(position) };
    }
    const position = Math.min(this.position, Math.max(0, source.total - 1));
    return { position, within: top - this.#layout.topOf(this.position) };
  }
}

customElements.define("dp-grid", Grid);
