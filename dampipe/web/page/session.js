// Who uses the page, and what they may do: the answer of the server, which each login changes.

import { API } from "./address.js";

let current = null; // null until the server has answered
let loading = null;

/** Who uses the page (`name`, `role`, `scopes`, `can_log_out` …); null until the server has answered. */
export const session = () => current;

/** Whether the actor has a scope. Controls of what an actor may not do are absent; the server checks it in any case. */
export const may = (scope) => current?.scopes.includes(scope) ?? false;

/** Take what the server says; where it is new, dispatch the event `session-changed` on the document. */
export function setSession(answer) {
  const isNew = JSON.stringify(answer) !== JSON.stringify(current);
  current = answer;
  if (isNew) document.dispatchEvent(new CustomEvent("session-changed", { detail: answer }));
}

/** Ask the server who uses the page; nothing changes where it does not answer. */
export async function refreshSession() {
  const response = await fetch(`${API}/session`).catch(() => null);
  if (response?.ok) setSession(await response.json());
}

/** Resolves once the server has said who uses the page; while it is away, at once. */
export async function knownSession() {
  if (current) return;
  loading ??= refreshSession().finally(() => (loading = null));
  await loading;
}

knownSession(); // with the first requests of the page, not after them
