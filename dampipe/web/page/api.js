// The HTTP API, and its errors with what to do next.

export const API = "/api";

export class Problem extends Error {
  constructor(detail, hint = "") {
    super(detail);
    this.hint = hint;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`${API}${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer.", "Check that dampipe is running on the machine that serves this page.");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Problem(said.detail ?? `The server answered with ${response.status}.`, said.hint);
}

export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(parameters).toString();
  return (await ask(query ? `${path}?${query}` : path, { signal })).json();
}

export async function text(path) {
  return (await ask(path)).text();
}

export async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  return response.status === 204 ? null : response.json();
}

/** Send bytes (a picture, say) and read the answer. */
export async function send(path, parameters, body, signal) {
  return (await ask(`${path}?${new URLSearchParams(parameters)}`, { method: "POST", body, signal })).json();
}

export async function remove(path) {
  await ask(path, { method: "DELETE" });
}

/** Where a derivative of an asset is served. */
export const derivative = (sha1, kind) => `${API}/assets/${sha1}/${kind}`;
