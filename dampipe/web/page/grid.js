// The list of the library: any number of assets, of which those in view have cards. `grid-types.js` says what it offers to others.

import { Component } from "./component.js";
import { describe } from "./api.js";
import { h } from "./dom.js";
import { GridCards, placeIn } from "./grid-cards.js";
import { GridFocus } from "./grid-focus.js";
import { GridLayout } from "./grid-layout.js";
import { densitiesOf, marksOf } from "./grid-marks.js";
import { isLonger, measuresOf } from "./grid-measures.js";
import { shortName } from "./grid-names.js";
import { PAGE } from "./grid-source.js";
import { ScaledScroll } from "./scaled-scroll.js";
import "./scrubber.js";
import { html, nothing } from "./vendor/lit.js";

/** @typedef {import("./grid-source.js").GridSource} GridSource */
/** How the list looks. @typedef {{ view: string, density: string }} Presentation */
/** Where one is: the asset at the top of what is seen, and how far its row is scrolled out of it, in pixels. @typedef {{ sha1: string | null, within: number }} Place */

const FOOT = 48;
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
  #cards = new GridCards();
  #width = 0;
  #isDrawing = false;
  #isLong = false; // whether there is a scrubber
  #focus = new GridFocus(this, {
    cards: this.#cards, window: this.#window, layout: () => this.#layout, scroll: () => this.#scroll, source: () => this.#source,
    go: (top) => this.#go(top), draw: () => this.#draw(),
  });
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
    this.#window.append(this.#cards.box);
  }

  get total() {
    return this.#source?.total ?? 0;
  }

  /** See GridList. */
  get active() {
    return this.#focus.active;
  }

  get filters() {
    return this.#source?.filters ?? {};
  }

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
    return this.#cards.of(sha1)?.card.element ?? null;
  }

  /** See GridList. */
  cards() {
    return this.#cards.inOrder().map(({ card }) => card.element);
  }

  /** See GridList. */
  refreshCards() {
    for (const shown of this.#cards.inOrder()) this.#cards.announce(shown);
  }

  /** See GridList. @param {number} position */
  focusAt(position) {
    this.#focus.at(position);
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
    this.#focus.use(signal);
  }

  /** @override */
  render() {
    const buckets = this.#source?.buckets ?? [];
    const group = this.#source?.query.group ?? "none";
    const { position } = this;
    const bucket = buckets[this.#layout.bucketOf(position)];
    const nameAt = (/** @type {number} */ share) => {
      const at = buckets[this.#layout.bucketAt(share * this.#scroll.most)];
      return group === "none" ? `${(this.#layout.positionAt(share * this.#scroll.most) + 1).toLocaleString()}` : at ? shortName(at, group) : "";
    };
    return html`${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.#window}
      <dp-scrubber ?hidden=${!this.#isLong} .marks=${this.marks} .density=${this.density} .share=${this.shareShown} .total=${this.total} .position=${position}
        .text=${bucket && group !== "none" ? shortName(bucket, group) : ""} .nameAt=${nameAt}
        @scrub=${(/** @type {CustomEvent<{ share: number }>} */ { detail }) => this.#scrub(detail.share)}></dp-scrubber>`;
  }

  /** @param {number} share */
  #scrub(share) {
    this.#focus.wanted = null;
    this.#go(share * this.#scroll.most);
    this.#draw();
  }

  get #measures() {
    return measuresOf(this.#presentation, this.#source?.query.group !== "none", this.#width);
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
    this.#width = this.#cards.box.clientWidth || this.#window.clientWidth;
    const measures = this.#measures;
    const counts = (this.#source?.buckets ?? []).map(({ count }) => count);
    this.#layout = new GridLayout(counts, measures);
    this.#isLong = isLonger(this, counts, this.#width, view, (width) => measuresOf(this.#presentation, this.#source?.query.group !== "none", width));
    this.#scroll = new ScaledScroll(this.#layout.height + FOOT, view);
    this.#cards.box.style.height = `${Math.max(this.#scroll.box, 0)}px`;
    this.#cards.box.style.setProperty("--width", `${measures.width}px`);
    this.#cards.box.style.setProperty("--row", `${measures.row}px`);
    this.#cards.box.style.setProperty("--gap", `${measures.gap}px`);
    Object.assign(this.#cards.box.dataset, this.#presentation);
    this.#mark();
    this.#go(position > 0 || within ? this.#layout.topOf(position) + within : 0);
    this.#draw();
  }

  /** What the scrubber shows. */
  #mark() {
    const { buckets = [], query = { group: "none" } } = this.#source ?? {};
    this.marks = marksOf(buckets, query.group, this.#layout, this.#scroll.view);
    this.density = densitiesOf(buckets, query.group, this.#layout, Math.max(1, Math.floor(this.#window.clientHeight / 4)));
  }

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
      this.#retry(problem, () => this.#load());
    }
  }

  /** Say what is wrong, and try again. @param {unknown} problem @param {() => unknown} again */
  #retry(problem, again) {
    this.problem = describe(problem);
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(again, RETRY);
  }

  #draw() {
    const source = this.#source;
    if (!source) return;
    const [layout, scroll, { position }] = [this.#layout, this.#scroll, this];
    const isList = this.#presentation.view === "list";
    const onMoved = (/** @type {string} */ sha1, /** @type {number} */ now) => this.#focus.moved(sha1, now);
    this.#cards.draw({ source, layout, scroll, measures: this.#measures, isList, position, onMoved });
    this.#window.setAttribute("aria-busy", String(this.#cards.isWaiting));
    this.#focus.give();
    this.requestUpdate();
  }

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
        const isAtTop = topBefore < 1 && !this.#cards.box.matches(":hover, :focus-within");
        const place = isAtTop ? { position: 0, within: 0 } : await placeIn(source, this.#cards, this.#layout, this.#scroll.top);
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
        this.#retry(problem, () => this.refresh());
      }
    }
  }
}

customElements.define("dp-grid", Grid);
