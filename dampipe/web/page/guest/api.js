// Calls of the HTTP API as a guest. An error of the API becomes a Problem; unlike on the page for users, no login is asked for:
// a guest has the link.

import { API } from "../endpoint.js";

export { API };

/** A text of the API as a sentence. @param {string} text */
export const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}` : "");

export class Problem extends Error {
  /**
   * status: of the answer; 0: there was none. hint: what to do next.
   * @param {string} detail
   * @param {string} [hint]
   * @param {number} [status]
   * @param {string} [code]
   * @param {Record<string, any>} [parameters]
   */
  constructor(detail, hint = "", status = 0, code = "", parameters = {}) {
    super(sentence(detail));
    this.hint = hint;
    this.status = status;
    this.code = code;
    this.parameters = parameters;
  }

  /** Whether the session has ended. */
  get isEnd() {
    return this.status === 401;
  }
}

/** What was thrown, as a Problem. @param {unknown} error */
export const asProblem = (error) => (error instanceof Problem ? error : new Problem(error instanceof Error ? error.message : String(error)));

/** An error in one line. @param {unknown} error */
export const describe = (error) => [asProblem(error).message, asProblem(error).hint].filter(Boolean).join(" ");

/** @param {Response} response */
async function problemOf(response) {
  const { detail, hint, code, parameters } = await response.json().catch(() => ({}));
  return new Problem(detail ?? `the server answered with status ${response.status}`, hint, response.status, code, parameters);
}

/** @param {string} path @param {RequestInit} options */
async function request(path, options) {
  let response;
  try {
    response = await fetch(`${API}${path}`, options);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new Problem("the server does not answer", "Check your connection, and try again.");
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

/**
 * @template {string} P
 * @param {P} path
 * @param {Record<string, any>} [parameters]
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("dampipe-api").Answer<"get", P>>}
 */
export function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(parameters).toString();
  return request(query ? `${path}?${query}` : path, { signal });
}

/** @param {string} method */
/** @param {"POST" | "PATCH"} method @param {string} path @param {unknown} body */
const withBody = (method, path, body) => request(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/**
 * @template {string} P
 * @param {P} path
 * @param {import("dampipe-api").Body<"post", P>} body
 * @returns {Promise<import("dampipe-api").Answer<"post", P>>}
 */
export const post = (path, body) => withBody("POST", path, body);

/**
 * @template {string} P
 * @param {P} path
 * @param {import("dampipe-api").Body<"patch", P>} body
 * @returns {Promise<import("dampipe-api").Answer<"patch", P>>}
 */
export const patch = (path, body) => withBody("PATCH", path, body);

/** @param {string} path */
export const remove = (path) => request(path, { method: "DELETE" });

/** The address of a derivative of an asset. @param {string} sha1 @param {string} kind */
export const derivative = (sha1, kind) => `${API}/assets/${sha1}/${kind}`;

/** Why a file is not sent, by asking for its first byte; null: it is sent. @param {string} url */
export async function refusal(url) {
  const response = await fetch(url, { headers: { range: "bytes=0-0" } }).catch(() => null);
  if (!response) return new Problem("the server does not answer", "Check your connection, and try again.");
  if (!response.ok) return problemOf(response);
  await response.body?.cancel();
  return null;
}

/** How comments ask the server. @type {import("/page/panels/review/writing.js").Api} */
export const asGuest = { get, post, patch, remove, describe, isEnd: (error) => asProblem(error).isEnd, codeOf: asProblem };
