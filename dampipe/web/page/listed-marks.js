// The ratings and labels on the cards of a list that is not a `dp-grid`: read for cards as they come, and again as they change.

import { get } from "./api.js";
import { markCard } from "./card.js";
import { follow } from "./follow.js";

/** Assets of one request. */
const AT_ONCE = 200;
/** Events by which an asset may have other values. */
const EVENTS = ["metadata.", "schema.", "asset.merged", "asset.split"];

/**
 * Mark the cards within an element, those that come later, too.
 * @param {Element} element
 * @param {AbortSignal} signal of the view
 */
export function showMarks(element, signal) {
  /** @type {WeakSet<Element>} */
  const known = new WeakSet();
  const all = () => [.../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(".card[data-sha1]"))];

  /** @param {readonly HTMLElement[]} cards */
  async function read(cards) {
    for (const one of cards) known.add(one);
    for (let first = 0; first < cards.length && !signal.aborted; first += AT_ONCE) {
      const some = cards.slice(first, first + AT_ONCE);
      const sha1s = new Set(some.map(({ dataset }) => dataset.sha1 ?? ""));
      const { marks } = await get("/library/marks", [...sha1s].map((one) => /** @type {const} */ (["asset", one])), signal);
      for (const one of some) markCard(one, marks[one.dataset.sha1 ?? ""] ?? []);
    }
  }
  const refresh = (/** @type {readonly HTMLElement[]} */ cards) => {
    read(cards).catch(() => {}); // cards are of use without, and are read again with the next event
  };
  const added = new MutationObserver(() => {
    const cards = all().filter((one) => !known.has(one));
    if (cards.length) refresh(cards);
  });
  added.observe(element, { childList: true, subtree: true });
  signal.addEventListener("abort", () => added.disconnect());
  refresh(all());
  const isShown = (/** @type {string | undefined} */ sha1) => !sha1 || all().some(({ dataset }) => dataset.sha1 === sha1);
  follow(signal, EVENTS, () => refresh(all()), { isMeant: ({ sha1 }) => isShown(sha1) });
}
