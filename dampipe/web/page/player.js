// The player: one asset from a given time on, with all that is known about it.

import { derivative, explain, get } from "./api.js";
import { copyButton } from "./clipboard.js";
import { h, notice } from "./dom.js";
import { facts, recordingTime, timecode } from "./format.js";
import { follow, newest } from "./follow.js";
import { panels } from "./panels.js";
import { loadTiles, showTile } from "./sprite.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const MAX_TILES = 12;
const MAX_TILES_ON_PHONE = 4; // so that each is as wide as a finger

/** @param {Schemas["Details"]} asset @param {number} time */
function screen({ video, runs }, time) {
  const find = (/** @type {string} */ kind) => video.derivatives.find((made) => made.kind === kind);
  const poster = find("poster") ? derivative(video.sha1, "poster", video.derivatives) : null;
  const proxy = find("proxy");
  if (["video/mp4", "audio/mp4"].includes(proxy?.media_type ?? "")) {
    const player = h("video", { controls: true, autoplay: true, autofocus: true, playsInline: true, preload: "auto", src: derivative(video.sha1, "proxy", video.derivatives) });
    if (poster) player.poster = poster;
    player.addEventListener("loadedmetadata", () => (player.currentTime = time), { once: true });
    return player;
  }
  return h("div", { class: "still" }, poster ? h("img", { src: poster, alt: video.name }) : null, whyNotPlayed(video, runs, proxy));
}

/**
 * A notice that says why there is no player; null for a still picture that was processed.
 * @param {Schemas["Video"]} video
 * @param {Schemas["RunSummary"][]} runs
 * @param {Schemas["Derivative"] | undefined} proxy
 */
function whyNotPlayed(video, runs, proxy) {
  const failed = runs.find((run) => run.state === "failed");
  if (failed) return notice(`This file could not be processed: ${failed.reason}`, failed.hint);
  if (video.media?.kind === "still") return null;
  if (proxy) return notice("The proxy has a format for editing software, which browsers cannot play.");
  const isPending = runs.some((run) => ["pending", "running"].includes(run.state));
  return notice(isPending ? "The proxy does not exist yet. The file can be played here when it has been processed."
    : "There is no proxy of this file.", isPending ? "" : "Scan its folder to process it.");
}

/** @param {Schemas["Video"]} video @param {HTMLVideoElement} player */
async function filmstrip(video, player) {
  const tiles = await loadTiles(video.sha1);
  const step = Math.max(1, Math.ceil(tiles.length / (matchMedia("(max-width: 40rem)").matches ? MAX_TILES_ON_PHONE : MAX_TILES)));
  const shown = tiles.filter((_, number) => number % step === 0);
  const strip = h("div", { class: "film" }, shown.map((tile) =>
    h("button", { "aria-label": `Go to ${timecode(tile.start)}`, onclick: () => (player.currentTime = tile.start) })));
  // The scale of a tile depends on the width of its button, which is known once the dialog is open.
  new ResizeObserver(() => shown.forEach((tile, number) => showTile(/** @type {HTMLElement} */ (strip.children[number]), video.sha1, tile, tiles))).observe(strip);
  return strip;
}

/** @param {Schemas["Details"]} asset */
async function details(asset) {
  const { video, runs } = asset;
  const { media } = video;
  const paths = video.paths.map((path) => h("code", {}, path));
  /** @type {(import("./panels.js").Row | null)[]} */
  const rows = [
    ["File", h("span", {}, paths, paths.length ? copyButton(paths[0], "Copy path") : null)],
    ...(await Promise.all((await panels()).map((panel) => panel.details?.(asset) ?? []))).flat(),
    ["Media", facts(video)],
    media?.timecode ? ["Timecode", media.timecode] : null,
    media?.created_at ? ["Recorded", recordingTime(media.created_at)] : null,
    media?.camera ? ["Camera", typeof media.camera === "string" ? media.camera : Object.values(media.camera).filter(Boolean).join(" ")] : null,
    media?.scene || media?.take ? ["Scene", [media.scene, media.take ? `take ${media.take}` : null].filter(Boolean).join(", ")] : null,
    media?.reel ? ["Reel", media.reel] : null,
    ["SHA-1", h("code", {}, video.sha1)],
    ...runs.flatMap((run) => [...run.warnings, ...(run.reason ? [explain(run.reason, run.hint)] : [])].map((text) => /** @type {import("./panels.js").Row} */ ([run.stage, text]))),
  ];
  return h("dl", {}, rows.filter((row) => row !== null).flatMap(([heading, value]) => [h("dt", {}, heading), h("dd", {}, value)]));
}

