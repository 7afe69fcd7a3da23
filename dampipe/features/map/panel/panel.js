// The map of where assets were recorded. It asks no other server, unless the settings name one for tiles.

import { changed, parseAddress, writeAddress } from "/page/address.js";
import { derivative, describe, get } from "/page/api.js";
import { h } from "/page/dom.js";
import { names } from "/page/filters.js";
import { follow, newest } from "/page/follow.js";
import { plural } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { page } from "/page/state.js";
import { makeGround, middleOf, placeText } from "./ground.js";
import { moveByPointers } from "./pointers.js";
import { boxOf, cameraOn, clamped, joined, scaleOf, worldOf, xOf, yOf, zoomed } from "./projection.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./projection.js").Camera} Camera */
/** @typedef {Schemas["Cluster"]} Cluster */

/** Milliseconds that the map has to rest before the clusters of what it shows are asked for. */
const REST = 120;
/** Cells by which a filter names what it wants; of more, by a box around them all. */
const MOST_CELLS = 12;
const keys = declareKeys("Map", {
  west: { keys: ["ArrowLeft"], does: "Move the map to the west" },
  east: { keys: ["ArrowRight"], does: "Move the map to the east" },
  north: { keys: ["ArrowUp"], does: "Move the map to the north" },
  south: { keys: ["ArrowDown"], does: "Move the map to the south" },
  closer: { keys: ["+", "="], does: "Zoom in" },
  wider: { keys: ["-"], does: "Zoom out" },
  all: { keys: ["0"], does: "Show all assets with a position" },
});

/** @param {number} assets */
const radiusOf = (assets) => 22 + Math.min(12, 3 * Math.log10(assets));

/** The condition of a query that assets lie in a box. @param {{ west: number, south: number, east: number, north: number }} box */
function inBox({ west, south, east, north }) {
  const number = (/** @type {number} */ degrees) => String(Number(degrees.toFixed(7)));
  const across = east < west ? `(longitude>=${number(west)} or longitude<${number(east)})` : `longitude>=${number(west)} and longitude<=${number(east)}`;
  return `latitude>=${number(south)} and latitude<=${number(north)} and ${across}`;
}

/** The condition for cells. @param {readonly Cluster[]} members */
function inCells(members) {
  if (members.length <= MOST_CELLS) return members.map((one) => (members.length > 1 ? `(${inBox(one)})` : inBox(one))).join(" or ");
  const of = (/** @type {(one: Cluster) => number} */ part, /** @type {(...all: number[]) => number} */ choose) => choose(...members.map(part));
  return inBox({ west: of(({ west }) => west, Math.min), south: of(({ south }) => south, Math.min), east: of(({ east }) => east, Math.max), north: of(({ north }) => north, Math.max) });
}

/** The list of assets that lie somewhere, with the filters of the map. @param {URLSearchParams} parameters @param {string} where */
function listOf(parameters, where) {
  const before = parameters.get("where");
  const both = before ? `(${before}) and (${where})` : where;
  return writeAddress("/", changed(parameters, { at: null, where: both }));
}

