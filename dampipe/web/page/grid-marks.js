// What the scrubber of a list shows: names of groups, and how many assets a day there are.

import { dayOf, isOfDates, shortName } from "./grid-names.js";

/** @typedef {import("./grid-source.js").GridSource["buckets"]} Buckets */
/** @typedef {import("./grid-layout.js").GridLayout} GridLayout */

/**
 * The names beside the scrubber.
 * @param {Buckets} buckets
 * @param {string} group
 * @param {GridLayout} layout
 * @param {number} view pixels that are seen of the list
 */
export function marksOf(buckets, group, layout, view) {
  const most = Math.max(1, layout.height - view);
  const share = (/** @type {number} */ bucket) => Math.min(1, layout.topOfBucket(bucket) / most);
  const isTime = isOfDates(group);
  /** @type {import("./scrubber.js").Mark[]} */
  const marks = [];
  let before = "";
  for (const [at, bucket] of buckets.entries()) {
    if (group === "none") break;
    const month = bucket.key.slice(0, 7);
    if (isTime && month === before) continue;
    const isMajor = !isTime || month.slice(0, 4) !== before.slice(0, 4);
    const label = !isTime ? shortName(bucket, group).split("/").at(-1) ?? "" : isMajor ? month.slice(0, 4) : shortName({ key: month, label: month }, "month").split(" ")[0].slice(0, 3);
    marks.push({ share: share(at), label, isMajor });
    before = month;
  }
  return marks;
}

/**
 * How many assets a day there are in equal parts of the list, as shares of the most; none where it is not grouped by dates.
 * @param {Buckets} buckets
 * @param {string} group
 * @param {GridLayout} layout
 * @param {number} parts
 */
export function densitiesOf(buckets, group, layout, parts) {
  if (!buckets.length || !isOfDates(group)) return [];
  const [height, days] = [layout.height, group === "month" ? 30 : 1];
  const rates = Array.from({ length: parts }, (_, part) => {
    const [first, last] = [layout.bucketAt((part * height) / parts), layout.bucketAt(((part + 1) * height) / parts - 1)];
    const count = layout.firstOf(last) + buckets[last].count - layout.firstOf(first);
    return count / (Math.abs(dayOf(buckets[first].key) - dayOf(buckets[last].key)) + days);
  });
  const most = Math.log1p(Math.max(...rates));
  return rates.map((rate) => (most ? Math.log1p(rate) / most : 0));
}
