// Formats of numbers, times, sizes and paths.

/** Seconds as a time code: 0:07.4, 12:03.0, 1:00:00.0. @param {number} seconds */
export function timecode(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const [hours, minutes] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60];
  const rest = ((tenths % 600) / 10).toFixed(1);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${rest.padStart(4, "0")}` : `${minutes}:${rest.padStart(4, "0")}`;
}

/** Seconds as a length: 0:07, 12:03, 1:00:00. @param {number} seconds */
export const length = (seconds) => timecode(Math.round(seconds)).slice(0, -2);

/** @param {number} count */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) [count, unit] = [count / 1000, unit + 1];
  return `${unit && count < 10 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

/** A recording time as its camera's clock showed it, with the time zone only where the file has one. @param {string} text */
export function recordingTime(text) {
  const [, date, clock, zone = ""] = /^([\d-]+)T(\d\d:\d\d:\d\d)[.\d]*(.*)$/.exec(text) ?? [null, text, ""];
  return [date, clock, zone === "Z" ? "UTC" : zone].filter(Boolean).join(" ");
}

/** A time, in seconds since 1970 or as a text of the API, by the clock of this machine. @param {number | string} time */
export function dateTime(time) {
  return new Date(typeof time === "number" ? time * 1000 : time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** Who did something, of `user:anna`, `token:render`, `local` and `worker`. @param {string} actor */
export function actorName(actor) {
  const [kind, name = ""] = actor.split(":");
  /** @type {Record<string, string>} */
  const kinds = { user: name, token: `the token ${name}`, local: "a person at the server", worker: "dampipe" };
  return kinds[kind] ?? actor;
}

/** An exact frame rate such as 30000/1001 as 29.97. @param {string} fraction */
export function rate(fraction) {
  const [numerator, denominator = 1] = fraction.split("/").map(Number);
  return String(Math.round((numerator / denominator) * 100) / 100);
}

/** The nominal frame rate, with the average where the rate varies: "29.97 fps, variable (28.03 on average)". @param {import("dampipe-api").Schemas["VideoStream"]} picture */
function frameRate(picture) {
  const average = picture.average_rate ? ` (${rate(picture.average_rate)} on average)` : "";
  return `${rate(picture.rate ?? "0")} fps${picture.variable_rate ? `, variable${average}` : ""}`;
}

/** One line about the picture and sound of an asset. @param {import("dampipe-api").Schemas["Video"]} video */
export function facts(video) {
  const { media } = video;
  if (!media) return "Not processed";
  const picture = media.video;
  const parts = picture
    ? [`${picture.width}×${picture.height}`, picture.codec, picture.rate && media.kind === "video" ? frameRate(picture) : ""]
    : ["sound", media.audio?.[0]?.codec ?? ""];
  return [...parts, bytes(video.size)].filter(Boolean).join(" · ");
}

/** A number with its noun; `many`: the plural, where it is not the noun with an s. @param {number} count @param {string} noun @param {string} [many] */
export const plural = (count, noun, many = `${noun}s`) => `${count.toLocaleString()} ${count === 1 ? noun : many}`;

/** The folder of a path. @param {string} path */
export const folder = (path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0)) || "/";

/** The last part of a path. @param {string} path */
export const name = (path) => path.slice(path.lastIndexOf("/") + 1);
