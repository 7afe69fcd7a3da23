// Where the HTTP API is, and how its errors are worded.

export const API = "/api/v1";

/** What happened and what to do next, in one line. @param {string} what @param {string} [hint] */
export function explain(what, hint) {
  return hint ? `${what}${/[.!?]$/.test(what) ? "" : "."} ${hint}` : what;
}
