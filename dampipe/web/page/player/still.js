// A still: its preview, and when it is enlarged its full size: of formats that browsers do not show the picture that was made of it, of
// others the original, where the person may see that.

import { API, bytesOf, derivative, describe } from "../api.js";
import { h } from "../dom.js";
import { bytes } from "../format.js";
import { knownSession, may } from "../session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** Originals that browsers show, by the codec of their picture, with the type that they are told. @type {Record<string, string>} */
const SHOWN = { mjpeg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif", avif: "image/avif", av1: "image/avif", bmp: "image/bmp" };
/** How much larger than its preview a picture has to be drawn before the original is offered. */
const COARSE = 1.05;

/** The type by which a browser shows the original; null where it cannot. @param {Schemas["Video"]} video */
const typeOf = ({ media }) => SHOWN[media?.video?.codec ?? ""] ?? null;

/**
 * What stands over a still that is enlarged: how large it is drawn, whether that is the preview, and a button for the original.
 * @param {Schemas["Video"]} video
 * @param {HTMLImageElement} image
 * @param {import("./stage.js").Stage} stage
 * @param {EventTarget} events
 * @param {AbortSignal} signal
 */
export function fullSize(video, image, stage, events, signal) {
  const still = video.derivatives.find(({ kind }) => kind === "still");
  const said = h("span");
  const button = h("button", { type: "button", hidden: true, onclick: load }, still ? `Show the full size (${bytes(still.size)})` : `Show the original (${bytes(video.size)})`);
  const element = h("div", { class: "size", hidden: true }, said, button);
  const type = still ? "image/jpeg" : typeOf(video);
  const picture = video.media?.video;
  let isWhole = false;

  async function load() {
    button.disabled = true;
    said.textContent = "Loading …";
    try {
      const content = await bytesOf(still ? derivative(video.sha1, "still", video.derivatives) : `${API}/assets/${video.sha1}/original`, signal);
      const url = URL.createObjectURL(new Blob([content], { type: type ?? "" }));
      signal.addEventListener("abort", () => URL.revokeObjectURL(url));
      image.src = url;
      await image.decode();
      isWhole = true;
      show();
    } catch (problem) {
      if (!signal.aborted) said.textContent = describe(problem);
    }
    button.disabled = false;
  }

  function show() {
    element.hidden = !stage.isEnlarged;
    const drawn = stage.sheet.clientWidth * devicePixelRatio;
    const isCoarse = !isWhole && image.naturalWidth > 0 && drawn > image.naturalWidth * COARSE && (picture?.width ?? 0) > image.naturalWidth;
    button.hidden = !isCoarse || !type || !(still || may("originals"));
    said.textContent = `${Math.round(stage.zoom * 100)} %${isWhole ? (still ? ", full size" : ", original") : isCoarse ? `, preview of ${image.naturalWidth}×${image.naturalHeight}` : ""}`;
  }

  events.addEventListener("box", show, { signal });
  image.addEventListener("load", show, { signal });
  knownSession().then(show);
  return element;
}
