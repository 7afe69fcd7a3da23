// The sizes of cards and rows in a list, in pixels.

import { GridLayout } from "./grid-layout.js";

/** @typedef {"small" | "medium" | "large"} Density */

/** The least width of a card, and the height of what stands below its picture, on a wide screen and on a phone. */
const CARDS = { small: [150, 96, 26], medium: [240, 150, 50], large: [380, 300, 50] };
const ROWS = { small: 44, medium: 60, large: 96 };
const GAP = 14;
const HEAD = 52;
const NARROW = 600;

/**
 * @param {{ view: string, density: string }} presentation
 * @param {boolean} hasHeads
 * @param {number} width of the list
 */
export function measuresOf(presentation, hasHeads, width) {
  const density = /** @type {Density} */ (presentation.density in CARDS ? presentation.density : "medium");
  const head = hasHeads ? HEAD : 0;
  const isNarrow = width < NARROW;
  if (presentation.view === "list") return { columns: 1, row: ROWS[density] + (isNarrow ? 12 : 0), head, width, gap: 0 };
  const [wide, narrow, text] = CARDS[density];
  const gap = isNarrow ? 8 : GAP;
  const columns = Math.max(1, Math.floor((width + gap) / ((isNarrow ? narrow : wide) + gap)));
  const card = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, row: Math.round((card * 9) / 16) + text + gap, head, width: card, gap };
}

/**
 * Whether a list, laid out without the scrubber, is higher than its window. The scrubber makes the cards smaller, so that the list may fit
 * beside it: whether it is there must not follow from that, or it would come and go for ever.
 * @param {HTMLElement} grid
 * @param {readonly number[]} counts of the buckets
 * @param {number} width that the cards have now
 * @param {number} view height of the window
 * @param {(width: number) => ReturnType<typeof measuresOf>} measures
 */
export function isLonger(grid, counts, width, view, measures) {
  const scrubber = /** @type {HTMLElement | null} */ (grid.querySelector("dp-scrubber"));
  // While it is hidden it is 0 wide, and the list ends where the view does.
  const full = width + (scrubber?.offsetWidth ?? 0) + Number.parseFloat(getComputedStyle(grid).marginRight);
  return new GridLayout(counts, measures(full)).height > view;
}
