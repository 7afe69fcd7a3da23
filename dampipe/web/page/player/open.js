// The player: one asset from a given time on, with all that is known about it, over the view that it was opened from.

import { changed, parseAddress, writeAddress } from "../address.js";
import { get } from "../api.js";
import { h, notice as noticeOf } from "../dom.js";
import { follow, newest } from "../follow.js";
import { panels } from "../panels.js";
import { page } from "../state.js";
import { clockOf, iconButton, makeControls } from "./controls.js";
import { details, olderVersion, playableProxy, posterOf, sizeOf, whyNotPlayed } from "./details.js";
import { Film } from "./film.js";
import { gridOf } from "./frames.js";
import { useFilmKeys, useListKeys, usePictureKeys, useStillKeys } from "./keys.js";
import { neighboursOf, preload } from "./neighbours.js";
import { makeSide } from "./side.js";
import { trackMenu } from "./sound.js";
import { makeStage } from "./stage.js";
import { fullSize } from "./still.js";
import { makeTimeline } from "./timeline.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("../panels.js").Player} Player */

/** Milliseconds after which the moment in view stands in the address: a browser allows so many changes of it only. */
const ADDRESS_PAUSE = 500;
/** Events by which the details of an asset change. */
const EVENTS = ["asset.", "version.", "tag.", "metadata.", "collection.", "licence.", "copy.", "stage."];

/** Change parameters of the address of the player, without a step in the history. @param {Record<string, string>} changes */
function noteInAddress(changes) {
  const { path, parameters } = parseAddress(location.hash);
  if (!path.startsWith("/asset/")) return;
  const address = writeAddress(path, changed(parameters, changes));
  if (address === location.hash) return;
  history.replaceState(history.state, "", address);
  page.set({ address: parseAddress(address) });
}

/** Open another asset of the list in the place of this one: Back leads to the list. @param {string} sha1 */
function openInstead(sha1) {
  const { parameters } = parseAddress(location.hash);
  location.replace(writeAddress(`/asset/${sha1}`, changed(parameters, { t: null })));
}

/**
 * What is played or looked at.
 * @param {Schemas["Details"]} asset
 * @param {Schemas["PlaybackReport"]} playback
 * @param {EventTarget} events
 * @param {AbortSignal} signal
 * @returns {{ kind: Player["kind"], element: HTMLVideoElement | HTMLImageElement | null, film: Film | null }}
 */
export function medium({ video }, playback, events, signal) {
  const [src, poster] = [playableProxy(video), posterOf(video)];
  if (src) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const element = h("video", { src, playsInline: true, preload: "auto", autoplay: !isCalm, tabIndex: -1, "aria-label": `Picture of ${video.name}` });
    if (poster) element.poster = poster;
    const film = new Film(element, playback.frames ? gridOf(playback.frames) : null, video.media?.duration ?? 0, events, signal);
    return { kind: video.media?.kind === "video" ? "film" : "sound", element, film };
  }
  const image = poster ? h("img", { src: poster, alt: video.name, draggable: false, tabIndex: -1 }) : null;
  return { kind: video.media?.kind === "still" && image ? "still" : "none", element: image, film: null };
}

/**
 * What panels may do with the player.
 * @param {Schemas["Details"]} asset
 * @param {ReturnType<typeof medium>} shown
 * @param {{ scope: HTMLElement, events: EventTarget, signal: AbortSignal, overlay: HTMLElement, say: (text: string) => void,
 *   addTool: (tool: HTMLElement) => void, addTrack: Player["addTrack"] }} parts
 * @returns {Player}
 */
export function playerOf(asset, { kind, element, film }, parts) {
  return {
    asset, kind, ...parts, picture: element, frames: film?.grid ?? null,
    get duration() {
      return film?.duration ?? 0;
    },
    time: () => film?.time ?? 0,
    frame: () => film?.frame ?? null,
    seek: (seconds) => film?.seek(seconds),
    seekFrame: (frame) => film?.seekFrame(frame),
    pause: () => film?.pause(),
    isPlaying: () => film?.isPlaying ?? false,
    range: () => film?.range ?? null,
    setRange(range) {
      if (film) film.range = range;
    },
    exact: (seconds) => film?.exact(seconds) ?? "0",
  };
}

/** What searches for moments similar to the one in view; null where the asset has no frames. @param {Schemas["Video"]} video @param {Film | null} film */
function similarButton(video, film) {
  if (!video.derivatives.some((made) => made.kind === "frames")) return null;
  const like = () => (film ? `${video.sha1}@${film.time.toFixed(2)}` : video.sha1);
  return h("button", { type: "button", onclick: () => (location.hash = `#/search?${new URLSearchParams({ like: like() })}`) }, "More like this");
}

