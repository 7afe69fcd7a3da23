// The scrub strip: which tile of the sprite shows which time, read from its WebVTT.

import { derivative, text } from "./api.js";

const known = new Map();

function seconds(stamp) {
  return stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** The tiles of a WebVTT: [{start, end, x, y, width, height}], times in seconds, places in pixels. */
export function parse(vtt) {
  const cue = /([\d:.]+) --> ([\d:.]+)\s+\S+#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  return [...vtt.matchAll(cue)].map(([, start, end, ...place]) => {
    const [x, y, width, height] = place.map(Number);
    return { start: seconds(start), end: seconds(end), x, y, width, height };
  });
}

/** The tiles of an asset, fetched once; [] where it has none. */
export function tiles(sha1) {
  if (!known.has(sha1)) known.set(sha1, text(`/assets/${sha1}/sprite_vtt`).then(parse, () => []));
  return known.get(sha1);
}

/** The tile that shows a time. */
export const at = (all, time) => all.find((tile) => time < tile.end) ?? all.at(-1);

/** Let an element show one tile, scaled to its width. */
export function show(element, sha1, tile, all) {
  const scale = element.clientWidth / tile.width || 1;
  const columns = Math.max(...all.map((one) => one.x)) + tile.width;
  const rows = Math.max(...all.map((one) => one.y)) + tile.height;
  element.style.backgroundImage = `url(${derivative(sha1, "sprite")})`;
  element.style.backgroundSize = `${columns * scale}px ${rows * scale}px`;
  element.style.backgroundPosition = `${-tile.x * scale}px ${-tile.y * scale}px`;
  element.style.aspectRatio = `${tile.width} / ${tile.height}`;
}
