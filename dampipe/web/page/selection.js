// What is chosen in a list of assets: a list of SHA-1s, or everything that matches the filters of the list except some.

/**
 * Filters as the API takes them, by name; without any, they mean all assets of the library.
 * @typedef {Record<string, string[]>} Filters
 */

/**
 * What acts get: `body`, the part of a request by which endpoints are told which assets are meant, and how many they are.
 * `body.assets` is there where assets were chosen one by one.
 * @typedef {{ body: { assets: string[] } | { filters: Filters, without: string[] } | { all: true, without: string[] }, count: number }} Chosen
 */

/** Chosen assets. Those who watch are called after each change. */
export class Selection {
  /** SHA-1s: those that are chosen, or, where everything is, those that are not. @type {Set<string>} */
  #listed = new Set();
  /** @type {{ filters: Filters, total: number } | null} */
  #everything = null;
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** How many assets are chosen. */
  get count() {
    return this.#everything ? Math.max(0, this.#everything.total - this.#listed.size) : this.#listed.size;
  }

  /** Whether everything that matches was chosen, except some. */
  get isEverything() {
    return this.#everything !== null;
  }

  /** @param {string} sha1 */
  has(sha1) {
    return this.#listed.has(sha1) !== this.isEverything;
  }

  /** Choose assets, or choose them no more. @param {Iterable<string>} sha1s @param {boolean} [isChosen] */
  put(sha1s, isChosen = true) {
    const before = this.#listed.size;
    for (const sha1 of sha1s) {
      if (isChosen === this.isEverything) this.#listed.delete(sha1);
      else this.#listed.add(sha1);
    }
    if (this.#listed.size === before) return;
    if (this.#everything && !this.count) this.#forget(); // nothing of everything is left
    this.#tell();
  }

  /** Choose one asset that is not chosen, and choose one no more that is; returns whether it is now. @param {string} sha1 */
  toggle(sha1) {
    const isChosen = !this.has(sha1);
    this.put([sha1], isChosen);
    return isChosen;
  }

  /** Choose these and no others. @param {Iterable<string>} sha1s */
  replace(sha1s) {
    const wanted = new Set(sha1s);
    if (!this.isEverything && wanted.size === this.#listed.size && [...wanted].every((one) => this.#listed.has(one))) return;
    this.#everything = null;
    this.#listed = wanted;
    this.#tell();
  }

  /** Choose everything that matches filters. total: how many assets do. @param {Filters} filters @param {number} total */
  everything(filters, total) {
    if (!total) return this.clear();
    this.#everything = { filters, total };
    this.#listed = new Set();
    this.#tell();
    return undefined;
  }

  /** Choose nothing. */
  clear() {
    if (!this.isEverything && !this.#listed.size) return;
    this.#forget();
    this.#tell();
  }

  /** What is chosen now, for an act; it does not change with the selection. @returns {Chosen} */
  chosen() {
    const listed = [...this.#listed];
    if (!this.#everything) return { body: { assets: listed }, count: this.count };
    const { filters } = this.#everything;
    return { body: Object.keys(filters).length ? { filters, without: listed } : { all: true, without: listed }, count: this.count };
  }

  /** Call `listener` after each change, until `signal` is aborted. @param {() => void} listener @param {AbortSignal} [signal] */
  watch(listener, signal) {
    if (signal?.aborted) return;
    this.#watchers.add(listener);
    signal?.addEventListener("abort", () => this.#watchers.delete(listener));
  }

  #forget() {
    this.#everything = null;
    this.#listed = new Set();
  }

  #tell() {
    for (const listener of [...this.#watchers]) listener();
  }
}

/** The selection of the list that is shown. A view that shows another list clears it. */
export const selection = new Selection();
