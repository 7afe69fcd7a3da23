// The projection of Web Mercator, and the part of the world that a map shows. No document.

/** Pixels of the world's width at zoom 0. */
export const TILE = 256;
export const MOST_ZOOM = 20;
const LIMIT = 85.0511287798066;

/** Where a longitude stands: 0 in the west to 1 in the east. @param {number} longitude */
export const xOf = (longitude) => (longitude + 180) / 360;

/** Where a latitude stands: 0 in the north to 1 in the south. @param {number} latitude */
export function yOf(latitude) {
  const sine = Math.sin((Math.max(-LIMIT, Math.min(LIMIT, latitude)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** @param {number} x */
export const longitudeOf = (x) => x * 360 - 180;
/** @param {number} y */
export const latitudeOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/**
 * What a map shows: the middle, in parts of the world (x may leave 0 to 1: the world repeats), the zoom, and the size in pixels.
 * @typedef {{ x: number, y: number, zoom: number, width: number, height: number }} Camera
 */

/** Pixels of the world's width. @param {Camera} camera */
export const worldOf = ({ zoom }) => TILE * 2 ** zoom;

/** A camera whose zoom and middle are possible. @param {Camera} camera @returns {Camera} */
export function clamped(camera) {
  const least = Math.max(0, Math.log2(Math.min(camera.width, 2 * camera.height) / TILE) - 0.5);
  const zoom = Math.max(Math.min(least, 2), Math.min(MOST_ZOOM, camera.zoom));
  const half = camera.height / (2 * TILE * 2 ** zoom);
  const y = half >= 0.5 ? 0.5 : Math.max(half, Math.min(1 - half, camera.y));
  return { ...camera, zoom, y, x: camera.x - Math.floor(camera.x) };
}

/** Where a place of the world stands on the map, in pixels; of the copies of the world that which is nearest to the middle. @param {Camera} camera @param {number} x @param {number} y */
export function toScreen(camera, x, y) {
  const world = worldOf(camera);
  const across = x - camera.x - Math.round(x - camera.x);
  return { left: camera.width / 2 + across * world, top: camera.height / 2 + (y - camera.y) * world };
}

/** The place of the world at a place on the map. @param {Camera} camera @param {number} left @param {number} top */
export function fromScreen(camera, left, top) {
  const world = worldOf(camera);
  return { x: camera.x + (left - camera.width / 2) / world, y: camera.y + (top - camera.height / 2) / world };
}

/** Zoom so that what is at a place on the map stays there. @param {Camera} camera @param {number} by @param {number} left @param {number} top */
export function zoomed(camera, by, left, top) {
  const { x, y } = fromScreen(camera, left, top);
  const next = clamped({ ...camera, zoom: camera.zoom + by });
  const world = worldOf(next);
  return clamped({ ...next, x: x - (left - camera.width / 2) / world, y: y - (top - camera.height / 2) / world });
}

/** What a map shows, in degrees: west, south, east, north; the whole world around where it is wider than that. @param {Camera} camera */
export function boxOf(camera) {
  const [one, other] = [fromScreen(camera, 0, 0), fromScreen(camera, camera.width, camera.height)];
  const north = one.y <= 0 ? 90 : latitudeOf(one.y);
  const south = other.y >= 1 ? -90 : latitudeOf(other.y);
  if (other.x - one.x >= 1) return { west: -180, south, east: 180, north };
  const [west, east] = [one.x, other.x].map((x) => longitudeOf(x - Math.floor(x)));
  return { west, south, east, north };
}

/** A camera that shows a box in degrees. @param {{ width: number, height: number }} size @param {number} west @param {number} south @param {number} east @param {number} north @returns {Camera} */
export function cameraOn({ width, height }, west, south, east, north) {
  const [left, right, top, bottom] = [xOf(west), xOf(east) + (east < west ? 1 : 0), yOf(north), yOf(south)];
  const zoom = Math.log2(Math.min((width * 0.8) / Math.max(right - left, 1e-6), (height * 0.8) / Math.max(bottom - top, 1e-6)) / TILE);
  return clamped({ x: (left + right) / 2, y: (top + bottom) / 2, zoom: Math.min(zoom, 15), width, height });
}

/** A round length of a scale bar: metres, and how many pixels it has at a latitude. @param {Camera} camera */
export function scaleOf(camera) {
  const metres = (40_075_016.7 * Math.cos((latitudeOf(camera.y) * Math.PI) / 180)) / worldOf(camera);
  const most = metres * 120;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].map((one) => one * power).find((one) => one <= most) ?? power;
  return { metres: round, pixels: round / metres };
}

/** Degrees between the lines of the graticule. @param {Camera} camera */
export function graticuleStep(camera) {
  const degrees = (360 / worldOf(camera)) * 90;
  return [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001].findLast((step) => step >= degrees) ?? 30;
}

/**
 * Join what would overlap on the map, those with most assets first.
 * @template {{ latitude: number, longitude: number, assets: number }} T
 * @param {Camera} camera
 * @param {readonly T[]} clusters those with most first
 * @param {(assets: number) => number} radius in pixels
 * @returns {{ left: number, top: number, assets: number, members: T[] }[]}
 */
export function joined(camera, clusters, radius) {
  /** @type {{ left: number, top: number, assets: number, members: T[] }[]} */
  const found = [];
  for (const one of clusters) {
    const { left, top } = toScreen(camera, xOf(one.longitude), yOf(one.latitude));
    const near = found.find((other) => Math.hypot(other.left - left, other.top - top) < (radius(other.assets) + radius(one.assets)) * 0.9);
    if (!near) found.push({ left, top, assets: one.assets, members: [one] });
    else {
      near.assets += one.assets;
      near.members.push(one);
    }
  }
  return found;
}
