// A shared worker: holds the one connection by which all tabs of this browser follow the server.

import { follow } from "./event-stream.js";

/** @typedef {import("./event-stream.js").Message} Message */

/** @type {Set<MessagePort>} */
const tabs = new Set();
/** @type {(() => void) | null} */
let end = null;
/** @type {Message | null} */
let state = null; // the last message of each kind that a new tab has to know
/** @type {Message | null} */
let status = null;

/** @param {Message} message */
function broadcast(message) {
  if (message.kind === "status") status = message;
  else if (message.kind !== "event") state = message;
  if (message.kind === "away") status = null;
  for (const tab of tabs) tab.postMessage(message);
}

/** @param {MessagePort} tab */
function leave(tab) {
  tabs.delete(tab);
  if (tabs.size) return;
  end?.();
  end = state = status = null;
}

self.addEventListener("connect", (event) => {
  const [tab] = /** @type {MessageEvent} */ (event).ports;
  tabs.add(tab);
  tab.addEventListener("message", ({ data }) => data === "leave" && leave(tab));
  tab.start();
  if (state) tab.postMessage(state);
  if (status) tab.postMessage(status);
  end ??= follow(broadcast);
});
