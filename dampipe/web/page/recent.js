// The latest searches by words, kept in this browser alone, by the name of who uses the page.

const MOST = 12;

/** @param {string} user */
const key = (user) => `dampipe-searches-${user}`;

/** The latest first. @param {string} user @param {Pick<Storage, "getItem">} [storage] @returns {string[]} */
export function recent(user, storage = localStorage) {
  try {
    const found = JSON.parse(storage.getItem(key(user)) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return []; // no storage, or what is in it is not ours
  }
}

/** Keep a search. @param {string} user @param {string} words @param {Pick<Storage, "getItem" | "setItem">} [storage] */
export function keep(user, words, storage = localStorage) {
  const text = words.trim();
  if (!text) return;
  write(user, [text, ...recent(user, storage).filter((one) => one.toLowerCase() !== text.toLowerCase())], storage);
}

/** @param {string} user @param {string} words @param {Pick<Storage, "getItem" | "setItem">} [storage] */
export const forget = (user, words, storage = localStorage) => write(user, recent(user, storage).filter((one) => one !== words), storage);

/** @param {string} user @param {string[]} searches @param {Pick<Storage, "setItem">} storage */
function write(user, searches, storage) {
  try {
    storage.setItem(key(user), JSON.stringify(searches.slice(0, MOST)));
  } catch {
    // a browser that keeps nothing for this page
  }
}
