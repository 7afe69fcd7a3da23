// Scrolling through a list that is higher than browsers let a box be: they end at 2^24 pixels of the screen, which two millions of
// pictures exceed many times. The box stays lower than that, and its scroll bar stands for the whole list; but near the place
// where one is, a pixel of it is a pixel of the list, so that wheel, touch and inertia are the browser's own.
//
// At its two ends the box is as the list is, pixel by pixel, and only what lies between is compressed.

/** How high a box is at most, in CSS pixels: with two pixels of the screen for each, half of what browsers allow. */
export const MOST = 2 ** 22;
/** How much of the list at either end is not compressed. */
const ENDS = 2 ** 18;

export class ScaledScroll {
  /** The place in the list that stands at the top of the box, where that is not moved. */
  #base = 0;
  #top = 0;

  /** @param {number} height of the list @param {number} view height of what is seen of it */
  constructor(height, view) {
    this.height = height;
    this.view = view;
    /** How high the box is. */
    this.box = Math.min(height, MOST);
  }

  /** The furthest place that the list is scrolled to. */
  get most() {
    return Math.max(0, this.height - this.view);
  }

  get #mostScroll() {
    return Math.max(0, this.box - this.view);
  }

  /** What is to be subtracted from a place in the list to have its place in the box. */
  get base() {
    return this.#base;
  }

  /** The place in the list at the top of what is seen. */
  get top() {
    return this.#top;
  }

  /** Where in the list one is at a place of the scroll bar. @param {number} scroll */
  placeOf(scroll) {
    const [most, mostScroll] = [this.most, this.#mostScroll];
    if (this.box === this.height || scroll <= ENDS) return Math.min(scroll, most);
    if (scroll >= mostScroll - ENDS) return most - (mostScroll - scroll);
    return ENDS + ((scroll - ENDS) * (most - 2 * ENDS)) / (mostScroll - 2 * ENDS);
  }

  /** The place of the scroll bar that stands for one in the list. @param {number} place */
  scrollOf(place) {
    const [most, mostScroll] = [this.most, this.#mostScroll];
    if (this.box === this.height || place <= ENDS) return Math.min(place, mostScroll);
    if (place >= most - ENDS) return mostScroll - (most - place);
    return ENDS + ((place - ENDS) * (mostScroll - 2 * ENDS)) / (most - 2 * ENDS);
  }

  /** Go to a place; returns where the box is to be scrolled to, a whole pixel. @param {number} place */
  go(place) {
    this.#top = Math.min(Math.max(0, place), this.most);
    const scroll = Math.round(this.scrollOf(this.#top));
    this.#base = this.#top - scroll;
    return scroll;
  }

  /**
   * The box was scrolled, by a person: the list moves by the same; but further than any wheel or finger goes at once (by the
   * scroll bar), to what that place of it stands for. Returns whether it was far.
   * @param {number} scroll
   */
  moved(scroll) {
    const by = this.#base + scroll - this.#top;
    const isFar = this.box < this.height && Math.abs(by) > ENDS / 2;
    this.#top = isFar ? this.placeOf(scroll) : Math.min(Math.max(0, this.#base + scroll), this.most);
    if (isFar) this.#base = this.#top - scroll;
    return isFar;
  }

  /** Whether the scroll bar is so far from where it should be that the box may end before the list does. @param {number} scroll */
  isAstray(scroll) {
    const right = this.scrollOf(this.#top);
    const isNearEnd = scroll < this.view || scroll > this.#mostScroll - this.view;
    return Math.abs(right - scroll) > (isNearEnd ? 1 : ENDS / 2);
  }
}
