// What is asked of a list whose cards are all in the document.

/**
 * @param {HTMLElement} element
 * @param {string} selector of its cards
 * @returns {import("./selectable.js").List}
 */
export function listOf(element, selector) {
  const cards = () => /** @type {HTMLElement[]} */ ([...element.querySelectorAll(selector)]);
  return {
    cards,
    indexOf: async (sha1) => {
      const at = cards().findIndex((card) => card.dataset.sha1 === sha1);
      return at < 0 ? null : at;
    },
    sha1s: async (from, to) => [...new Set(cards().slice(Math.min(from, to), Math.max(from, to) + 1).map((card) => card.dataset.sha1 ?? ""))],
    focusAt: (position) => {
      const card = cards()[position];
      const control = /** @type {HTMLElement | null} */ (card?.querySelector("a, button") ?? null);
      control?.focus({ preventScroll: true });
      card?.scrollIntoView({ block: "nearest" });
    },
  };
}
