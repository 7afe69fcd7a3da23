// The timeline: filmstrip, waveform, shots, what is loaded, the range with its handles, tracks of panels, and the playhead.

import { bytesOf, derivative } from "../api.js";
import { h } from "../dom.js";
import { loadTiles, showTile, tileAt } from "../sprite.js";
import { drawPeaks, readPeaks } from "./waveform.js";

/** @typedef {import("./film.js").Film} Film */
/** @typedef {import("../sprite.js").Tile} Tile */

const MOST = 400; // times the width of the box
const PAGE_SHARE = 0.1; // of what is seen, by which Page Up and Page Down go

/** A line of the strip at the width and height in which it is drawn, of the pixels of the screen. @param {HTMLCanvasElement} canvas */
function sized(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) => Math.max(1, Math.round(length * devicePixelRatio)));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return { width, height };
}

/**
 * Draw the filmstrip of the time from `start` to `end`: at each place the tile of its time.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLImageElement} sprite
 * @param {readonly Tile[]} tiles
 * @param {number} start
 * @param {number} end
 */
function drawStrip(canvas, sprite, tiles, start, end) {
  const context = canvas.getContext("2d");
  if (!context || !sprite.naturalWidth) return;
  const { width, height } = canvas;
  const each = Math.max(8, (tiles[0].width / tiles[0].height) * height);
  const perPixel = (end - start) / width;
  context.clearRect(0, 0, width, height);
  // Tiles stand on a grid that moves with the time, so that they do not flicker as one scrolls.
  const first = Math.floor(start / perPixel / each);
  for (let at = first; at * each < start / perPixel + width; at += 1) {
    const tile = tileAt([...tiles], (at + 0.5) * each * perPixel);
    context.drawImage(sprite, tile.x, tile.y, tile.width, tile.height, at * each - start / perPixel, 0, each - 1, height);
  }
}

/**
 * @typedef {object} Settings
 * @property {Film} film
 * @property {import("dampipe-api").Schemas["Video"]} video
 * @property {readonly number[]} shots when shots start, in seconds
 * @property {(seconds: number) => string} clock a time as the player writes it
 * @property {AbortSignal} signal
 */

