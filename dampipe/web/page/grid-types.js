// What `dp-grid`, the list of the library, offers to other parts of the page: types only. The grid shows any number of assets,
// and holds the cards in view alone: who needs others asks by position. Cards come and go as one scrolls.

/**
 * A position in the list is a whole number from 0, in its present order, with its present filters.
 *
 * Events, which bubble: `grid-card` (CardDetail), when a card shows an asset, be it new or changed, and when the presentation changes:
 * fill `over` then, which is empty; `grid-list` (ListDetail), when another list is shown (filters, sort order), or it has more or fewer assets;
 * `grid-active` ({ sha1, position }), when another card has the focus.
 * @typedef {object} GridList
 * @property {number} total how many assets the list has
 * @property {Record<string, string[]>} filters of the list, by name, as `GET /library/assets` and bulk endpoints take them
 * @property {(sha1: string) => Promise<number | null>} indexOf the position of an asset; null where the list does not have it
 * @property {(from: number, to: number) => Promise<string[]>} sha1s the SHA-1s from one position to another, both included, in either direction
 * @property {(sha1: string) => HTMLElement | null} cardOf the card that shows an asset, `article.card[data-sha1]`; null where it is not in view
 * @property {() => HTMLElement[]} cards those that there are now, in their order
 * @property {(position: number) => void} focusAt scroll to a position, and give its card the focus
 * @property {() => void} refreshCards dispatch `grid-card` again for each card: what stands over them has changed
 * @property {{ sha1: string, position: number } | null} active the card that has, or had last, the focus
 */

/**
 * @typedef {object} CardDetail
 * @property {string} sha1
 * @property {number} position
 * @property {HTMLElement} card
 * @property {HTMLElement} over stands over the picture, as large as it; what is put there takes the pointer only where it sets `pointer-events`
 * @property {import("dampipe-api").Schemas["Video"]} asset
 */

/** @typedef {{ total: number, filters: Record<string, string[]> }} ListDetail */

export {};
