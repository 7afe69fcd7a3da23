// Calls of the HTTP API. An error of the API becomes a Problem, whose `hint` says what to do next. A call that needs a login
// waits until a user has logged in, and is then made again, so that nothing that is open on the page is lost.

import { API, explain } from "./endpoint.js";
import { refreshSession } from "./session.js";

export { API, explain };

export class Problem extends Error {
  /**
   * isOutage: the server or a part of it is away, so that the same call may succeed later. code, parameters: of the error,
   * where it has a code.
   * @param {string} detail
   * @param {string} [hint]
   * @param {boolean} [isOutage]
   * @param {string} [code]
   * @param {Record<string, any>} [parameters]
   */
  constructor(detail, hint = "", isOutage = false, code = "", parameters = {}) {
    super(detail);
    this.code = code;
    this.parameters = parameters;
    this.hint = hint;
    this.isOutage = isOutage;
  }
}

/** What was thrown, as a Problem. @param {unknown} error */
export const problemOf = (error) => (error instanceof Problem ? error : new Problem(error instanceof Error ? error.message : String(error)));

/** An error in one line. @param {unknown} error */
export function describe(error) {
  const { message, hint } = problemOf(error);
  return explain(message, hint);
}

/** @type {(() => Promise<void>) | null} */
let login = null;

/** How a person logs in where a call needs it. Where nothing is set, as on the page of guests, who have no login, such a call fails. @param {() => Promise<void>} ask */
export const setLogin = (ask) => (login = ask);

/** @typedef {import("./address.js").Parameters | Iterable<readonly unknown[]>} Query */

/** @param {Query | undefined} parameters */
const queryOf = (parameters) => new URLSearchParams(/** @type {Record<string, string>} */ (parameters ?? {})).toString();

/**
 * @param {string} path below API
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function request(path, options) {
  let response;
  try {
    response = await fetch(`${API}${path}`, options);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new Problem("The server does not answer.", "Check that dampipe is running on the machine that serves this page.", true);
  }
  if (response.ok) return response;
  if (response.status === 401 && login) {
    await login();
    options?.signal?.throwIfAborted();
    return request(path, options);
  }
  const { detail, hint, code, parameters } = await response.json().catch(() => ({}));
  if (code === "access.scope_missing") refreshSession(); // the role was changed meanwhile
  throw new Problem(detail ?? `The server answered with status ${response.status}.`, hint, response.status >= 500, code, parameters);
}

/**
 * Ask. The type of the answer follows from the path, where that is written at the call.
 * @template {string} P
 * @param {P} path
 * @param {Query} [parameters]
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("dampipe-api").Answer<"get", P>>}
 */
export async function get(path, parameters, signal) {
  const query = queryOf(parameters);
  return (await request(query ? `${path}?${query}` : path, { signal })).json();
}

/**
 * Save a file under the name that the server proposes; returns the warnings that came with it.
 * @param {string} path
 * @param {Query} parameters
 * @param {unknown} [body] of a POST; without one it is a GET
 * @returns {Promise<string[]>}
 */
export async function save(path, parameters, body) {
  const query = queryOf(parameters);
  const options = body === undefined ? undefined : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await request(query ? `${path}?${query}` : path, options);
  const proposed = response.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(proposed)?.[1];
  const name = encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(proposed)?.[1] ?? "dampipe";
  const url = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return JSON.parse(response.headers.get("dampipe-warnings") ?? "[]");
}

/** @param {string} path */
export async function text(path) {
  return (await request(path)).text();
}

/**
 * @template {string} P
 * @param {P} path
 * @param {import("dampipe-api").Body<"post", P>} [body]
 * @returns {Promise<import("dampipe-api").Answer<"post", P>>}
 */
export async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await request(path, { method: "POST", headers, body: JSON.stringify(body) });
  return response.status === 204 ? /** @type {any} */ (null) : response.json();
}

/**
 * Post bytes, such as a picture, and return the answer.
 * @template {string} P
 * @param {P} path
 * @param {Query} parameters
 * @param {Blob} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("dampipe-api").Answer<"post", P>>}
 */
export async function send(path, parameters, body, signal) {
  return (await request(`${path}?${queryOf(parameters)}`, { method: "POST", body, signal })).json();
}

/**
 * @template {string} P
 * @param {P} path
 * @param {import("dampipe-api").Body<"patch", P>} [body]
 * @returns {Promise<import("dampipe-api").Answer<"patch", P>>}
 */
export async function patch(path, body) {
  const headers = { "content-type": "application/json" };
  return (await request(path, { method: "PATCH", headers, body: JSON.stringify(body) })).json();
}

/**
 * Put: replace something.
 * @template {string} P
 * @param {P} path
 * @param {import("dampipe-api").Body<"put", P>} [body]
 * @returns {Promise<import("dampipe-api").Answer<"put", P>>}
 */
export async function put(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await request(path, { method: "PUT", headers, body: JSON.stringify(body) });
  return response.status === 204 ? /** @type {any} */ (null) : response.json();
}

/**
 * @template {string} P
 * @param {P} path
 * @returns {Promise<import("dampipe-api").Answer<"delete", P>>} null where there is nothing to say
 */
export async function remove(path) {
  const response = await request(path, { method: "DELETE" });
  return response.status === 204 ? /** @type {any} */ (null) : response.json();
}

/**
 * The URL of a derivative of an asset. derivatives: of the asset, where they are known: then the browser keeps the bytes until
 * the derivative is made by another recipe.
 * @param {string} sha1
 * @param {string} kind
 * @param {readonly Pick<import("dampipe-api").Schemas["Derivative"], "kind" | "recipe">[]} [derivatives]
 */
export function derivative(sha1, kind, derivatives = []) {
  const recipe = derivatives.find((made) => made.kind === kind)?.recipe;
  return `${API}/assets/${sha1}/${kind}${recipe ? `?${new URLSearchParams({ recipe })}` : ""}`;
}

/** A picture, which is to wait for what is asked for otherwise. @param {string} url of `derivative` @param {AbortSignal} signal */
export async function blobOf(url, signal) {
  return (await request(url.slice(API.length), { signal, priority: "low" })).blob();
}

/** The bytes of a derivative, such as a waveform. @param {string} url of `derivative` @param {AbortSignal} [signal] */
export async function bytesOf(url, signal) {
  return (await request(url.slice(API.length), { signal })).arrayBuffer();
}
