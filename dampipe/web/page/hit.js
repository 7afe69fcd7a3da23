// The card of a hit: the frame that was found, why it was found, and its other moments.

import { playerLink, writeAddress } from "./address.js";
import { API } from "./endpoint.js";
import { card } from "./card.js";
import { h } from "./dom.js";
import { timecode } from "./format.js";
import { likeness, pieces, scoreText } from "./why.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["Moment"]} Moment */
/** How scores of a result are read. @typedef {{ floor: number | null, best: number | null }} Scale */

/** Pixels: a card is 300 wide at most, on screens with two pixels to one. */
const HEIGHT = "360";
/** Moments that are shown beside the best one; more are folded. */
const SHOWN = 4;

/** The address of the frame at a time. @param {Schemas["Hit"]} hit @param {number} time */
const frame = ({ asset, recipes }, time) => `${API}/assets/${asset}/frame?${new URLSearchParams({ t: time.toFixed(3), height: HEIGHT, recipe: recipes?.proxy ?? "" })}`;

/** @param {string} text @param {readonly (readonly number[])[]} marks */
const marked = (text, marks) => pieces(text, marks).map((one) => (one.isMarked ? h("mark", {}, one.text) : one.text));

/** @param {Schemas["Passage"]} passage */
const passageLine = ({ field, text, marks }) => h("li", {}, h("span", { class: "of" }, field), " ", marked(text, /** @type {number[][]} */ (/** @type {unknown} */ (marks))));

/** What a moment with words is. @param {Moment} moment */
const kindOf = (moment) => (moment.subclip !== null && moment.subclip !== undefined ? "Subclip" : "Comment");

/** @param {Moment} moment */
const isText = (moment) => Boolean(moment.label);

/**
 * The card. Its picture shows the frame that was found, and of another moment while that has the pointer or the focus.
 * @param {Schemas["Hit"]} hit
 * @param {Scale} scale
 */
export function hitCard(hit, scale) {
  const moments = (hit.moments ?? []).filter((moment) => hit.weak || !moment.weak);
  const [best, ...others] = moments;
  const seen = moments.find((moment) => !isText(moment));
  const time = hit.duration && best ? best.time : null;
  const hasFrames = time !== null && Boolean(hit.recipes?.proxy);
  const derivatives = Object.entries(hit.recipes ?? {}).map(([kind, recipe]) => ({ kind, recipe }));
  const why = h("ul", { class: "why" },
    hit.score === null || hit.score === undefined || !seen ? null : h("li", { title: scoreText(hit.score, scale.floor) },
      h("span", { class: "of" }, "Picture"), ` ${likeness(hit.score, { ...scale, isWeak: hit.weak })}`),
    (hit.passages ?? []).map(passageLine),
    best && isText(best) ? textMoment(hit, best) : null,
    others.filter(isText).map((moment) => textMoment(hit, moment)));
  const pictures = others.filter((moment) => !isText(moment));
  const links = pictures.map((moment) => momentLink(hit, moment));
  const more = links.length > SHOWN ? h("details", { class: "moments" }, h("summary", {}, `${links.length - SHOWN} more`), links.slice(SHOWN)) : null;
  const made = card(
    { sha1: hit.asset, name: hit.name, path: hit.path, duration: hit.duration, time, group: hit.group, derivatives: /** @type {any} */ (derivatives) },
    hit.medium ? h("p", { class: "hint" }, `On a medium to be fetched: ${hit.medium}`) : null,
    why.childElementCount ? why : null,
    links.length ? h("p", { class: "chips" }, h("span", { class: "of" }, "also at "), links.slice(0, SHOWN), more) : null,
    seen || !hit.duration ? h("p", { class: "alike-links" },
      hit.duration && best ? h("a", { class: "chip", href: writeAddress("/search", { like: `${hit.asset}@${best.time.toFixed(2)}` }), "data-key": `like-moment-${hit.asset}` }, "Similar moments") : null,
      h("a", { class: "chip", href: writeAddress("/search", { like: hit.asset }), "data-key": `like-file-${hit.asset}` }, "Similar files")) : null);
  made.classList.add("hit");
  if (hasFrames) showFrames(made, hit, time, derivatives.length > 0);
  return made;
}

/** A subclip or comment with words of the query. @param {Schemas["Hit"]} hit @param {Moment} moment */
function textMoment(hit, moment) {
  const marks = /** @type {number[][]} */ (/** @type {unknown} */ (moment.marks ?? []));
  return h("li", {}, h("span", { class: "of" }, kindOf(moment)), " ", momentLink(hit, moment), " ", marked(moment.label ?? "", marks));
}

/** @param {Schemas["Hit"]} hit @param {Moment} moment */
function momentLink(hit, moment) {
  return h("a", { class: "moment", href: playerLink(hit.asset, moment.time), "data-time": String(moment.time), title: moment.label ? "" : `Score ${moment.score.toFixed(2)}` }, timecode(moment.time));
}

/**
 * Have the picture of a card show frames of the film, not enlarged tiles. Where one cannot be read, its poster and tiles remain.
 * @param {HTMLElement} made
 * @param {Schemas["Hit"]} hit
 * @param {number} time
 * @param {boolean} hasPoster
 */
function showFrames(made, hit, time, hasPoster) {
  const image = /** @type {HTMLImageElement | null} */ (made.querySelector(".picture img"));
  if (!image) return;
  const poster = image.src;
  made.classList.add("framed");
  image.addEventListener("error", (event) => {
    if (image.src === poster) return;
    event.stopImmediatePropagation();
    made.classList.remove("framed");
    if (hasPoster) image.src = poster;
  }, { capture: true });
  image.src = frame(hit, time);
  const look = (/** @type {Event} */ event) => {
    const link = /** @type {Element} */ (event.target).closest(".moment");
    if (link instanceof HTMLElement && made.classList.contains("framed")) image.src = frame(hit, Number(link.dataset.time));
  };
  const back = () => made.classList.contains("framed") && (image.src = frame(hit, time));
  made.addEventListener("pointerover", look);
  made.addEventListener("focusin", look);
  made.addEventListener("pointerout", back);
  made.addEventListener("focusout", back);
}