/** @param {Settings} settings */
export function makeTimeline({ film, video, shots: starts, clock, signal }) {
  const has = (/** @type {string} */ kind) => video.derivatives.some((made) => made.kind === kind);
  const strip = h("canvas", { class: "strip", hidden: true, "aria-hidden": "true" });
  const wave = h("canvas", { class: "wave", hidden: true, "aria-hidden": "true" });
  const [loaded, shots, playhead] = ["loaded", "shots", "head"].map((name) => h("div", { class: name }));
  const range = h("div", { class: "range", hidden: true });
  const handle = (/** @type {string} */ name, /** @type {string} */ side) =>
    h("div", { class: `handle ${side}`, role: "slider", tabIndex: 0, hidden: true, "aria-label": name, "aria-orientation": "horizontal" });
  const handles = { start: handle("In", "in"), end: handle("Out", "out") };
  const picture = h("div", { class: "tile" });
  const pointedAt = h("span");
  const preview = h("div", { class: "preview", hidden: true, "aria-hidden": "true" }, picture, pointedAt);
  const slider = h("div", { class: "slider", role: "slider", tabIndex: 0, "aria-label": "Time", "aria-orientation": "horizontal" }, strip, wave, loaded, shots);
  const bar = h("div", { class: "lane" }, slider, range, handles.start, handles.end, playhead);
  const tracks = h("div", { class: "tracks" });
  const inner = h("div", { class: "inner" }, bar, tracks);
  const scroller = h("div", { class: "scroller" }, inner);
  const element = h("section", { class: "timeline", "aria-label": "Timeline" }, scroller, preview);
  let zoom = 1;
  /** @type {readonly Tile[]} */
  let tiles = [];
  /** @type {HTMLImageElement | null} */
  let sprite = null;
  /** @type {import("./waveform.js").Peaks | null} */
  let peaks = null;
  let isDrawing = false;

  const percent = (/** @type {number} */ time) => `${(100 * Math.min(Math.max(time, 0), film.duration)) / (film.duration || 1)}%`;

  /** The time that is seen at the edges of the box. */
  function seen() {
    const whole = inner.clientWidth || 1;
    const start = (scroller.scrollLeft / whole) * film.duration;
    return { start, end: start + (scroller.clientWidth / whole) * film.duration };
  }

  function drawNow() {
    isDrawing = false;
    if (signal.aborted) return;
    const { start, end } = seen();
    for (const canvas of [strip, wave]) canvas.style.width = `${scroller.clientWidth}px`; // what is seen, of what may be much wider
    const colour = getComputedStyle(element).getPropertyValue("color");
    if (sprite && tiles.length) {
      sized(strip);
      drawStrip(strip, sprite, tiles, start, end);
    }
    if (peaks) {
      sized(wave);
      drawPeaks(wave, peaks, start, end, colour);
    }
  }

  /** Draw what is seen, once before the screen is drawn. */
  function draw() {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(drawNow);
  }

  function showTime() {
    const { frame, time, grid, duration } = film;
    playhead.style.left = percent(time);
    slider.setAttribute("aria-valuemin", "0");
    slider.setAttribute("aria-valuemax", String(grid ? grid.count - 1 : Math.round(duration * 1000) / 1000));
    slider.setAttribute("aria-valuenow", String(frame ?? Math.round(time * 1000) / 1000));
    slider.setAttribute("aria-valuetext", clock(time));
    if (zoom > 1 && film.isPlaying) follow();
  }

  /** While it plays, what is seen turns over like a page. */
  function follow() {
    const { start, end } = seen();
    if (film.time < start || film.time > end) scrollTo(film.time, 0.05);
  }

  /** Have a time stand at a share of the box. @param {number} time @param {number} share */
  function scrollTo(time, share) {
    scroller.scrollLeft = (time / film.duration) * inner.clientWidth - share * scroller.clientWidth;
  }

  function showRange() {
    const now = film.range;
    range.hidden = !now;
    for (const side of /** @type {const} */ (["start", "end"])) {
      const one = handles[side];
      one.hidden = !now;
      if (!now) continue;
      one.style.left = percent(now[side]);
      one.setAttribute("aria-valuemin", "0");
      one.setAttribute("aria-valuemax", String(film.duration));
      one.setAttribute("aria-valuenow", String(now[side]));
      one.setAttribute("aria-valuetext", clock(now[side]));
    }
    if (now) Object.assign(range.style, { left: percent(now.start), width: percent(now.end - now.start) });
  }

  function showLoaded() {
    const { buffered } = film.element;
    loaded.replaceChildren(...Array.from({ length: buffered.length }, (_, at) => {
      const span = h("i");
      Object.assign(span.style, { left: percent(buffered.start(at)), width: percent(buffered.end(at) - buffered.start(at)) });
      return span;
    }));
  }

  function showShots() {
    shots.replaceChildren(...starts.slice(1).map((time) => {
      const mark = h("i");
      mark.style.left = percent(time);
      return mark;
    }));
  }

  /** The time at a place of the screen. @param {{ clientX: number }} event */
  function timeAt({ clientX }) {
    const { left, width } = inner.getBoundingClientRect();
    return Math.min(Math.max((clientX - left) / width, 0), 1) * film.duration;
  }

  /** @param {{ clientX: number }} event */
  function showPreview(event) {
    const time = timeAt(event);
    const { left, width } = element.getBoundingClientRect();
    preview.hidden = false;
    pointedAt.textContent = clock(film.grid ? film.grid.begin(film.grid.frame(time)) : time);
    picture.hidden = !tiles.length;
    if (tiles.length) showTile(picture, video.sha1, tileAt([...tiles], time), [...tiles]);
    const half = preview.offsetWidth / 2;
    preview.style.left = `${Math.min(Math.max(event.clientX - left, half), width - half)}px`;
  }

  /** Call `move` with times while a pointer that went down on an element moves. @param {HTMLElement} on @param {(time: number) => void} move */
  function drag(on, move) {
    on.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // no text is selected
      on.focus({ preventScroll: true });
      on.setPointerCapture(event.pointerId);
      move(timeAt(event));
      showPreview(event);
      const go = (/** @type {PointerEvent} */ moved) => {
        move(timeAt(moved));
        showPreview(moved);
      };
      const ended = new AbortController();
      on.addEventListener("pointermove", go, { signal: ended.signal });
      for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) on.addEventListener(name, () => {
        ended.abort();
        preview.hidden = true;
      }, { signal: ended.signal });
    });
  }

  drag(slider, (time) => film.seek(Math.min(time, film.duration - 1e-6)));
  /** Where a handle is set: the frame that is shown at a time, or for Out the one after it. @param {"start" | "end"} side @param {number} time */
  function setHandle(side, time) {
    const now = film.range;
    if (!now) return;
    const { grid } = film;
    const near = grid ? grid.begin(nearest(grid, time)) : time;
    const least = grid ? grid.begin(1) - grid.begin(0) : 0.001;
    film.range = side === "start" ? { start: Math.min(near, now.end - least), end: now.end } : { start: now.start, end: Math.max(near, now.start + least) };
  }

  /** The number of the frame that begins nearest to a time; that of the end is the count. @param {NonNullable<Film["grid"]>} grid @param {number} time */
  function nearest(grid, time) {
    const frame = grid.frame(time);
    return time - grid.begin(frame) > grid.begin(frame + 1) - time ? frame + 1 : frame;
  }

  for (const side of /** @type {const} */ (["start", "end"])) {
    drag(handles[side], (time) => setHandle(side, time));
    handles[side].addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!by || event.ctrlKey || event.altKey || !film.range) return;
      event.preventDefault();
      event.stopPropagation();
      const { grid } = film;
      const time = film.range[side];
      const frames = by * (event.shiftKey ? 10 : 1);
      const at = grid ? Math.min(Math.max(nearest(grid, time) + frames, 0), grid.count) : 0;
      setHandle(side, grid ? grid.begin(at) : time + frames / 10);
    });
  }
  slider.addEventListener("keydown", (event) => { // the arrows are keys of the player; a slider has these, too
    const by = { PageUp: PAGE_SHARE, PageDown: -PAGE_SHARE }[event.key];
    if (!by) return;
    event.preventDefault();
    const { start, end } = seen();
    film.seek(film.time + by * (end - start));
  });
  slider.addEventListener("pointermove", (event) => event.pointerType === "mouse" && showPreview(event));
  slider.addEventListener("pointerleave", () => (preview.hidden = true));

  /** @param {number} factor @param {number} [time] that stays where it is */
  function zoomBy(factor, time = film.time) {
    const { start, end } = seen();
    const share = time >= start && time <= end ? (time - start) / (end - start || 1) : 0.5;
    zoom = Math.min(Math.max(zoom * factor, 1), MOST);
    inner.style.width = `${100 * zoom}%`;
    scrollTo(time, share);
    draw();
  }

  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * 0.004), timeAt(event));
  }, { passive: false });
  scroller.addEventListener("scroll", draw, { passive: true });
  const observer = new ResizeObserver(draw);
  observer.observe(scroller);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  film.events.addEventListener("time", showTime, { signal });
  film.events.addEventListener("range", showRange, { signal });
  for (const name of ["progress", "loadedmetadata"]) film.element.addEventListener(name, showLoaded, { signal });
  film.element.addEventListener("durationchange", () => (showTime(), draw()), { signal });
  showShots();
  showTime();

  async function loadStrip() {
    tiles = has("sprite") ? await loadTiles(video.sha1) : [];
    if (!tiles.length || signal.aborted) return;
    sprite = new Image();
    sprite.src = derivative(video.sha1, "sprite", video.derivatives);
    await sprite.decode();
    strip.hidden = false;
    draw();
  }

  async function loadWave() {
    if (!has("waveform")) return;
    peaks = readPeaks(await bytesOf(derivative(video.sha1, "waveform", video.derivatives), signal));
    wave.hidden = !peaks;
    draw();
  }

  for (const load of [loadStrip, loadWave]) load().catch(() => {}); // the timeline serves without it
  return {
    element, slider, zoomBy,
    /** @param {HTMLElement} track @param {string} label @param {number} [order] */
    addTrack(track, label, order = 100) {
      const row = h("div", { class: "track", role: "group", "aria-label": label, "data-order": order }, track);
      const after = [...tracks.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.order) > order);
      tracks.insertBefore(row, after ?? null);
    },
  };
}

/** @typedef {ReturnType<typeof makeTimeline>} Timeline */
