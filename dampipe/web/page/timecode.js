// Frames and time code of an asset, by what the probe found. Times are seconds from its start.

/** @typedef {import("dampipe-api").Schemas} Schemas */

const CODE = /^(\d\d):(\d\d):(\d\d)([:;])(\d\d\d?)$/;
/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** Frame numbers that time code leaves out each minute, except every tenth. @param {number} nominal */
const dropped = (nominal) => (nominal / 30) * 2;

/** The number of a label of time code, counted from 00:00:00:00. @param {string[]} label @param {number} nominal */
function numberOf([, hours, minutes, seconds, mark, frames], nominal) {
  const minute = Number(hours) * 60 + Number(minutes);
  const number = (minute * 60 + Number(seconds)) * nominal + Number(frames);
  return mark === ";" ? number - dropped(nominal) * (minute - Math.floor(minute / 10)) : number;
}

/** @param {number} number @param {number} nominal @param {boolean} isDrop */
function labelOf(number, nominal, isDrop) {
  let counted = number;
  if (isDrop) {
    const drop = dropped(nominal);
    const [minute, ten] = [60 * nominal - drop, 600 * nominal - 9 * drop];
    const rest = number % ten;
    counted += 9 * drop * Math.floor(number / ten) + (rest > drop ? drop * Math.floor((rest - drop) / minute) : 0);
  }
  const seconds = Math.floor(counted / nominal);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  return `${parts.join(":")}${isDrop ? ";" : ":"}${two(counted % nominal)}`;
}

/** A valid label: its parts, as `CODE` finds them; null for what is none. @param {string} text @param {number} nominal */
function partsOf(text, nominal) {
  const found = /^(\d{1,2}):([0-5]\d):([0-5]\d)([:;.,])(\d{2,3})$/.exec(text);
  return found && Number(found[1]) < 24 && Number(found[5]) < nominal ? found.slice() : null;
}

/**
 * Counts time code from the label of the first frame. `label`: of a frame by its number. `find`: the number of the frame with a
 * label, or null where there is no such label; how the label is written, with colons or a semicolon, does not count: how frames are
 * counted follows from the first. Past midnight labels begin at 0 again.
 * @param {string} start
 * @param {number} nominal frame numbers per second
 */
export function counter(start, nominal) {
  const parts = CODE.exec(start.replace(/[.,](?=\d+$)/, ";"));
  if (!parts) return null;
  const isDrop = parts[4] === ";";
  if (isDrop && nominal % 30) return null;
  const first = numberOf([...parts], nominal);
  const day = numberOf(["", "23", "59", "59", isDrop ? ";" : ":", String(nominal - 1)], nominal) + 1;
  const label = (/** @type {number} */ frame) => labelOf((first + frame) % day, nominal, isDrop);
  return {
    label,
    find(/** @type {string} */ text) {
      const asked = partsOf(text, nominal);
      if (!asked) return null;
      asked[4] = isDrop ? ";" : ":";
      const number = numberOf(asked, nominal);
      const [hours, ...rest] = labelOf(number, nominal, isDrop).split(/[:;]/);
      const isLabel = Number(hours) === Number(asked[1]) && [asked[2], asked[3], asked[5]].every((one, at) => Number(one) === Number(rest[at]));
      return isLabel ? (number - first + day) % day : null; // drop-frame code leaves some numbers out
    },
  };
}

/**
 * @typedef {object} Frames
 * @property {(seconds: number) => number} frame
 * @property {(frame: number) => number} middle
 * @property {(frame: number) => string} begin
 * @property {(frame: number) => string | null} label
 */

/**
 * The frames of a film: `frame` at a time, the `middle` of a frame in seconds (which no rounding leads to its neighbour), its
 * exact `begin` as the API takes it, and its `label` by time code, null where it has none. Null for sound, stills, and films
 * whose rate varies.
 * @param {Pick<Schemas["MediaInfo"], "kind" | "timecode" | "timecode_base"> & { video: Pick<Schemas["VideoStream"], "rate" | "variable_rate"> | null } | null} media
 * @returns {Frames | null}
 */
export function framesOf(media) {
  const picture = media?.kind === "video" ? media.video : null;
  if (!media || !picture?.rate || picture.variable_rate) return null;
  const [count, per = 1] = picture.rate.split("/").map(Number);
  const nominal = Math.round(count / per);
  const isCounted = !media.timecode_base || media.timecode_base === nominal;
  const start = isCounted ? CODE.exec(media.timecode ?? "") : null;
  const isDrop = start?.[4] === ";";
  const isKnown = start && (!isDrop || nominal % 30 === 0);
  return {
    frame: (seconds) => Math.floor((seconds * count) / per + 0.01),
    middle: (frame) => ((frame + 0.5) * per) / count,
    begin: (frame) => `${frame}@${per}/${count}`,
    label: (frame) => (isKnown ? labelOf(numberOf(start, nominal) + frame, nominal, isDrop) : null),
  };
}
