// The table of what is known of an asset: where its file is, what it is, and what features add.

import { derivative, explain } from "../api.js";
import { copyButton } from "../clipboard.js";
import { h, notice } from "../dom.js";
import { facts, recordingTime } from "../format.js";
import { panels } from "../panels.js";
import { soundRows } from "./sound.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("../panels.js").Row} Row */

/**
 * The details of an asset. heard: the tracks that its proxy has.
 * @param {Schemas["Details"]} asset
 * @param {readonly number[]} heard
 */
export async function details(asset, heard) {
  const { video, runs } = asset;
  const { media } = video;
  const paths = video.paths.map((path) => h("code", {}, path));
  /** @type {(Row | null)[]} */
  const rows = [
    ["File", h("span", {}, paths, paths.length ? copyButton(paths[0], "Copy path") : null)],
    ...(await Promise.all((await panels()).map((panel) => panel.details?.(asset) ?? []))).flat(),
    ["Media", facts(video)],
    ...soundRows(video, heard),
    media?.timecode ? ["Timecode", media.timecode] : null,
    media?.created_at ? ["Recorded", recordingTime(media.created_at)] : null,
    media?.camera ? ["Camera", media.camera] : null,
    media?.scene || media?.take ? ["Scene", [media.scene, media.take ? `take ${media.take}` : null].filter(Boolean).join(", ")] : null,
    media?.reel ? ["Reel", media.reel] : null,
    ["SHA-1", h("code", {}, video.sha1)],
    ...runs.flatMap((run) => [...run.warnings, ...(run.reason ? [explain(run.reason, run.hint)] : [])].map((text) => /** @type {Row} */ ([run.stage, text]))),
  ];
  return h("dl", {}, rows.filter((row) => row !== null).flatMap(([heading, value]) => [h("dt", {}, heading), h("dd", {}, value)]));
}

/**
 * A line that says that the version in view is not the current one; null for the current one.
 * @param {Schemas["Details"]} asset
 */
export function olderVersion({ video, versions }) {
  const current = versions.find((version) => version.superseded_at === null);
  if (!current || current.sha1 === video.sha1) return null;
  return h("p", { class: "older", role: "status" }, "An older version of this asset. ",
    h("a", { href: `#/asset/${current.sha1}` }, "Show the current one"), " · ", h("a", { href: `#/compare?v=${video.sha1}&v=${current.sha1}` }, "Compare both"));
}

/**
 * Why nothing is played: a notice; null for a still picture that was processed.
 * @param {Schemas["Details"]} asset
 */
export function whyNotPlayed({ video, runs }) {
  const proxy = video.derivatives.find((made) => made.kind === "proxy");
  const failed = runs.find((run) => run.state === "failed");
  if (failed) return notice(`This file could not be processed: ${failed.reason}`, failed.hint);
  if (video.media?.kind === "still") return null;
  if (proxy) return notice("The proxy has a format for editing software, which browsers cannot play.");
  const isPending = runs.some((run) => ["pending", "running"].includes(run.state));
  return notice(isPending ? "The proxy does not exist yet. The file can be played here when it has been processed."
    : "There is no proxy of this file.", isPending ? "" : "Scan its folder to process it.");
}

/** The URL of the proxy that browsers play; null: there is none. @param {Schemas["Video"]} video */
export function playableProxy(video) {
  const proxy = video.derivatives.find((made) => made.kind === "proxy");
  return proxy && ["video/mp4", "audio/mp4"].includes(proxy.media_type) ? derivative(video.sha1, "proxy", video.derivatives) : null;
}

/** The URL of the poster; null: there is none. @param {Schemas["Video"]} video */
export const posterOf = (video) => (video.derivatives.some((made) => made.kind === "poster") ? derivative(video.sha1, "poster", video.derivatives) : null);

/** The size of the upright picture in square pixels. @param {Schemas["Video"]} video */
export function sizeOf({ media }) {
  const picture = media?.video;
  if (!picture) return { width: 16, height: 9 };
  const [top, bottom = 1] = (picture.sample_aspect ?? "1").split("/").map(Number);
  const size = { width: Math.round((picture.width * top) / bottom), height: picture.height };
  return (picture.rotation ?? 0) % 180 ? { width: size.height, height: size.width } : size;
}