/** What was put aside to be compared with what is opened next. @type {{ sha1: string, name: string } | null} */
let putAside = null;

/** What compares this asset with the one that was put aside before, or puts it aside. @param {Schemas["Video"]} video @param {(text: string) => void} say */
function compareButton({ sha1, name }, say) {
  const other = putAside && putAside.sha1 !== sha1 ? putAside : null;
  const run = () => {
    if (other) {
      putAside = null;
      location.hash = writeAddress("/compare", [["v", other.sha1], ["v", sha1]]);
    } else {
      putAside = { sha1, name };
      say("Open another asset, and press Compare there.");
    }
  };
  return h("button", { type: "button", title: other ? `Compare with ${other.name}` : "Compare with what you open next", onclick: run }, other ? "Compare with it" : "Compare");
}

/**
 * Say what is known of an asset in the tabs beside it; it is drawn again when it changes, except where the focus is.
 * @param {Schemas["Details"]} asset
 * @param {readonly number[]} heard
 * @param {Player} player
 * @param {ReturnType<typeof makeSide>} side
 */
async function describeIn(asset, heard, player, side) {
  const { signal } = player;
  const { sha1 } = asset.video;
  const [older, list] = [h("div", { class: "version-line" }), h("div")];
  /** @type {string | null} */
  let shown = null;
  /** @param {Schemas["Details"]} found */
  async function draw(found) {
    const json = JSON.stringify(found);
    const isFirst = shown === null;
    if (json === shown) return false;
    shown = json;
    older.replaceChildren(olderVersion(found) ?? "");
    if (isFirst || !list.contains(document.activeElement)) list.replaceChildren(await details(found, heard));
    if (!isFirst) document.dispatchEvent(new CustomEvent("asset-changed", { detail: found }));
    return true;
  }
  const read = newest(() => get(`/assets/${sha1}`, { exact: true }, signal), (found) => !signal.aborted && draw(found));
  const refresh = () => read().catch(() => false);
  await draw(asset);
  side.add(list);
  const context = { signal, refresh, time: player.time, seek: player.seek, player };
  for (const panel of await panels()) {
    try {
      side.add(...(panel.sections?.(asset, context) ?? []));
    } catch (error) {
      reportError(error); // of a plug-in; the others are shown
    }
  }
  follow(signal, EVENTS, refresh, { isMeant: ({ name, sha1: of }) => !name.startsWith("stage.") || of === sha1 });
  return older;
}

let showing = new AbortController(); // aborted when the player shows another asset, or is closed

/**
 * Open the player over the page. parameters: of its address: `t`, a time in seconds, `in` and `out`, and `tab`. It shows the version
 * that `sha1` is of, whether it is the current one or not. onClose: is called when it is closed.
 * @param {HTMLDialogElement} dialog
 * @param {string} sha1
 * @param {URLSearchParams} parameters
 * @param {() => void} onClose
 */
