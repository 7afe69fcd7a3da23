// The HTTP API, and its errors with what to do next.

export class Problem extends Error {
  constructor(detail, hint = "") {
    super(detail);
    this.hint = hint;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/api${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer.", "Is `dampipe up` running?");
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
  return (await ask(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

/** Where a derivative of an asset is served. */
export const derivative = (sha1, kind) => `/api/assets/${sha1}/${kind}`;
