// A picture of an asset that scrubs under the pointer, and opens the player where it was let go.

import { derivative } from "./api.js";
import { h } from "./dom.js";
import { length, timecode } from "./format.js";
import { at, show, tiles } from "./sprite.js";

/** The link that opens an asset in the player, at a time in seconds. */
export const link = (sha1, time = 0) => `#/asset/${sha1}?t=${time.toFixed(2)}`;

/**
 * A card for an asset: its picture (at `time`, where given), name and length. `duration` in seconds, or null.
 */
export function card({ sha1, name, path, duration, time = null, pictured = true, badge = null }, ...more) {
  const poster = h("img", { src: derivative(sha1, "poster"), alt: "", loading: "lazy", draggable: false });
  poster.addEventListener("error", () => picture.classList.add("bare"));
  const strip = h("div", { class: "strip", hidden: true });
  const needle = h("span", { class: "needle", hidden: true });
  const clock = h("span", { class: "clock" }, time === null ? (duration ? length(duration) : "") : timecode(time));
  const picture = h(
    "a",
    { class: "picture", href: link(sha1, time ?? 0), "aria-label": label(name, time) },
    pictured ? poster : null, strip, needle, clock, badge === null ? null : h("span", { class: "badge" }, badge),
  );
  if (!pictured) picture.classList.add("bare");
  if (duration && pictured) {
    scrub(picture, strip, needle, clock, { sha1, duration, time });
    if (time !== null) rest(strip, sha1, time);
  }
  return h("article", { class: "card" }, picture, h("h3", { title: path }, name), ...more);
}

const label = (name, time) => (time === null ? `Play ${name}` : `Play ${name} at ${timecode(time)}`);

async function rest(strip, sha1, time) {
  const all = await tiles(sha1);
  if (!all.length) return;
  strip.hidden = false;
  requestAnimationFrame(() => show(strip, sha1, at(all, time), all));
}

function scrub(picture, strip, needle, clock, { sha1, duration, time }) {
  const before = clock.textContent;
  let all = [];
  async function move(event) {
    if (event.pointerType === "touch") return;
    if (!all.length) all = await tiles(sha1);
    if (!all.length || !picture.matches(":hover")) return;
    const box = picture.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
    const now = share * duration;
    strip.hidden = needle.hidden = false;
    show(strip, sha1, at(all, now), all);
    needle.style.left = `${share * 100}%`;
    clock.textContent = timecode(now);
    picture.href = link(sha1, now);
  }
  for (const name of ["pointerenter", "pointermove"]) picture.addEventListener(name, move);
  picture.addEventListener("pointerleave", () => {
    needle.hidden = true;
    strip.hidden = time === null;
    if (time !== null && all.length) show(strip, sha1, at(all, time), all);
    clock.textContent = before;
    picture.href = link(sha1, time ?? 0);
  });
}