/**
 * The button that searches for moments similar to the one in view; null where the asset has no frames.
 * @param {Schemas["Video"]} video
 * @param {HTMLElement} picture
 */
function similarButton(video, picture) {
  if (!video.derivatives.some((made) => made.kind === "frames")) return null;
  const like = () => (picture instanceof HTMLVideoElement ? `${video.sha1}@${picture.currentTime.toFixed(2)}` : video.sha1);
  return h("button", { onclick: () => (location.hash = `#/search?${new URLSearchParams({ like: like() })}`) }, "More like this");
}

/**
 * A line that says that the version in view is not the current one; null for the current one.
 * @param {Schemas["Details"]} asset
 */
function olderVersion({ video, versions }) {
  const current = versions.find((version) => version.superseded_at === null);
  if (!current || current.sha1 === video.sha1) return null;
  return h("p", { class: "older", role: "status" }, "An older version of this asset. ", h("a", { href: `#/asset/${current.sha1}` }, "Show the current one"));
}

/**
 * What is known of an asset, below the picture; drawn again when it changes, except where the focus is.
 * @param {Schemas["Details"]} asset
 * @param {HTMLElement} picture
 * @param {AbortSignal} signal
 */
async function facets(asset, picture, signal) {
  const { sha1 } = asset.video;
  const film = picture instanceof HTMLVideoElement ? picture : null;
  const moment = { time: () => film?.currentTime ?? 0, seek: (/** @type {number} */ seconds) => { if (film) film.currentTime = seconds; } };
  const [older, list, sections] = [h("div"), h("div"), h("div")];
  /** @type {string | null} */
  let shown = null;
  /** @param {Schemas["Details"]} found */
  async function draw(found) {
    const json = JSON.stringify(found);
    const isFirst = shown === null;
    if (json === shown) return false;
    shown = json;
    older.replaceChildren(olderVersion(found) ?? "");
    if (isFirst || !list.contains(document.activeElement)) list.replaceChildren(await details(found));
    if (isFirst) sections.append(...(await panels()).flatMap((panel) => panel.sections?.(found, /** @type {any} */ ({ signal, refresh, ...moment })) ?? []));
    else document.dispatchEvent(new CustomEvent("asset-changed", { detail: found }));
    return true;
  }
  const read = newest(() => get(`/assets/${sha1}`, { exact: true }, signal));
  async function refresh() {
    const found = await read().catch(() => null);
    return found && !signal.aborted ? draw(found) : false;
  }
  await draw(asset);
  follow(signal, ["asset.merged", "asset.split", "asset.settled", "version.", "tag."], refresh);
  return { older, below: [list, sections] };
}

let showing = new AbortController(); // aborted when the player shows another asset, or is closed

/**
 * Open the player over the page, at a time in seconds; `onClose` is called when it is closed. It shows the version that
 * `sha1` is of, whether it is the current one or not.
 * @param {HTMLDialogElement} dialog
 * @param {string} sha1
 * @param {number} time
 * @param {() => void} onClose
 */
export async function open(dialog, sha1, time, onClose) {
  const asset = await get(`/assets/${sha1}`, { exact: true });
  const { video } = asset;
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  const picture = screen(asset, time);
  const strip = picture instanceof HTMLVideoElement ? await filmstrip(video, picture) : null;
  const { older, below } = await facets(asset, picture, signal);
  if (signal.aborted) return; // another asset was opened meanwhile
  dialog.replaceChildren(
    h("div", { class: "bar" }, h("h2", { id: "player-name" }, video.name), similarButton(video, picture), h("button", { onclick: () => dialog.close() }, "Close")),
    older, picture, strip ?? "", ...below);
  dialog.onclose = () => {
    showing.abort();
    dialog.replaceChildren(); // also stops the download
    onClose();
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // no value is returned: `false` would cancel every click in the dialog
  };
  if (!dialog.open) dialog.showModal();
}