/** @param {string | null} text of the address: latitude, longitude and zoom @param {{ width: number, height: number }} size */
function cameraAt(text, size) {
  const [latitude, longitude, zoom] = (text ?? "").split(",").map(Number);
  if (![latitude, longitude, zoom].every(Number.isFinite)) return null;
  return clamped({ x: xOf(longitude), y: yOf(latitude), zoom, ...size });
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
async function map(main, signal, parameters) {
  const filters = [...parameters].filter(([name, value]) => value && names.includes(name) && !["like", "picture"].includes(name));
  const ground = makeGround();
  const bubbles = h("div", { class: "bubbles" });
  const scale = h("div", { class: "scale", "aria-hidden": "true" });
  const credit = h("p", { class: "credit" });
  const line = h("p", { class: "map-line", role: "status" });
  const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => unknown} */ onclick) => h("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  const controls = h("div", { class: "map-controls" }, button("+", "Zoom in", () => zoom(1)), button("−", "Zoom out", () => zoom(-1)), button("⤢", "Show all assets with a position", () => showAll()));
  const element = h("section", { class: "map", tabIndex: 0, "aria-label": "Map of where assets were recorded; arrow keys move it, plus and minus zoom", "data-key": "map" }, ground.element, bubbles, scale, credit, controls);
  main.replaceChildren(h("div", { class: "map-view" }, h("h2", { class: "unseen" }, "Map"), line, element));

  const size = () => ({ width: element.clientWidth || 800, height: element.clientHeight || 500 });
  /** @type {Camera} */
  let camera = clamped({ x: 0.5, y: 0.45, zoom: 1, ...size() });
  /** @type {Schemas["MapReport"] | null} */
  let report = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isPlanned = false;

  function draw() {
    isPlanned = false;
    if (signal.aborted) return;
    ground.draw(camera, { tiles: report?.tiles?.url ?? "" });
    const { metres, pixels } = scaleOf(camera);
    scale.textContent = metres >= 1000 ? `${(metres / 1000).toLocaleString()} km` : `${metres} m`;
    scale.style.width = `${pixels}px`;
    drawBubbles();
  }
  const plan = () => {
    if (!isPlanned) requestAnimationFrame(draw);
    isPlanned = true;
  };

  /** @type {Map<string, HTMLAnchorElement>} */
  let shown = new Map();
  function drawBubbles() {
    const found = joined(camera, report?.clusters ?? [], radiusOf);
    /** @type {Map<string, HTMLAnchorElement>} */
    const wanted = new Map();
    for (const { left, top, assets, members } of found) {
      const [first] = members;
      const [across, down] = [left < -60 || left > camera.width + 60, top < -60 || top > camera.height + 60];
      if (across || down) continue;
      const key = `${first.west} ${first.north} ${assets} ${members.length} ${first.cover}`;
      const made = shown.get(key) ?? bubble(first, assets, members);
      made.style.transform = `translate(${left}px, ${top}px)`;
      wanted.set(key, made);
    }
    const stale = [...shown].filter(([key]) => !wanted.has(key));
    for (const [, one] of stale) one.remove();
    for (const one of wanted.values()) if (!one.isConnected) bubbles.append(one);
    shown = wanted;
  }

  /** @param {Cluster} first @param {number} assets @param {Cluster[]} members */
  function bubble(first, assets, members) {
    const picture = h("img", { src: derivative(first.cover, "poster"), alt: "", loading: "lazy", draggable: false });
    picture.addEventListener("error", () => picture.remove());
    const made = h("a", {
      class: "bubble", href: listOf(parameters, inCells(members)), draggable: false, "data-key": `bubble-${first.west}-${first.north}`,
      "aria-label": `${plural(assets, "asset")} near ${placeText(first.latitude, first.longitude)}`, title: assets === 1 ? first.name : `${plural(assets, "asset")}: the newest is ${first.name}`,
    }, picture, h("span", { class: "number" }, assets > 9999 ? `${Math.round(assets / 1000)}k` : assets.toLocaleString()));
    const radius = radiusOf(assets);
    made.style.setProperty("--radius", `${radius}px`);
    return made;
  }

  const read = newest(() => {
    const { west, south, east, north } = boxOf(camera);
    const box = [west, south, east, north].map((one) => one.toFixed(5)).join(",");
    return get("/map", [...filters, ["box", box], ["zoom", Math.max(0, Math.floor(camera.zoom))]], signal);
  }, (found) => {
    if (signal.aborted) return;
    report = found;
    const here = found.assets === found.placed ? "" : ` ${found.assets.toLocaleString()} of them here.`;
    const without = found.without ? ` ${plural(found.without, "asset")} without one.` : "";
    line.replaceChildren(`${plural(found.placed, "asset")} with a position.${here}${without} `,
      found.assets ? h("a", { href: listOf(parameters, inBox(boxOf(camera))), "data-key": "show-here" }, `Show ${found.assets === 1 ? "it" : `these ${found.assets.toLocaleString()}`} as a list`) : "");
    credit.textContent = found.tiles?.credit ?? "";
    element.classList.toggle("tiled", Boolean(found.tiles?.url));
    plan();
  });
  const refresh = () => read().catch((problem) => {
    if (!signal.aborted) line.textContent = describe(problem);
  });

  function note() {
    const { latitude, longitude } = middleOf(camera);
    const { path, parameters: now } = parseAddress(location.hash);
    if (path !== "/map") return;
    const address = writeAddress(path, changed(now, { at: `${latitude.toFixed(4)},${longitude.toFixed(4)},${camera.zoom.toFixed(2)}` }));
    history.replaceState(history.state, "", address);
    page.set({ address: parseAddress(address), view: address });
  }

  /** @param {Camera} next */
  function move(next) {
    camera = clamped(next);
    plan();
    clearTimeout(timer);
    timer = setTimeout(() => {
      note();
      refresh();
    }, REST);
  }
  const zoom = (/** @type {number} */ by) => move(zoomed(camera, by, camera.width / 2, camera.height / 2));
  const pan = (/** @type {number} */ across, /** @type {number} */ down) => move({ ...camera, x: camera.x + (across * camera.width) / worldOf(camera), y: camera.y + (down * camera.height) / worldOf(camera) });
  const showAll = () => {
    if (!report?.extent) return;
    const [west, south, east, north] = report.extent;
    move(cameraOn(size(), west, south, east, north));
  };

  keys({
    west: () => pan(-0.25, 0), east: () => pan(0.25, 0), north: () => pan(0, -0.25), south: () => pan(0, 0.25),
    closer: () => zoom(1), wider: () => zoom(-1), all: showAll,
  }, { signal, within: element });
  moveByPointers(element, signal, () => camera, move);
  const watcher = new ResizeObserver(() => {
    camera = clamped({ ...camera, ...size() });
    plan();
  });
  watcher.observe(element);
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    clearTimeout(timer);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", plan, { signal });

  const asked = cameraAt(parameters.get("at"), size());
  if (asked) camera = asked;
  await refresh();
  const extent = report ? /** @type {Schemas["MapReport"]} */ (report).extent : null;
  if (!asked && extent) {
    camera = cameraOn(size(), extent[0], extent[1], extent[2], extent[3]);
    await refresh();
  }
  draw();
  follow(signal, ["asset.", "version.", "metadata."], refresh);
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/map", label: "Map", area: "library", scope: "search", order: 40, isList: true, show: map }];
