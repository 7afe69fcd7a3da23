// What a list shows, as the server has it: its buckets, and its assets page by page, of which the last ones are kept.

import { get } from "./api.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** An asset with its ratings and labels. @typedef {Schemas["Video"] & { marks: Schemas["Mark"][] }} Asset */
/** What list is meant: filters as pairs, the group and the sort order. @typedef {{ filters: readonly (readonly [string, string])[], group: string, sort: string }} Query */

export const PAGE = 60;
/** Pages that are kept: some screens of the smallest cards, before and after what is seen. */
const KEPT = 24;
/** SHA-1s that are asked for at a time. */
const AT_ONCE = 20_000;

export class GridSource {
  /** @type {Map<number, { assets: readonly Asset[] | null, loading: AbortController | null }>} by their numbers, the latest used last */
  #pages = new Map();

  /**
   * @param {Query} query
   * @param {AbortSignal} signal
   */
  constructor(query, signal) {
    this.query = query;
    this.signal = signal;
    /** @type {Schemas["Bucket"][]} */
    this.buckets = [];
    this.total = 0;
    this.stamp = "";
  }

  /** The filters by their names. */
  get filters() {
    /** @type {Record<string, string[]>} */
    const found = {};
    for (const [name, value] of this.query.filters) (found[name] ??= []).push(value);
    return found;
  }

  /** @param {readonly (readonly [string, unknown])[]} more @returns {[string, unknown][]} */
  #parameters(more = []) {
    const { filters, group, sort } = this.query;
    return [...filters.map(([name, value]) => /** @type {[string, unknown]} */ ([name, value])), ["group", group], ["sort", sort], ["pending", false], ...more.map(([name, value]) => /** @type {[string, unknown]} */ ([name, value]))];
  }

  /** Read the buckets; returns whether they are of another list than before. */
  async readBuckets() {
    const found = await get("/library/buckets", this.#parameters(), this.signal);
    const isNew = found.stamp !== this.stamp;
    Object.assign(this, { buckets: found.buckets, total: found.total, stamp: found.stamp });
    return isNew;
  }

  /**
   * Where an asset stands. Null: the list does not have it.
   * @param {string} sha1 or its beginning
   */
  async find(sha1) {
    if (!/^[0-9a-f]{4,40}$/i.test(sha1)) return null;
    const found = await get("/library/assets", this.#parameters([["at", sha1], ["limit", 1]]), this.signal).catch((problem) => {
      if (["library.asset_not_listed", "asset.not_found", "asset.ambiguous"].includes(problem.code)) return null;
      throw problem;
    });
    return found && { position: found.first, sha1: found.assets[0]?.sha1 ?? sha1, stamp: found.stamp };
  }

  /** The asset at a position, if it is there already. @param {number} position */
  at(position) {
    return this.#pages.get(Math.floor(position / PAGE))?.assets?.[position % PAGE] ?? null;
  }

  /** The position of an asset, if it is there already. @param {string} sha1 */
  positionOf(sha1) {
    for (const [number, { assets }] of this.#pages) {
      const at = assets?.findIndex((one) => one.sha1 === sha1) ?? -1;
      if (at >= 0) return number * PAGE + at;
    }
    return null;
  }

  /**
   * Load what is missing between two positions, the first included and the last not; what is no longer wanted is not loaded.
   * Resolves with the stamp of the list that was met, once all are there; null where all were.
   * @param {number} from
   * @param {number} to
   */
  async load(from, to) {
    const [first, last] = [Math.floor(Math.max(0, from) / PAGE), Math.floor((Math.min(to, this.total) - 1) / PAGE)];
    for (const [number, page] of this.#pages) {
      if (page.loading && (number < first || number > last)) {
        page.loading.abort();
        this.#pages.delete(number);
      }
    }
    const missing = [];
    for (let number = first; number <= last; number++) {
      const page = this.#pages.get(number);
      if (!page) missing.push(number);
      else if (page.assets) this.#keep(number, page); // used just now
    }
    if (!missing.length) return null;
    const stamps = await Promise.all(missing.map((number) => this.#loadPage(number)));
    return stamps.find((stamp) => stamp !== this.stamp && stamp !== "") ?? this.stamp;
  }

  /** @param {number} number */
  async #loadPage(number) {
    const loading = new AbortController();
    this.#keep(number, { assets: null, loading });
    try {
      const found = await get("/library/assets", this.#parameters([["position", number * PAGE], ["limit", PAGE]]), AbortSignal.any([this.signal, loading.signal]));
      if (this.#pages.get(number)?.loading === loading) this.#keep(number, { assets: found.assets.map((asset) => ({ ...asset, marks: found.marks[asset.sha1] ?? [] })), loading: null });
      return found.stamp;
    } catch (problem) {
      if (this.#pages.get(number)?.loading === loading) this.#pages.delete(number);
      if (loading.signal.aborted) return "";
      throw problem;
    }
  }

  /** @param {number} number @param {{ assets: readonly Asset[] | null, loading: AbortController | null }} page */
  #keep(number, page) {
    this.#pages.delete(number);
    this.#pages.set(number, page);
    for (const [oldest, { loading }] of this.#pages) {
      if (this.#pages.size <= KEPT) break;
      if (!loading) this.#pages.delete(oldest);
    }
  }

  /** The same list as it is now, with nothing loaded. */
  renewed() {
    return new GridSource(this.query, this.signal);
  }

  /** The SHA-1s from one position to another, both included, in either direction. @param {number} from @param {number} to @returns {Promise<string[]>} */
  async sha1s(from, to) {
    const [first, last] = [Math.max(0, Math.min(from, to)), Math.min(this.total - 1, Math.max(from, to))];
    /** @type {string[]} */
    const found = [];
    while (first + found.length <= last) {
      const limit = Math.min(AT_ONCE, last + 1 - first - found.length);
      const part = await get("/library/sha1s", this.#parameters([["position", first + found.length], ["limit", limit]]), this.signal);
      if (!part.sha1s.length) break;
      found.push(...part.sha1s);
    }
    return from > to ? found.reverse() : found;
  }
}
