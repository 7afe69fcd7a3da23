// The scrubber beside a list: what is where in it, and how much. It stands for the whole list, however long that is.

import { Component } from "./component.js";
import { html, nothing, svg } from "./vendor/lit.js";

/** A name beside the track. share: where, from 0 to 1. @typedef {{ share: number, label: string, isMajor: boolean }} Mark */

/** Pixels between two names, */
const GAP = 22;
/** and of the longest bar. */
const BAR = 14;
/** How far from the track the pointer is where a pixel of it is half as much, in pixels. */
const FINE = 120;

export class Scrubber extends Component {
  /** @override */
  static properties = {
    marks: { attribute: false }, density: { attribute: false }, share: { attribute: false }, total: { attribute: false },
    position: { attribute: false }, text: { attribute: false }, nameAt: { attribute: false }, height: { state: true }, pointed: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly Mark[]} */
    this.marks = [];
    /** How much there is for equal parts of the track, each from 0 to 1. @type {readonly number[]} */
    this.density = [];
    /** Where one is, from 0 to 1. */
    this.share = 0;
    this.total = 0;
    this.position = 0;
    /** What is there. */
    this.text = "";
    /** What is at a share. @type {(share: number) => string} */
    this.nameAt = () => "";
    this.height = 0;
    /** @type {number | null} the share under the pointer */
    this.pointed = null;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    const watcher = new ResizeObserver(() => (this.height = this.clientHeight));
    watcher.observe(this);
    this.signal.addEventListener("abort", () => watcher.disconnect());
    /** @type {{ y: number, share: number } | null} */
    let grip = null;
    const shareAt = (/** @type {PointerEvent} */ event) => {
      const box = this.getBoundingClientRect();
      return Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    };
    const listen = (/** @type {"pointerdown" | "pointermove" | "pointerup" | "pointercancel" | "pointerleave"} */ name, /** @type {(event: PointerEvent) => void} */ act) => this.addEventListener(name, act, { signal: this.signal });
    listen("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault(); // which would select text
      /** @type {HTMLElement | null} */ (this.querySelector("[role=slider]"))?.focus({ preventScroll: true });
      this.setPointerCapture(event.pointerId);
      grip = { y: event.clientY, share: shareAt(event) };
      this.#go(grip.share);
    });
    listen("pointermove", (event) => {
      if (!grip) {
        this.pointed = event.pointerType === "touch" ? null : shareAt(event);
        return;
      }
      // The further the pointer is from the track, the finer it moves.
      const away = Math.max(0, Math.max(this.getBoundingClientRect().left - event.clientX, 0) - 24);
      const by = (event.clientY - grip.y) / this.clientHeight / 2 ** (away / FINE);
      grip = { y: event.clientY, share: away ? Math.min(Math.max(grip.share + by, 0), 1) : shareAt(event) };
      this.#go(grip.share);
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      listen(name, () => {
        grip = null;
        this.pointed = null;
      });
    }
    listen("pointerleave", () => grip ?? (this.pointed = null));
  }

  /** @param {number} share */
  #go(share) {
    this.pointed = share;
    this.dispatchEvent(new CustomEvent("scrub", { detail: { share } }));
  }

  /** The names for which there is room; those of years come first. */
  get #shown() {
    /** @type {Mark[]} */
    const shown = [];
    const fits = (/** @type {Mark} */ mark) => shown.every((other) => Math.abs(other.share - mark.share) * this.height >= GAP);
    for (const isMajor of [true, false]) {
      for (const mark of this.marks) if (mark.isMajor === isMajor && mark.share * this.height < this.height - 8 && fits(mark)) shown.push(mark);
    }
    return shown;
  }

  /** By script: the policy of the page allows no styles in the markup. @override */
  updated() {
    for (const placed of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-share]"))) placed.style.top = `${Number(placed.dataset.share) * 100}%`;
  }

  /** @override */
  render() {
    const step = this.density.length ? this.height / this.density.length : 0;
    const bars = this.density.map((one, at) => (one ? `M20 ${(at * step).toFixed(1)}h${(-1 - one * BAR).toFixed(1)}v${Math.max(1, step - 1).toFixed(1)}H20z` : "")).join("");
    const bubble = this.pointed;
    return html`<svg class="density" width="20" height=${this.height} aria-hidden="true">${svg`<path d=${bars}></path>`}</svg>
      ${this.#shown.map((mark) => html`<span class="mark ${mark.isMajor ? "major" : ""} ${this.density.length ? "" : "of-group"}" aria-hidden="true" data-share=${mark.share}>${mark.label}</span>`)}
      <span class="thumb" role="slider" tabindex="0" aria-label="Place in the list" aria-orientation="vertical" aria-valuemin="1" aria-valuemax=${Math.max(1, this.total)}
        aria-valuenow=${Math.min(this.position + 1, Math.max(1, this.total))} aria-valuetext=${`${this.text}${this.text ? ", " : ""}${(this.position + 1).toLocaleString()} of ${this.total.toLocaleString()}`} data-share=${this.share}></span>
      ${bubble === null ? nothing : html`<output class="bubble" data-share=${bubble}>${this.nameAt(bubble)}</output>`}`;
  }
}

customElements.define("dp-scrubber", Scrubber);
