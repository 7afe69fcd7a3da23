// Who uses the page, and what they may do: the answer of the server, which each login changes.

import { API } from "./endpoint.js";
import { page } from "./state.js";

/** @typedef {import("dampipe-api").Schemas["Session"]} Session */

/** @type {Promise<void> | null} */
let loading = null;

/** Who uses the page (`name`, `role`, `scopes`, `can_log_out` …); null until the server has answered. */
export const session = () => page.state.session;

/**
 * Whether the actor has a scope. Controls of what an actor may not do are absent; the server checks it in any case.
 * @param {string} scope
 */
export const may = (scope) => page.state.session?.scopes.includes(scope) ?? false;

/** Take what the server says. @param {Session} answer */
export function setSession(answer) {
  if (JSON.stringify(answer) !== JSON.stringify(page.state.session)) page.set({ session: answer });
}

/** Ask the server who uses the page; nothing changes where it does not answer. */
export async function refreshSession() {
  const response = await fetch(`${API}/session`).catch(() => null);
  if (response?.ok) setSession(await response.json());
}

/** Resolves once the server has said who uses the page; while it is away, at once. */
export async function knownSession() {
  if (page.state.session) return;
  loading ??= refreshSession().finally(() => (loading = null));
  await loading;
}
