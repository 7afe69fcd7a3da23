// What people call the groups of a list.

const DAY = /^\d{4}-\d\d-\d\d$/;
const MONTH = /^\d{4}-\d\d$/;

/** A day or a month in UTC, in which the server counts them. @param {string} key @param {Intl.DateTimeFormatOptions} options */
const written = (key, options) => new Date(`${key.length > 7 ? key : `${key}-01`}T00:00:00Z`).toLocaleDateString([], { timeZone: "UTC", ...options });

/** A group as the heading above it has it. @param {{ key: string, label: string }} bucket @param {string} group */
export function headingOf({ key, label }, group) {
  if (DAY.test(key)) return written(key, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
  return shortName({ key, label }, group);
}

/** The same in few words. @param {{ key: string, label: string }} bucket @param {string} group */
export function shortName({ key, label }, group) {
  if (group === "day" && DAY.test(key)) return written(key, { day: "numeric", month: "short", year: "numeric" });
  if (group === "month" && MONTH.test(key)) return written(key, { month: "long", year: "numeric" });
  if (group === "folder") return label || "Without a folder";
  if (group === "camera") return label || "Without a camera";
  return label;
}

/** Days since 1970 of a day or the first day of a month. @param {string} key */
export const dayOf = (key) => Date.parse(`${key.length > 7 ? key : `${key}-01`}T00:00:00Z`) / 86_400_000;

/** Whether groups are times. @param {string} group */
export const isOfDates = (group) => group === "day" || group === "month";
