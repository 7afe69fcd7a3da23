// The waveform of a sound, as audiowaveform's data files have it (version 2, 8 bit, one channel): read, and drawn.

const HEAD = 24; // bytes

/**
 * The lowest and highest samples of spans: `low` and `high` from -1 to 1, `seconds` of each span.
 * @typedef {{ low: Float32Array, high: Float32Array, seconds: number }} Peaks
 */

/** Read a data file; null for what is none. @param {ArrayBuffer} bytes @returns {Peaks | null} */
export function readPeaks(bytes) {
  if (bytes.byteLength < HEAD) return null;
  const head = new DataView(bytes);
  const [version, flags, rate, perPixel, length, channels] = [0, 4, 8, 12, 16, 20].map((at) => head.getInt32(at, true));
  if (version !== 2 || flags !== 1 || channels !== 1 || rate <= 0 || perPixel <= 0 || bytes.byteLength < HEAD + 2 * length) return null;
  const values = new Int8Array(bytes, HEAD, 2 * length);
  const side = (/** @type {number} */ first) => Float32Array.from({ length }, (_, at) => values[2 * at + first] / 128);
  return { low: side(0), high: side(1), seconds: perPixel / rate };
}

/**
 * The lowest and highest sample of each of `count` columns that share the time from `start` to `end`.
 * @param {Peaks} peaks
 * @param {number} start seconds
 * @param {number} end
 * @param {number} count
 * @returns {[number, number][]}
 */
export function columns({ low, high, seconds }, start, end, count) {
  const per = (end - start) / count / seconds;
  return Array.from({ length: count }, (_, column) => {
    const from = Math.max(0, Math.floor(start / seconds + column * per));
    const to = Math.min(low.length, Math.max(from + 1, Math.floor(start / seconds + (column + 1) * per)));
    let [least, most] = from < to ? [1, -1] : [0, 0];
    for (let at = from; at < to; at += 1) {
      if (low[at] < least) least = low[at];
      if (high[at] > most) most = high[at];
    }
    return [least, most];
  });
}

/**
 * Draw the time from `start` to `end` over the whole canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Peaks} peaks
 * @param {number} start
 * @param {number} end
 * @param {string} colour
 */
export function drawPeaks(canvas, peaks, start, end, colour) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  const middle = height / 2;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour;
  const loudest = 0.5 * Math.max(0.05, peaks.high.reduce((most, one) => Math.max(most, one), 0), -peaks.low.reduce((least, one) => Math.min(least, one), 0));
  const scale = (middle - 1) / Math.max(loudest * 2, 0.25); // quiet sound is drawn larger, up to four times
  columns(peaks, start, end, width).forEach(([least, most], column) => {
    const top = middle - most * scale;
    context.fillRect(column, top, 1, Math.max(1, (most - least) * scale));
  });
}
