// Views that consist of parts: all are read at the start, and again when something has happened that concerns them.

import { describe } from "./api.js";
import { h } from "./dom.js";
import { follow } from "./follow.js";
import { page } from "./state.js";

/** @typedef {{ element: HTMLElement, refresh: () => Promise<void> }} Part */

/**
 * Show parts in a container. follows: beginnings of names of events; withStatus: read again whenever the server's status has
 * changed, for what is in progress. A part that cannot be read says so in its place.
 * @param {HTMLElement} main
 * @param {AbortSignal} signal
 * @param {readonly Part[]} parts
 * @param {{ follows?: readonly string[], withStatus?: boolean, container?: HTMLElement }} [settings]
 */
export async function showParts(main, signal, parts, { follows = [], withStatus = false, container = h("div") } = {}) {
  const refresh = () => Promise.all(parts.map((one) => one.refresh().catch(() => {})));
  await Promise.all(parts.map((one) => one.refresh().catch((problem) => {
    if (!signal.aborted) one.element.append(h("p", { class: "problem" }, describe(problem)));
  })));
  if (signal.aborted) return;
  container.replaceChildren(...parts.map(({ element }) => element));
  if (!container.isConnected) main.replaceChildren(container);
  if (follows.length) follow(signal, follows, refresh);
  if (withStatus) {
    let last = "";
    page.watch(["status"], ({ status }) => {
      const now = JSON.stringify([status?.running, status?.stages, status?.scans, status?.workers.map(({ name }) => name)]);
      if (now !== last) refresh();
      last = now;
    }, signal);
  }
}
