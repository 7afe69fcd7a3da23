// Calls of the HTTP API as a guest. An error of the API becomes a Problem; unlike on the page for users, no login is asked for:
// a guest has the link.

import { API } from "../endpoint.js";

export { API };

/** A text of the API as a sentence. */
export const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}` : "");

export class Problem extends Error {
  /** status: of the answer; 0: there was none. hint: what to do next. */
  constructor(detail, hint = "", status = 0, code = "") {
    super(sentence(detail));
    Object.assign(this, { hint, status, code });
  }

  /** Whether the session has ended. */
  get isEnd() {
    return this.status === 401;
  }
}

/** An error in one line. */
export const describe = (problem) => [problem.message, problem.hint].filter(Boolean).join(" ");

async function problemOf(response) {
  const { detail, hint, code } = await response.json().catch(() => ({}));
  return new Problem(detail ?? `the server answered with status ${response.status}`, hint, response.status, code);
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`${API}${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("the server does not answer", "Check your connection, and try again.");
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

export function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(parameters).toString();
  return request(query ? `${path}?${query}` : path, { signal });
}

const withBody = (method) => (path, body) =>
  request(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
export const post = withBody("POST");
export const patch = withBody("PATCH");
export const remove = (path) => request(path, { method: "DELETE" });

/** The address of a derivative of an asset. */
export const derivative = (sha1, kind) => `${API}/assets/${sha1}/${kind}`;

/** Why a file is not sent, by asking for its first byte; null: it is sent. */
export async function refusal(url) {
  const response = await fetch(url, { headers: { range: "bytes=0-0" } }).catch(() => null);
  if (!response) return new Problem("the server does not answer", "Check your connection, and try again.");
  if (!response.ok) return problemOf(response);
  await response.body?.cancel();
  return null;
}
