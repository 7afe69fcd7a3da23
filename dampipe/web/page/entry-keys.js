// Keys in a list of entries: the arrow keys go from one to the next, and others act on the entry that has the focus.

/** What declares keys for such a list has besides its own. */
export const ARROWS = { next: { keys: ["ArrowDown"], does: "The next entry" }, previous: { keys: ["ArrowUp"], does: "The entry before" } };

/** @param {string} key */
const withKey = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

/**
 * Take keys within an entry. Where an act takes the entry out of the list, the focus goes to the one after it, or before it.
 * onward: acts after which it goes there also when the entry is still in the list.
 * @template {string} N
 * @param {HTMLElement} entry with a `data-key`
 * @param {(handlers: Partial<Record<N | "next" | "previous", import("./keys.js").Handler>>, settings: { within: Element }) => void} use of declareKeys
 * @param {Partial<Record<N, () => unknown>>} acts
 * @param {{ onward?: readonly N[] }} [settings]
 */
export function entryKeys(entry, use, acts, { onward = [] } = {}) {
  const go = (/** @type {Element | null} */ to) => {
    if (!(to instanceof HTMLElement)) return false;
    to.focus();
    return true;
  };
  const around = (/** @type {() => unknown} */ act, /** @type {boolean} */ isOnward) => async () => {
    const after = /** @type {HTMLElement | null} */ (entry.nextElementSibling ?? entry.previousElementSibling)?.dataset.key;
    await act();
    const isIn = withKey(entry.dataset.key ?? ""); // not entry.isConnected: the list may have been drawn again, with the entry in it
    if (after && (isOnward || !isIn)) go(withKey(after));
  };
  const pairs = /** @type {[N, () => unknown][]} */ (Object.entries(acts));
  /** @type {Partial<Record<string, import("./keys.js").Handler>>} */
  const handlers = { next: () => go(entry.nextElementSibling), previous: () => go(entry.previousElementSibling) };
  for (const [name, act] of pairs) handlers[name] = around(act, onward.includes(name));
  use(/** @type {Parameters<typeof use>[0]} */ (handlers), { within: entry });
}
