// The view that compares two or more assets, or versions of one, on one clock: side by side, with a wipe, or by their difference.

import { changed, playerLink, writeAddress } from "../address.js";
import { get } from "../api.js";
import { h, notice } from "../dom.js";
import { declareKeys } from "../keys.js";
import { page } from "../state.js";
import { clockOf, iconButton } from "./controls.js";
import { playableProxy, posterOf, sizeOf } from "./details.js";
import { Film } from "./film.js";
import { gridOf } from "./frames.js";
import { setIcon } from "./icons.js";
import { makeTimeline } from "./timeline.js";
import { follow, mapped } from "./together.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("./together.js").Pair} Pair */

const MOST = 4;
/** Times of the first that are looked up in another version at once; what lies between them follows from them. */
const SAMPLES = 160;
const GAINS = [1, 2, 4, 8, 16];
/** @type {[string, string, string][]} */
const MODES = [["side", "Side by side", "s"], ["wipe", "Wipe", "w"], ["difference", "Difference", "d"]];

const keys = declareKeys("Compare", {
  toggle: { keys: ["Space", "k"], does: "Play or pause" },
  on: { keys: ["ArrowRight"], does: "One frame on" },
  back: { keys: ["ArrowLeft"], does: "One frame back" },
  secondOn: { keys: ["Shift+ArrowRight"], does: "One second on" },
  secondBack: { keys: ["Shift+ArrowLeft"], does: "One second back" },
  first: { keys: ["Home"], does: "To the first frame" },
  later: { keys: ["]"], does: "The others one frame later" },
  earlier: { keys: ["["], does: "The others one frame earlier" },
  side: { keys: ["s"], does: "Side by side" },
  wipe: { keys: ["w"], does: "Wipe" },
  difference: { keys: ["d"], does: "Difference" },
});

/**
 * One of those that are compared.
 * @typedef {object} One
 * @property {Schemas["Details"]} asset
 * @property {HTMLVideoElement | HTMLImageElement | null} element
 * @property {Film | null} film
 * @property {EventTarget} events
 * @property {readonly number[]} shots
 */

/** @param {string} sha1 @param {AbortSignal} signal @returns {Promise<One>} */
async function load(sha1, signal) {
  const [asset, playback] = await Promise.all([get(`/assets/${sha1}`, { exact: true }, signal), get(`/versions/${sha1}/playback`, {}, signal)]);
  const { video } = asset;
  const events = new EventTarget();
  const [src, poster] = [playableProxy(video), posterOf(video)];
  if (!src) return { asset, element: poster ? h("img", { src: poster, alt: video.name, draggable: false }) : null, film: null, events, shots: [] };
  const element = h("video", { src, playsInline: true, preload: "auto", muted: true, tabIndex: -1, "aria-label": `Picture of ${video.name}` });
  if (poster) element.poster = poster;
  return { asset, element, film: new Film(element, playback.frames ? gridOf(playback.frames) : null, video.media?.duration ?? 0, events, signal), events, shots: playback.shots };
}

/** Whether two are versions of one asset. @param {One} first @param {One} other */
const isVersion = (first, other) => first.asset.versions.some(({ sha1 }) => sha1 === other.asset.video.sha1);

/**
 * Where the frames of the first are in a version of the same asset; null while that is not known.
 * @param {One} first
 * @param {One} other
 * @param {readonly number[]} times seconds
 * @param {AbortSignal} signal
 * @returns {Promise<Pair[] | null>}
 */
async function carried(first, other, times, signal) {
  const { film } = first;
  if (!film?.grid) return null;
  const { grid } = film;
  const asked = [...new Set(times.map(grid.frame))];
  const query = [["to", other.asset.video.sha1], ...asked.map((frame) => ["time", grid.text(frame)])];
  const { times: found } = await get(`/versions/${first.asset.video.sha1}/carry`, /** @type {[string, string][]} */ (query), signal);
  if (found.some(({ fate }) => fate === "pending")) return null;
  return found.map(({ carried: to }, at) => ({ from: grid.begin(asked[at]), to: to?.seconds ?? null }));
}

/** Times of a film, evenly from its first frame to its last. @param {Film} film */
function samples({ grid, duration }) {
  const count = Math.min(SAMPLES, grid?.count ?? SAMPLES);
  return Array.from({ length: count }, (_, at) => (grid ? grid.begin(Math.round((at * (grid.count - 1)) / Math.max(count - 1, 1))) : (at * duration) / count));
}

