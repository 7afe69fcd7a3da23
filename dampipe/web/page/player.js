// The player: one asset, from the moment it was found at, with all that is known of it.

import { derivative, get } from "./api.js";
import { h, notice } from "./dom.js";
import { timecode } from "./format.js";
import { facts } from "./library.js";
import { panels } from "./panels.js";
import { show, tiles } from "./sprite.js";

const TILES = 12;

function screen(video, time) {
  const made = (kind) => video.derivatives.find((one) => one.kind === kind);
  const poster = made("poster") ? derivative(video.sha1, "poster") : null;
  const proxy = made("proxy");
  if (["video/mp4", "audio/mp4"].includes(proxy?.media_type)) {
    const player = h("video", { controls: true, autoplay: true, autofocus: true, playsInline: true, preload: "auto", src: derivative(video.sha1, "proxy") });
    if (poster) player.poster = poster;
    player.addEventListener("loadedmetadata", () => (player.currentTime = time), { once: true });
    return player;
  }
  const why = proxy ? "Its proxy is made for editors; a browser cannot play it."
    : video.media?.kind === "still" ? "" : "Its proxy is not made yet; it plays here once it is.";
  return h("div", { class: "still" }, poster ? h("img", { src: poster, alt: video.name }) : null, why ? notice(why) : null);
}

async function filmstrip(video, player) {
  const all = await tiles(video.sha1);
  const step = Math.max(1, Math.ceil(all.length / TILES));
  const chosen = all.filter((_, number) => number % step === 0);
  const strip = h("div", { class: "film" }, chosen.map((tile) =>
    h("button", { "aria-label": `Go to ${timecode(tile.start)}`, onclick: () => (player.currentTime = tile.start) })));
  requestAnimationFrame(() => chosen.forEach((tile, number) => show(strip.children[number], video.sha1, tile, all)));
  return strip;
}

async function details(all) {
  const { video, runs } = all;
  const { media } = video;
  const copy = (event) => {
    navigator.clipboard?.writeText(video.paths[0]);
    event.target.textContent = "Copied";
  };
  const rows = [
    ["File", h("span", {}, video.paths.map((path) => h("code", {}, path)), h("button", { class: "small", onclick: copy }, "Copy path"))],
    ...(await panels()).flatMap((panel) => panel.details?.(all) ?? []),
    ["Media", facts(video)],
    media?.timecode ? ["Timecode", media.timecode] : null,
    media?.created_at ? ["Recorded", new Date(media.created_at).toLocaleString()] : null,
    media?.camera ? ["Camera", typeof media.camera === "string" ? media.camera : Object.values(media.camera).filter(Boolean).join(" ")] : null,
    ["SHA-1", h("code", {}, video.sha1)],
    ...runs.flatMap((run) => [...run.warnings, ...(run.reason ? [run.reason] : [])].map((text) => [run.stage, text])),
  ];
  return h("dl", {}, rows.filter(Boolean).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** The button that looks for what looks like the moment in view. */
function alike(video, picture) {
  if (!video.derivatives.some((one) => one.kind === "frames")) return null;
  const like = () => (picture.tagName === "VIDEO" ? `${video.sha1}@${picture.currentTime.toFixed(2)}` : video.sha1);
  return h("button", { onclick: () => (location.hash = `#/search?${new URLSearchParams({ like: like() })}`) }, "More like this");
}

/** Open the player over the page; `close` is called when a person closes it. */
export async function open(dialog, sha1, time, close) {
  const all = await get(`/assets/${sha1}`);
  const { video } = all;
  const picture = screen(video, time);
  const strip = picture.tagName === "VIDEO" ? await filmstrip(video, picture) : null;
  dialog.replaceChildren(
    h("div", { class: "bar" }, h("h2", { id: "player-name" }, video.name), alike(video, picture), h("button", { onclick: () => dialog.close() }, "Close")),
    picture, strip ?? "", await details(all));
  dialog.onclose = () => {
    dialog.replaceChildren(); // stops the download, too
    close();
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // nothing is returned: false would undo every click in it
  };
  if (!dialog.open) dialog.showModal();
}
