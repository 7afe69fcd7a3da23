// The frames of a film, by what the server says of them: exact at constant rates and at rates that vary.

import { counter } from "../timecode.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("../panels.js").FrameGrid} FrameGrid */

/** Seconds by which containers round times: a time so little before a frame counts as its beginning. */
const ROUNDING = 0.001;

/** @param {string} fraction */
const parts = (fraction) => {
  const [count, per = 1] = fraction.split("/").map(Number);
  return { count, per };
};

/** How many of ascending numbers are not greater than one. @param {readonly number[]} numbers @param {number} wanted */
function countUpTo(numbers, wanted) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sums of differences, each with those before it. @param {readonly number[]} differences @param {number} first */
function sums(differences, first) {
  let sum = first;
  return [first, ...differences.map((one) => (sum += one))];
}

/** When the frames begin, in ticks. @param {Schemas["FramesReport"]} report */
function ticksOf({ start, end, count, step, steps }) {
  if (step) {
    const { count: of, per } = parts(step);
    const exact = of / per;
    return {
      shortest: exact,
      begin: (/** @type {number} */ frame) => start + Math.round((frame * of) / per),
      at: (/** @type {number} */ ticks) => Math.floor((ticks - start) / exact + 1e-9),
    };
  }
  const begins = sums(steps, start);
  return {
    shortest: steps.reduce((least, one) => Math.min(least, one), Infinity),
    begin: (/** @type {number} */ frame) => (frame < count ? begins[frame] : end),
    at: (/** @type {number} */ ticks) => countUpTo(begins, ticks) - 1,
  };
}

/**
 * The frames of a film. Beside what panels use: `next(frame, by)`, the frame so many on that the proxy has; `isExact`: whether the
 * times of the frames are known; `seen(frame)`, the one that the proxy shows in its place.
 * @param {Schemas["FramesReport"]} report
 */
export function gridOf(report) {
  const { count } = report;
  const { count: top, per: bottom } = parts(report.base);
  const seconds = (/** @type {number} */ ticks) => (ticks * top) / bottom;
  const ticks = ticksOf(report);
  const tolerance = Math.min(ROUNDING, seconds(ticks.shortest) / 4);
  const clamp = (/** @type {number} */ frame) => Math.min(Math.max(frame, 0), count - 1);
  const rate = report.rate ? parts(report.rate) : null;
  const code = rate ? counter(report.timecode ?? "00:00:00:00", Math.round(rate.count / rate.per)) : null;
  const shown = report.shown.length ? sums(report.shown.slice(1), report.shown[0]) : null;
  const begin = (/** @type {number} */ frame) => seconds(ticks.begin(frame));
  return {
    count,
    rate: report.rate,
    isExact: report.exact,
    hasCode: report.timecode !== null,
    begin,
    frame: (/** @type {number} */ time) => clamp(ticks.at(((time + tolerance) * bottom) / top)),
    /** @param {number} frame */
    middle(frame) {
      const next = shown ? shown[countUpTo(shown, frame)] ?? count : frame + 1;
      return (begin(frame) + begin(next)) / 2;
    },
    /** The last frame that begins before a time at which one begins, or the film ends. @param {number} end */
    before: (end) => (end >= begin(count) - tolerance ? count - 1 : clamp(ticks.at(((end + tolerance) * bottom) / top) - 1)),
    text: (/** @type {number} */ frame) => `${ticks.begin(frame)}@${report.base}`,
    label: (/** @type {number} */ frame) => code?.label(frame) ?? null,
    /** @param {string} text */
    find(text) {
      const found = code?.find(text) ?? null;
      return found !== null && found < count ? found : null;
    },
    seen: (/** @type {number} */ frame) => (shown ? shown[Math.max(0, countUpTo(shown, frame) - 1)] : frame),
    /** @param {number} frame @param {number} by */
    next(frame, by) {
      if (!shown) return clamp(frame + by);
      const at = Math.max(0, countUpTo(shown, frame) - 1) + by;
      return shown[Math.min(Math.max(at, 0), shown.length - 1)];
    },
  };
}

/** @typedef {ReturnType<typeof gridOf>} Grid */

/**
 * What was typed to go somewhere: a time code (its last digits do: "1005" is second 10, frame 5 of the present minute), a number of
 * frames on or back ("+12", "-1"), a frame ("#120"), or seconds ("12.5"). Returns seconds; null for what means nothing here.
 * @param {string} typed
 * @param {Grid | null} grid
 * @param {number} now seconds
 */
export function timeTyped(typed, grid, now) {
  const text = typed.trim();
  const relative = /^([+-])(\d+)$/.exec(text);
  if (relative && grid) return grid.begin(grid.next(grid.frame(now), Number(text)));
  const frame = /^#(\d+)$/.exec(text);
  if (frame) return grid && Number(frame[1]) < grid.count ? grid.begin(Number(frame[1])) : null;
  if (/^\d*\.\d+$|^\d+(\.\d+)?\s*s$/.test(text) || (!grid && /^\d+$/.test(text))) return Number.parseFloat(text);
  if (grid) {
    const digits = (grid.label(grid.frame(now)) ?? "").replace(/\D/g, "");
    const isShort = /^\d{1,8}$/.test(text) && digits.length === 8;
    const found = grid.find(isShort ? (digits.slice(0, 8 - text.length) + text).replace(/(\d\d)(\d\d)(\d\d)(\d\d)/, "$1:$2:$3:$4") : text);
    if (found !== null) return grid.begin(found);
  }
  const clock = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text);
  return clock ? Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) : null;
}
