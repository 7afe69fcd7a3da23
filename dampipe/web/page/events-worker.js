// A shared worker: holds the one connection by which all tabs of this browser follow the server.

import { follow } from "./event-stream.js";

const tabs = new Set();
let end = null;
let state = null; // the last message of each kind that a new tab has to know
let status = null;

function broadcast(message) {
  if (message.kind === "status") status = message;
  else if (message.kind !== "event") state = message;
  if (message.kind === "away") status = null;
  for (const tab of tabs) tab.postMessage(message);
}

function leave(tab) {
  tabs.delete(tab);
  if (tabs.size) return;
  end?.();
  end = state = status = null;
}

self.addEventListener("connect", ({ ports: [tab] }) => {
  tabs.add(tab);
  tab.addEventListener("message", ({ data }) => data === "leave" && leave(tab));
  tab.start();
  if (state) tab.postMessage(state);
  if (status) tab.postMessage(status);
  end ??= follow(broadcast);
});
