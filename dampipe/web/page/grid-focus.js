// The focus in a list of assets, and its keys: a card may have the focus before it is there, and keeps it while others come and go.

import { declareKeys } from "./keys.js";

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

/**
 * What the list lends.
 * @typedef {object} Inside
 * @property {import("./grid-cards.js").GridCards} cards
 * @property {HTMLElement} window
 * @property {() => import("./grid-layout.js").GridLayout} layout
 * @property {() => import("./scaled-scroll.js").ScaledScroll} scroll
 * @property {() => import("./grid-source.js").GridSource | null} source
 * @property {(top: number) => void} go
 * @property {() => void} draw
 */

export class GridFocus {
  /** @type {number | null} a position whose card gets the focus once it is there */
  wanted = null;
  /** @type {{ sha1: string, position: number } | null} the asset that had the focus last */
  active = null;
  /** @type {HTMLElement & { total: number, position: number }} */
  #grid;
  /** @type {Inside} */
  #inside;

  /** @param {HTMLElement & { total: number, position: number }} grid @param {Inside} inside */
  constructor(grid, inside) {
    this.#grid = grid;
    this.#inside = inside;
  }

  /** Follow the focus and keys. @param {AbortSignal} signal */
  use(signal) {
    this.#inside.cards.box.addEventListener("focusin", ({ target }) => this.#focused(/** @type {Element} */ (target)), { signal });
    const step = (/** @type {(position: number) => number} */ to, /** @type {number} */ rows) => () => this.#step(to, rows);
    const layout = () => this.#inside.layout();
    keys({
      left: step((position) => position - 1, -1),
      right: step((position) => position + 1, 1),
      up: step((position) => layout().vertical(position, -1), -1),
      down: step((position) => layout().vertical(position, 1), 1),
      pageUp: () => this.#screen(-1),
      pageDown: () => this.#screen(1),
      home: () => this.#mayTakeKeys() && (this.at(0), true),
      end: () => this.#mayTakeKeys() && (this.at(this.#grid.total - 1), true),
    }, { signal });
  }

  /** Give the focus to the card at a position, which is scrolled into view. @param {number} position */
  at(position) {
    const { total } = this.#grid;
    if (!total) return;
    this.wanted = Math.min(Math.max(0, position), total - 1);
    const [layout, scroll] = [this.#inside.layout(), this.#inside.scroll()];
    const [top, foot] = [layout.topOf(this.wanted), layout.topOf(this.wanted) + layout.row];
    if (top - layout.head < scroll.top) this.#inside.go(top - layout.head);
    else if (foot > scroll.top + scroll.view) this.#inside.go(foot - scroll.view);
    this.#inside.draw();
  }

  /** An asset has another position now. @param {string} sha1 @param {number} position */
  moved(sha1, position) {
    if (this.active?.sha1 === sha1) this.active = { sha1, position };
  }

  /** Give the focus to the card that is wanted, once it is there. */
  give() {
    if (this.wanted === null) return;
    const asset = this.#inside.source()?.at(this.wanted);
    const link = asset && this.#inside.cards.of(asset.sha1)?.card.element.querySelector("a");
    if (!link) return; // it is asked for already
    this.wanted = null;
    link.focus({ preventScroll: true });
  }

  /** @param {Element} target */
  #focused(target) {
    const sha1 = target.closest("article")?.dataset.sha1;
    const shown = sha1 ? this.#inside.cards.of(sha1) : null;
    if (!shown || this.active?.sha1 === sha1) return;
    this.active = { sha1: shown.asset.sha1, position: shown.position };
    this.#grid.dispatchEvent(new CustomEvent("grid-active", { bubbles: true, detail: this.active }));
    const [top, foot] = [this.#inside.layout().topOf(shown.position), this.#inside.layout().topOf(shown.position) + this.#inside.layout().row];
    // By the tab key, too: the browser itself would scroll the box to what is at its edge.
    if (top < this.#inside.scroll().top || foot > this.#inside.scroll().top + this.#inside.scroll().view) this.#inside.go(top < this.#inside.scroll().top ? top - this.#inside.layout().head : foot - this.#inside.scroll().view);
  }

  /** Whether a key is meant for the list: nothing else has the focus. */
  #mayTakeKeys() {
    const focused = document.activeElement;
    return !focused || focused === document.body || focused === this.#inside.window || this.#grid.contains(focused);
  }

  /** The position from which keys go; null: no card has the focus. */
  get #from() {
    if (this.wanted !== null) return this.wanted;
    return this.active && this.#inside.cards.box.contains(document.activeElement) ? this.active.position : null;
  }

  /** @param {(position: number) => number} to @param {number} rows by which the scrubber moves */
  #step(to, rows) {
    if (!this.#mayTakeKeys()) return false;
    if (document.activeElement?.matches("dp-scrubber *")) {
      this.#inside.go(this.#inside.scroll().top + rows * this.#inside.layout().row);
      this.#inside.draw();
      return true;
    }
    const from = this.#from;
    const next = from === null ? (this.active && this.#isSeen(this.active.position) ? this.active.position : this.#grid.position) : to(from);
    if (next >= 0 && next < this.#grid.total) this.at(next);
    return true;
  }

  /** @param {number} position */
  #isSeen(position) {
    const top = this.#inside.layout().topOf(position);
    return top >= this.#inside.scroll().top - this.#inside.layout().row && top < this.#inside.scroll().top + this.#inside.scroll().view;
  }

  /** @param {-1 | 1} direction */
  #screen(direction) {
    if (!this.#mayTakeKeys()) return false;
    const rows = Math.max(1, Math.floor(this.#inside.scroll().view / this.#inside.layout().row) - 1);
    const from = this.#from;
    if (from === null) {
      this.#inside.go(this.#inside.scroll().top + direction * rows * this.#inside.layout().row);
      this.#inside.draw();
    } else this.at(this.#inside.layout().vertical(from, direction * rows));
    return true;
  }
}
