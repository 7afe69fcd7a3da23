// The scrub strip: the sprite of an asset, whose WebVTT says which tile shows which time.

import { derivative, text } from "./api.js";

/**
 * A tile of a sprite: the times that it shows, in seconds, and where it stands, in pixels.
 * @typedef {{ start: number, end: number, x: number, y: number, width: number, height: number }} Tile
 */

/** Assets whose tiles are kept. */
const KEPT = 500;
/** @type {Map<string, Promise<Tile[]>>} */
const cache = new Map(); // by SHA-1, the latest used last: a promise of the tiles

/** @param {string} stamp */
function seconds(stamp) {
  return stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * The tiles of a WebVTT: [{start, end, x, y, width, height}], times in seconds, positions and sizes in pixels.
 * @param {string} vtt
 */
export function parse(vtt) {
  const cue = /([\d:.]+) --> ([\d:.]+)\s+\S+#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  return [...vtt.matchAll(cue)].map(([, start, end, ...box]) => {
    const [x, y, width, height] = box.map(Number);
    return { start: seconds(start), end: seconds(end), x, y, width, height };
  });
}

/** The tiles of an asset; [] if it has none. @param {string} sha1 */
export function loadTiles(sha1) {
  const found = cache.get(sha1) ?? text(`/assets/${sha1}/sprite_vtt`).then(parse, () => []);
  cache.delete(sha1);
  cache.set(sha1, found);
  for (const oldest of cache.keys()) {
    if (cache.size <= KEPT) break;
    cache.delete(oldest);
  }
  return found;
}

/** The tile that shows a time. @param {Tile[]} tiles @param {number} time */
export const tileAt = (tiles, time) => tiles.find((tile) => time < tile.end) ?? tiles[tiles.length - 1];

/**
 * Show one tile as the background of an element, scaled to the element's width.
 * @param {HTMLElement} element
 * @param {string} sha1
 * @param {Tile} tile
 * @param {Tile[]} tiles
 */
export function showTile(element, sha1, tile, tiles) {
  const scale = element.clientWidth / tile.width || 1;
  const width = Math.max(...tiles.map((other) => other.x)) + tile.width;
  const height = Math.max(...tiles.map((other) => other.y)) + tile.height;
  element.style.backgroundImage = `url(${derivative(sha1, "sprite")})`;
  element.style.backgroundSize = `${width * scale}px ${height * scale}px`;
  element.style.backgroundPosition = `${-tile.x * scale}px ${-tile.y * scale}px`;
  element.style.aspectRatio = `${tile.width} / ${tile.height}`;
}