export async function open(dialog, sha1, parameters, onClose) {
  const [asset, playback] = await Promise.all([get(`/assets/${sha1}`, { exact: true }), get(`/versions/${sha1}/playback`)]);
  const { video } = asset;
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  const events = new EventTarget();
  const shown = medium(asset, playback, events, signal);
  const { film, element, kind } = shown;
  const settings = { signal, within: dialog };

  const leave = () => (element ?? close).focus({ preventScroll: true });
  const close = iconButton("Close", "clear", "Esc", () => dialog.close());
  const tools = h("div", { class: "tools-of-player" }, similarButton(video, film), kind === "none" ? null : compareButton(video, (text) => stage.say(text)));
  const [previous, next] = [iconButton("The one before in the list", "previous", "P", () => go(-1)), iconButton("The next of the list", "next", "N", () => go(1))];
  const place = h("span", { class: "place" });
  const list = h("div", { class: "neighbours", hidden: true }, previous, place, next);

  /** @type {import("../panels.js").Neighbours | null} */
  let near = null;
  /** @param {-1 | 1} by */
  function go(by) {
    const to = by > 0 ? near?.next : near?.previous;
    if (to) openInstead(to);
    return Boolean(to);
  }

  const stage = makeStage({
    picture: element ?? h("div"), size: sizeOf(video), wheels: kind === "still", events, signal,
    onTap: () => film?.toggle(), onSwipe: (by) => go(by),
  });
  stage.element.classList.add(kind);
  if (element instanceof HTMLVideoElement) element.addEventListener("loadedmetadata", () => stage.setSize({ width: element.videoWidth, height: element.videoHeight }), { signal });
  const whole = h("div", { class: "watch" }, stage.element);
  const notice = film ? null : whyNotPlayed(asset);
  if (notice) whole.append(notice);

  /** @type {import("./timeline.js").Timeline | null} */
  let timeline = null;
  if (film) {
    const line = makeTimeline({ film, video, shots: playback.shots, clock: clockOf(film), signal });
    const controls = makeControls({ film, whole, say: stage.say, leave, zoomTimeline: line.zoomBy, signal });
    const menu = trackMenu(film.element);
    if (menu) controls.element.append(menu);
    whole.append(line.element, controls.element);
    const mark = () => !events.dispatchEvent(new CustomEvent("marker", { cancelable: true, detail: { time: film.time, frame: film.frame } }));
    useFilmKeys(film, controls.acts, line, playback.shots, mark, settings);
    film.element.addEventListener("error", () => signal.aborted || stage.element.after(
      noticeOf("This browser cannot play the proxy of this file.", film.element.error?.code === MediaError.MEDIA_ERR_NETWORK ? "The server does not send it." : "It has no decoder for H.264 and AAC.")), { signal, once: true });
    noteMoment(film, events, signal);
    begin(film, parameters);
    timeline = line;
  } else if (element instanceof HTMLImageElement && kind === "still") {
    stage.element.append(fullSize(video, element, stage, events, signal));
    const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : whole.requestFullscreen?.());
    useStillKeys(stage, go, fullScreen, settings);
  }
  if (kind !== "none") usePictureKeys(stage, settings);
  useListKeys(go, settings);

  const side = makeSide(parameters.get("tab") ?? "", (tab) => noteInAddress({ tab }), signal);
  const player = playerOf(asset, shown, {
    scope: dialog, events, signal, overlay: stage.overlay, say: stage.say,
    addTool: (tool) => tools.append(tool),
    addTrack: (track, { label, order }) => timeline?.addTrack(track, label, order),
  });
  const older = await describeIn(asset, playback.heard, player, side);
  if (signal.aborted) return; // another asset was opened meanwhile

  const bar = h("div", { class: "bar" }, h("h2", { id: "player-name", title: video.paths[0] ?? "" }, video.name), list, close);
  // On a phone only the name and the way back stay in view: the bar would cover a third of the picture.
  const phone = matchMedia("(max-width: 40rem)");
  const placeTools = () => (phone.matches ? bar.after(tools) : close.before(tools));
  phone.addEventListener("change", placeTools, { signal });
  dialog.replaceChildren(
    bar,
    h("div", { class: "columns" }, h("div", { class: "main-column" }, older, whole), side.element));
  placeTools();
  dialog.onclose = () => {
    showing.abort();
    dialog.replaceChildren(); // also stops the download
    onClose();
  };
  // What had the focus may be drawn again: keys belong to what holds it.
  dialog.addEventListener("focusout", () => setTimeout(() => {
    if (dialog.open && !signal.aborted && document.activeElement === document.body) leave();
  }), { signal });
  if (!dialog.open) dialog.showModal();
  leave();
  neighboursOf(video.sha1, signal).then((found) => {
    if (!found || signal.aborted) return;
    near = found;
    list.hidden = !found.previous && !found.next;
    [previous.disabled, next.disabled] = [!found.previous, !found.next];
    place.textContent = found.at !== null && found.count ? `${(found.at + 1).toLocaleString()} of ${found.count.toLocaleString()}` : "";
    if (page.state.view && page.state.view !== "#/") noteInAddress({ list: page.state.view.slice(1) });
    preload(found);
  }, () => {});
}

/** Show the moment and the range of the address. @param {Film} film @param {URLSearchParams} parameters */
function begin(film, parameters) {
  const number = (/** @type {string} */ name) => {
    const value = Number(parameters.get(name) ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value : null;
  };
  const [start, end] = [number("in"), number("out")];
  if (start !== null || end !== null) film.range = { start: start ?? 0, end: end ?? film.duration };
  film.seek(number("t") ?? start ?? 0);
}

/** Have the moment in view in the address while nothing plays, and the range: a reload, and who gets the address, begin there. @param {Film} film @param {EventTarget} events @param {AbortSignal} signal */
function noteMoment(film, events, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let hasMoved = false; // before, the address says already where it began
  const note = () => {
    if (signal.aborted || film.isPlaying) return;
    const { range } = film;
    noteInAddress({ t: film.time.toFixed(3), in: range ? range.start.toFixed(3) : "", out: range ? range.end.toFixed(3) : "" });
  };
  const later = () => {
    clearTimeout(timer);
    if (hasMoved) timer = setTimeout(note, ADDRESS_PAUSE);
  };
  for (const name of ["time", "pause", "range"]) events.addEventListener(name, later, { signal });
  events.addEventListener("play", () => (hasMoved = true), { signal });
  for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, () => (hasMoved = true), { signal, capture: true });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
