// The pictures of a list of any length: each is drawn at the size at which it is seen, and is gone with its card.
//
// Browsers keep what `img` elements have shown, decoded and in the size of its file, long after the elements are gone: Chromium up to
// 512 MiB a tab, which one gets to by scrolling on for a minute. A canvas takes what is seen of it.

import { blobOf } from "./api.js";
import { h } from "./dom.js";

/** Pictures that are loaded at a time. Browsers make six connections to a server at a time: the others are for the list and for news. */
const AT_ONCE = 4;

/** The pictures that are to be loaded, in the order in which they were wanted. Those of cards that were scrolled past are not. */
export class PictureQueue {
  /** @type {Set<DrawnPicture>} */
  #waiting = new Set();
  /** @type {Map<DrawnPicture, AbortController>} */
  #loading = new Map();

  /** @param {DrawnPicture} picture */
  want(picture) {
    this.forget(picture);
    this.#waiting.add(picture);
    this.#next();
  }

  /** @param {DrawnPicture} picture */
  forget(picture) {
    this.#waiting.delete(picture);
    this.#loading.get(picture)?.abort();
    this.#loading.delete(picture);
  }

  #next() {
    for (const picture of this.#waiting) {
      if (this.#loading.size >= AT_ONCE) return;
      this.#waiting.delete(picture);
      const loading = new AbortController();
      this.#loading.set(picture, loading);
      picture.load(loading.signal).finally(() => {
        if (this.#loading.get(picture) === loading) this.#loading.delete(picture);
        this.#next();
      });
    }
  }
}

/** What shows one picture after another. It is hidden until its picture is there. */
export class DrawnPicture {
  element = h("canvas", { hidden: true });
  #context = this.element.getContext("bitmaprenderer", { alpha: false });
  #queue;
  #onFailed;
  #url = "";
  #isTall = false;

  /** @param {PictureQueue} queue @param {() => void} onFailed */
  constructor(queue, onFailed) {
    this.#queue = queue;
    this.#onFailed = onFailed;
  }

  /** Show a picture, if it is not the one that is shown. @param {string} url @param {boolean} isTall whether it is higher than what it is shown in */
  show(url, isTall) {
    if (url === this.#url) return;
    this.drop();
    this.#url = url;
    this.#isTall = isTall;
    this.#queue.want(this);
  }

  /** Draw it anew: what it is shown in has another size. */
  fit() {
    if (this.#url) this.#queue.want(this);
  }

  /** Show nothing, and keep nothing. */
  drop() {
    this.#queue.forget(this);
    this.#url = "";
    this.element.hidden = true;
    this.#context?.transferFromImageBitmap(null);
    this.element.width = this.element.height = 0;
  }

  /** Load and draw it; of the queue. @param {AbortSignal} signal */
  async load(signal) {
    try {
      const blob = await blobOf(this.#url, signal);
      const { clientWidth: width = 0, clientHeight: height = 0 } = this.element.parentElement ?? {};
      const pixels = Math.max(1, Math.round((this.#isTall ? height : width) * devicePixelRatio));
      const drawn = await createImageBitmap(blob, { [this.#isTall ? "resizeHeight" : "resizeWidth"]: pixels, resizeQuality: "medium" });
      if (signal.aborted) return drawn.close();
      [this.element.width, this.element.height] = [drawn.width, drawn.height];
      this.#context?.transferFromImageBitmap(drawn);
      this.element.hidden = false;
    } catch {
      if (signal.aborted) return;
      this.#url = ""; // it is asked for again when its card is shown anew
      this.#onFailed();
    }
  }
}