/**
 * Where the clock of the first stands in another one: by the same footage where both are versions of an asset, else by an offset.
 * `look` finds the frame in view exactly.
 * @param {One} first
 * @param {One} other
 * @param {number} offset seconds that the other is later
 * @param {AbortSignal} signal
 */
async function placing(first, other, offset, signal) {
  const pairs = isVersion(first, other) && first.film ? await carried(first, other, samples(first.film), signal).catch(() => null) : null;
  const follows = pairs ? mapped(pairs) : (/** @type {number} */ time) => ({ time, isThere: true });
  const state = { offset, isCarried: pairs !== null, exact: /** @type {Pair | null} */ (null) };
  return {
    state,
    /** @param {number} time @returns {import("./together.js").Place} */
    place(time) {
      const { exact } = state;
      const found = exact && Math.abs(exact.from - time) < 1e-6 ? { time: exact.to ?? follows(time).time, isThere: exact.to !== null } : follows(time);
      return { ...found, time: Math.max(0, found.time + state.offset) };
    },
    /** Find where a moment is, exactly; resolves with whether that was new. @param {number} time */
    async look(time) {
      if (!state.isCarried || state.exact?.from === time) return false;
      const found = await carried(first, other, [time], signal).catch(() => null);
      if (!found) return false;
      [state.exact] = found;
      return true;
    },
  };
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export async function compare(main, signal, parameters) {
  const names = parameters.getAll("v").slice(0, MOST);
  if (names.length < 2) {
    main.replaceChildren(notice("There is nothing to compare yet.", "Open an asset and press Compare, then do so with another one; or compare versions in the tab Versions of an asset."));
    return;
  }
  const all = await Promise.all(names.map((name) => load(name, signal)));
  const [first, ...others] = all;
  const offsets = parameters.getAll("offset").map(Number);
  const places = await Promise.all(others.map((other, at) => placing(first, other, offsets[at] || 0, signal)));
  if (signal.aborted) return;

  /** @param {Record<string, string>} changes */
  function note(changes) {
    const kept = changed(parameters, { ...changes, offset: null });
    if (places.some(({ state }) => state.offset)) for (const { state } of places) kept.append("offset", String(state.offset));
    parameters = kept;
    const address = writeAddress("/compare", kept);
    history.replaceState(history.state, "", address);
    page.set({ view: address });
  }

  const labels = all.map(({ asset }, at) => h("span", { class: "named" }, `${"ABCD"[at]} `, h("a", { href: playerLink(asset.video.sha1) }, asset.video.name)));
  const lines = all.map(() => h("small", { class: "where" }));
  const cells = all.map(({ element, asset }, at) => {
    const cell = h("figure", { class: "compared" }, h("div", { class: "sheet" }, element ?? h("p", {}, "There is nothing to look at.")), h("figcaption", {}, labels[at], lines[at]));
    const { width, height } = sizeOf(asset.video);
    cell.style.setProperty("--ratio", String(width / height));
    return cell;
  });
  const divider = h("div", { class: "divider", role: "slider", tabIndex: 0, "aria-label": "Wipe", "aria-valuemin": "0", "aria-valuemax": "100" });
  const board = h("div", { class: "board" }, cells, divider);
  board.style.setProperty("--first", cells[0].style.getPropertyValue("--ratio"));
  board.style.setProperty("--columns", String(Math.min(all.length, 2)));

  let wipe = 50;
  /** @param {number} percent */
  function setWipe(percent) {
    wipe = Math.min(Math.max(percent, 0), 100);
    board.style.setProperty("--wipe", `${wipe}%`);
    divider.setAttribute("aria-valuenow", String(Math.round(wipe)));
  }
  divider.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    setWipe(wipe + by);
  });
  board.addEventListener("pointerdown", (event) => {
    if (board.dataset.mode !== "wipe" || (event.target instanceof Element && event.target.closest("a"))) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ { clientX }) => {
      const { left, width } = board.getBoundingClientRect();
      setWipe((100 * (clientX - left)) / width);
    };
    move(event);
    const ended = new AbortController();
    board.addEventListener("pointermove", move, { signal: ended.signal });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) board.addEventListener(name, () => ended.abort(), { signal: ended.signal });
  });

  const gain = h("select", { "aria-label": "How much the difference is amplified", onchange: (event) => board.style.setProperty("--gain", event.target.value) },
    GAINS.map((one) => h("option", { value: String(one), selected: one === 4 }, `× ${one}`)));
  board.style.setProperty("--gain", "4");
  const buttons = MODES.map(([mode, label, key]) => h("button", { type: "button", title: `${label} (${key.toUpperCase()})`, "data-mode": mode, onclick: () => setMode(mode) }, label));
  /** @param {string} mode */
  function setMode(mode) {
    board.dataset.mode = mode;
    gain.hidden = mode !== "difference";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    if ((parameters.get("mode") ?? "side") !== mode) note({ mode: mode === "side" ? "" : mode });
  }

  const bar = h("div", { class: "bar compare-bar" }, h("h2", {}, `Compare ${all.length} ${others.every((other) => isVersion(first, other)) ? "versions" : "files"}`),
    h("div", { class: "modes", role: "group", "aria-label": "How to compare" }, buttons, gain));
  const parts = /** @type {HTMLElement[]} */ ([bar, board]);
  const { film } = first;

  /** What is said below each: the time code there, and whether the frame in view is there at all. */
  function say() {
    all.forEach((one, at) => {
      const isThere = at === 0 || places[at - 1].place(film?.time ?? 0).isThere;
      lines[at].textContent = one.film ? `${clockOf(one.film)(one.film.time)}${isThere ? "" : " – this frame is not in it"}` : "";
      cells[at].classList.toggle("absent", !isThere);
    });
  }

  if (film) {
    const following = follow(film, others.flatMap((other, at) => (other.film ? [{ film: other.film, place: places[at].place }] : [])), first.events, signal);
    const lookUp = async () => {
      if (film.isPlaying) return;
      const news = await Promise.all(places.map(({ look }) => look(film.time)));
      if (news.some(Boolean) && !signal.aborted && !film.isPlaying) following.set();
      if (!signal.aborted) say();
    };
    for (const { events } of all) events.addEventListener("time", say, { signal });
    for (const name of ["time", "pause"]) first.events.addEventListener(name, lookUp, { signal });

    const play = iconButton("Play", "play", "Space", () => film.toggle(), "play");
    const showPlay = () => {
      setIcon(play, film.isPlaying ? "pause" : "play");
      play.setAttribute("aria-label", film.isPlaying ? "Pause" : "Play");
    };
    for (const name of ["play", "pause"]) first.events.addEventListener(name, showPlay, { signal });
    const listen = h("select", { "aria-label": "Whose sound is heard", onchange: (event) => all.forEach((one, at) => one.film && (one.film.element.muted = String(at) !== event.target.value)) },
      h("option", { value: "" }, "No sound"), all.map((one, at) => h("option", { value: String(at) }, `Sound of ${"ABCD"[at]}`)));
    const frame = film.grid ? film.grid.begin(1) - film.grid.begin(0) : 0.04;
    const offset = h("output", { class: "offset" });
    /** @param {number} by frames */
    function shift(by) {
      for (const { state } of places) state.offset = Math.round((state.offset + by * frame) * 1e6) / 1e6;
      note({});
      following.set();
      showOffset();
      say();
    }
    const showOffset = () => {
      const frames = Math.round((places[0]?.state.offset ?? 0) / frame);
      const how = places.every(({ state }) => state.isCarried) ? "Aligned by the same footage" : "Aligned by their beginnings";
      offset.textContent = frames ? `${how}, ${frames > 0 ? "+" : ""}${frames} frames` : how;
    };
    const step = (/** @type {number} */ by) => film.step(by);
    const line = makeTimeline({ film, video: first.asset.video, shots: first.shots, clock: clockOf(film), signal });
    parts.push(line.element, h("div", { class: "controls", role: "group", "aria-label": "Controls" },
      h("div", { class: "set middle" }, iconButton("One frame back", "frameBack", "←", () => step(-1)), play, iconButton("One frame on", "frameOn", "→", () => step(1))),
      h("div", { class: "set" }, iconButton("The others one frame earlier", "reduce", "[", () => shift(-1)), offset, iconButton("The others one frame later", "enlarge", "]", () => shift(1))),
      h("div", { class: "set" }, listen)));
    const wheel = film.duration;
    keys({
      toggle: () => film.toggle(), on: () => step(1), back: () => step(-1), secondOn: () => film.seek(Math.min(film.time + 1, wheel)), secondBack: () => film.seek(Math.max(film.time - 1, 0)),
      first: () => film.seek(0), later: () => shift(1), earlier: () => shift(-1),
    }, { signal });
    showOffset();
    film.seek(Number(parameters.get("t")) || 0);
  }
  keys({ side: () => setMode("side"), wipe: () => setMode("wipe"), difference: () => setMode("difference") }, { signal });
  setWipe(50);
  setMode(MODES.some(([mode]) => mode === parameters.get("mode")) ? /** @type {string} */ (parameters.get("mode")) : "side");
  main.replaceChildren(h("section", { class: "compare" }, parts));
  say();
}
