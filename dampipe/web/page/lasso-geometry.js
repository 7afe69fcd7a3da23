// The geometry of a lasso, in pixels of the window.

/** Pixels from the edge of the window within which the list scrolls, */
const EDGE = 48;
/** and how many of them it scrolls in a frame, at most. */
const FASTEST = 28;

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/** The box between two points. @param {{ x: number, y: number }} one @param {{ x: number, y: number }} other @returns {Box} */
export const boxOf = (one, other) => ({
  left: Math.min(one.x, other.x), top: Math.min(one.y, other.y), right: Math.max(one.x, other.x), bottom: Math.max(one.y, other.y),
});

/** Whether two boxes have a point in common. @param {Box} one @param {Box} other */
export const touches = (one, other) => one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom;

/** Pixels to scroll in a frame while the mouse is at a height of the window; the nearer the edge, the more. @param {number} y @param {number} top of what can be seen @param {number} bottom */
export function scrollAt(y, top, bottom) {
  if (y < top + EDGE) return -Math.round(FASTEST * Math.min(1, (top + EDGE - y) / EDGE));
  if (y > bottom - EDGE) return Math.round(FASTEST * Math.min(1, (y - bottom + EDGE) / EDGE));
  return 0;
}
