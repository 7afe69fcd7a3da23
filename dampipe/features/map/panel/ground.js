// What a map has below the assets: the graticule, a coarse outline of the world, and tiles where the server names some.

import { h } from "/page/dom.js";
import { boxOf, fromScreen, graticuleStep, latitudeOf, longitudeOf, toScreen, worldOf, xOf, yOf } from "./projection.js";
import { OUTLINE } from "./world.js";

/** @typedef {import("./projection.js").Camera} Camera */

const TILE = 256;
const MOST_TILES = 64;
/** Of the lines of the outline, as parts of the world, in turn x and y. */
const LAND = OUTLINE.map((line) => line.map((degrees, index) => (index % 2 ? yOf(degrees) : xOf(degrees))));

/** @param {number} degrees @param {string} plus @param {string} minus */
const label = (degrees, plus, minus) => `${Number(Math.abs(degrees).toFixed(3))}°${degrees > 0 ? plus : degrees < 0 ? minus : ""}`;

/** The ground: its element, and `draw`. */
export function makeGround() {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const tiles = h("div", { class: "map-tiles", "aria-hidden": "true" });
  const probe = h("span", { hidden: true }); // what a colour of the style sheet is in the present scheme
  const element = h("div", { class: "ground" }, tiles, canvas, probe);
  /** @type {Map<string, HTMLImageElement>} */
  let shown = new Map();

  /** @param {Camera} camera @param {string} url */
  function drawTiles(camera, url) {
    const zoom = Math.max(0, Math.floor(camera.zoom));
    const count = 2 ** zoom;
    const size = worldOf(camera) / count;
    const [from, to] = [fromScreen(camera, 0, 0), fromScreen(camera, camera.width, camera.height)];
    /** @type {Map<string, HTMLImageElement>} */
    const wanted = new Map();
    for (let row = Math.max(0, Math.floor(from.y * count)); row <= Math.min(count - 1, Math.floor(to.y * count)); row += 1) {
      for (let column = Math.floor(from.x * count); column <= Math.floor(to.x * count) && wanted.size < MOST_TILES; column += 1) {
        const key = `${zoom} ${column} ${row}`;
        const address = url.replace("{z}", String(zoom)).replace("{x}", String(((column % count) + count) % count)).replace("{y}", String(row));
        const image = shown.get(key) ?? h("img", { src: address, alt: "", width: TILE, height: TILE, draggable: false, referrerPolicy: "no-referrer" });
        const left = camera.width / 2 + (column / count - camera.x) * worldOf(camera);
        const top = camera.height / 2 + (row / count - camera.y) * worldOf(camera);
        image.style.transform = `translate(${left}px, ${top}px) scale(${(size + 0.5) / TILE})`;
        wanted.set(key, image);
      }
    }
    tiles.replaceChildren(...wanted.values());
    shown = wanted;
  }

  /** @param {Camera} camera @param {{ tiles?: string }} [settings] */
  function draw(camera, { tiles: url = "" } = {}) {
    const ratio = window.devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    const colour = (/** @type {string} */ name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const world = worldOf(camera);
    if (url) drawTiles(camera, url);
    else {
      context.fillStyle = colour("--land");
      context.strokeStyle = colour("--coast");
      context.lineWidth = 1;
      const first = Math.floor(fromScreen(camera, 0, 0).x);
      const last = Math.floor(fromScreen(camera, camera.width, 0).x);
      for (let copy = first - 1; copy <= last + 1; copy += 1) {
        for (const line of LAND) {
          context.beginPath();
          for (let index = 0; index < line.length; index += 2) {
            const left = camera.width / 2 + (line[index] + copy - camera.x) * world;
            const top = camera.height / 2 + (line[index + 1] - camera.y) * world;
            if (index) context.lineTo(left, top);
            else context.moveTo(left, top);
          }
          context.closePath();
          context.fill();
          context.stroke();
        }
      }
    }
    drawGraticule(context, camera, colour, Boolean(url));
  }

  /** @param {CanvasRenderingContext2D} context @param {Camera} camera @param {(name: string) => string} colour @param {boolean} isQuiet */
  function drawGraticule(context, camera, colour, isQuiet) {
    const step = graticuleStep(camera);
    context.strokeStyle = colour("--graticule");
    context.fillStyle = colour("--soft");
    context.font = "11px system-ui, sans-serif";
    context.lineWidth = 1;
    if (isQuiet) return;
    const [from, to] = [fromScreen(camera, 0, 0), fromScreen(camera, camera.width, camera.height)];
    const [west, east] = [longitudeOf(from.x), longitudeOf(to.x)];
    context.beginPath();
    for (let number = Math.ceil(west / step); number * step <= east; number += 1) {
      const degrees = number * step;
      const left = Math.round(camera.width / 2 + (xOf(degrees) - camera.x) * worldOf(camera)) + 0.5;
      context.moveTo(left, 0);
      context.lineTo(left, camera.height);
      const turned = degrees - 360 * Math.round(degrees / 360);
      context.fillText(label(turned, "E", "W"), left + 4, camera.height - 6);
    }
    const { south, north } = boxOf(camera);
    for (let number = Math.ceil(south / step); number * step <= north; number += 1) {
      const degrees = number * step;
      if (Math.abs(degrees) > 85) continue;
      const top = Math.round(toScreen(camera, camera.x, yOf(degrees)).top) + 0.5;
      context.moveTo(0, top);
      context.lineTo(camera.width, top);
      context.fillText(label(degrees, "N", "S"), 6, top - 4);
    }
    context.stroke();
  }

  return { element, draw };
}

/** A place in words: 41.90° N, 12.50° E. @param {number} latitude @param {number} longitude */
export const placeText = (latitude, longitude) => `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? "S" : "N"}, ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? "W" : "E"}`;

/** The middle of a camera in degrees. @param {Camera} camera */
export const middleOf = (camera) => ({ latitude: latitudeOf(camera.y), longitude: longitudeOf(camera.x) });
