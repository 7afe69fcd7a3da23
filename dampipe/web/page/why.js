// Why a hit is a hit, in words.

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * A text in pieces, marked or not. Marks count Unicode characters, as the API does.
 * @param {string} text
 * @param {readonly (readonly number[])[]} marks
 * @returns {{ text: string, isMarked: boolean }[]}
 */
export function pieces(text, marks) {
  const characters = [...text];
  const found = [];
  let at = 0;
  for (const [first, end] of [...marks].sort(([one], [other]) => one - other)) {
    if (first < at || end > characters.length) continue;
    if (first > at) found.push({ text: characters.slice(at, first).join(""), isMarked: false });
    found.push({ text: characters.slice(first, end).join(""), isMarked: true });
    at = end;
  }
  if (at < characters.length) found.push({ text: characters.slice(at).join(""), isMarked: false });
  return found;
}

/**
 * How much the picture of a hit looks like the query, in words.
 *
 * Words are compared with pictures: a score says something by how far it is above that of meaningless words (`floor`), compared
 * with the best hit. Pictures are compared with each other, where 1 is the same picture, and there is no floor.
 * @param {number | null} score
 * @param {{ floor: number | null, best: number | null, isWeak?: boolean }} scale
 */
export function likeness(score, { floor, best, isWeak = false }) {
  if (score === null) return "";
  if (floor === null) return score >= 0.97 ? "nearly the same picture" : score >= 0.85 ? "a very similar picture" : score >= 0.6 ? "a similar picture" : "a picture with something of it";
  if (isWeak || score <= floor) return "no closer than meaningless words";
  const share = (score - floor) / Math.max((best ?? score) - floor, 1e-6);
  return share >= 0.8 ? "looks very much like it" : share >= 0.4 ? "looks like it" : "looks a little like it";
}

/** The numbers behind these words. @param {number} score @param {number | null} floor */
export const scoreText = (score, floor) => `Score ${score.toFixed(2)}${floor === null ? "" : `; meaningless words reach ${floor.toFixed(2)}`}`;
