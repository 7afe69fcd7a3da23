// Where one is: what follows the # in the address. The token of the link comes first, so that a reload works everywhere.

/** The parts of the address: `token`, and what is shown: `asset` with a SHA-1 and the seconds of a span, or `collection`. */
export function place() {
  const [token, kind = "", name = "", start = "", end = ""] = location.hash.slice(1).split("/");
  const seconds = (/** @type {string} */ text) => (text && Number.isFinite(Number(text)) ? Number(text) : null);
  return { token, kind, name, start: seconds(start), end: seconds(end) };
}

/** The address of what the link shows first, or of one part of it. @param {...(string | number)} parts */
export const placeOf = (...parts) => `#${[place().token, ...parts].join("/")}`;

const KEY = "dampipe-link";
const BEGINNING = 8; // characters of a token: enough to know it by, and no help to guess it

/** @param {string} key */
const read = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // this browser keeps nothing
  }
};

/** @param {string} key @param {string} value */
const write = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // this browser keeps nothing: the link is opened again after a reload
  }
};

/** @param {string} token @param {number} share */
const known = (token, share) => `${share}:${token.slice(0, BEGINNING)}`;

/**
 * Keep that the session of this browser was begun by the link with this token.
 * @param {string} token
 * @param {number} share
 */
export const keepLink = (token, share) => write(KEY, known(token, share));

/** Whether the session, of the link `share`, was begun with this token. @param {string} token @param {number} share */
export const isOfLink = (token, share) => read(KEY) === known(token, share);

/** @param {string} name */
export const keepName = (name) => write("dampipe-guest-name", name);
export const lastName = () => read("dampipe-guest-name") ?? "";
