// Dates counted by month, as bars over time. No I/O.

/** A bar: `value` as a query has it ("2024", "2024-05"). @typedef {{ value: string, label: string, assets: number }} Bar */

const MOST = 40;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** @param {string} month as "2024-05" */
const numberOf = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

/**
 * The bars of months, the first one first, with those that have nothing; by year, or by ten years, where months would be too many.
 * @param {readonly { value: string, assets: number }[]} months
 * @returns {Bar[]}
 */
export function bars(months) {
  if (!months.length) return [];
  const numbers = months.map(({ value }) => numberOf(value));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const size = [1, 12].find((one) => Math.floor(last / one) - Math.floor(first / one) < MOST) ?? 120;
  /** @type {Map<number, number>} */
  const counts = new Map();
  months.forEach(({ assets }, number) => counts.set(Math.floor(numbers[number] / size), (counts.get(Math.floor(numbers[number] / size)) ?? 0) + assets));
  const found = [];
  const [from, to] = [Math.floor(first / size), Math.floor(last / size)];
  const step = Math.max(1, Math.ceil((to - from + 1) / 200)); // dates of the year 1 and of 9999 make no million bars
  for (let at = from; at <= to; at += step) {
    let assets = 0;
    for (let one = at; one < at + step; one += 1) assets += counts.get(one) ?? 0;
    found.push({ ...span(at * size, Math.min((at + step) * size, (to + 1) * size) - 1), assets });
  }
  return found;
}

/** @param {number} first @param {number} last months since the year 0 */
function span(first, last) {
  const [year, end] = [Math.floor(first / 12), Math.floor(last / 12)];
  const four = (/** @type {number} */ number) => String(number).padStart(4, "0");
  if (first === last) return { value: `${four(year)}-${String((first % 12) + 1).padStart(2, "0")}`, label: `${MONTHS[first % 12]} ${year}` };
  return year === end ? { value: four(year), label: String(year) } : { value: `${four(year)}/${four(end)}`, label: `${year} to ${end}` };
}

/** The first and the last date of a bar, as a query has them. @param {string} value @returns {[string, string]} */
export function endsOf(value) {
  const [from, to = from] = value.split("/");
  return [from, to];
}

/** Whether a bar lies within a span that is picked. @param {string} value @param {string | undefined} least @param {string | undefined} most */
export function isWithin(value, least, most) {
  const [from, to] = endsOf(value);
  const shortest = (/** @type {string} */ one, /** @type {string} */ other) => Math.min(one.length, other.length);
  const isAfter = least === undefined || to.slice(0, shortest(to, least)) >= least.slice(0, shortest(to, least));
  const isBefore = most === undefined || from.slice(0, shortest(from, most)) <= most.slice(0, shortest(from, most));
  return isAfter && isBefore;
}
