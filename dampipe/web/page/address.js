// The address of what is shown: `#/search?q=red+car`, a path with parameters after the #. It is a part of the page's state:
// whatever a person would want to return to, reload or send to a colleague stands in it.

/**
 * Where one is: `path` as `/search`, and `parameters` (never to be changed in place).
 * @typedef {{ path: string, parameters: URLSearchParams }} Address
 */

/**
 * What parameters can be made of: pairs, or an object whose values of null, undefined and "" are left out.
 * @typedef {Iterable<[string, string]> | Record<string, string | number | boolean | null | undefined>} Parameters
 */

const ASSET = /^\/asset\/([0-9a-f]{4,40})$/;

/**
 * The address in the fragment of a URL; the library where there is none.
 * @param {string} hash with or without the #
 * @returns {Address}
 */
export function parseAddress(hash) {
  const [path = "", ...query] = hash.replace(/^#/, "").split("?");
  return { path: path || "/", parameters: new URLSearchParams(query.join("?")) };
}

/**
 * Write an address, with the #, as links and `location.hash` take it.
 * @param {string} path
 * @param {Parameters} [parameters]
 */
export function writeAddress(path, parameters = {}) {
  const query = new URLSearchParams(pairsOf(parameters)).toString();
  return `#${path}${query ? `?${query}` : ""}`;
}

/**
 * The pairs of parameters, in their order.
 * @param {Parameters} parameters
 * @returns {[string, string][]}
 */
export function pairsOf(parameters) {
  if (Symbol.iterator in parameters) return [.../** @type {Iterable<[string, string]>} */ (parameters)];
  return Object.entries(parameters).flatMap(([name, value]) =>
    (value === null || value === undefined || value === "" ? [] : [/** @type {[string, string]} */ ([name, String(value)])]));
}

/**
 * Parameters with some of them replaced; null, undefined and "" take one away. Those that stay keep their place.
 * @param {URLSearchParams} parameters
 * @param {Record<string, string | number | boolean | null | undefined>} changes
 */
export function changed(parameters, changes) {
  const kept = [...parameters].filter(([name]) => !Object.hasOwn(changes, name));
  return new URLSearchParams([...kept, ...pairsOf(changes)]);
}

/**
 * The SHA-1, or the beginning of one, of the asset that an address opens in the player; null where it opens none.
 * @param {Address} address
 */
export const assetOf = ({ path }) => ASSET.exec(path)?.[1] ?? null;

/**
 * The address that opens an asset in the player, at a time in seconds.
 * @param {string} sha1
 * @param {number} [time]
 */
export const playerLink = (sha1, time = 0) => writeAddress(`/asset/${sha1}`, { t: time.toFixed(2) });
