// What the server reports, followed while the page is open: one connection for all tabs of a browser.

import { follow, RETRY } from "./event-stream.js";

/** Start to follow, and call `listener` with each message of `event-stream.js`. @param {import("./event-stream.js").Listener} listener */
export function listen(listener) {
  /** @type {(() => void) | null} */
  let end = null;
  const start = () => (end ??= globalThis.SharedWorker ? join(listener) : follow(listener));
  const stop = () => {
    end?.();
    end = null;
  };
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start); // also when the browser's Back brings a page back as it was
  if (!globalThis.SharedWorker) {
    // Each tab has a connection of its own, of which a browser allows six: only visible tabs keep theirs.
    document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  }
  start();
}

/** Share the connection of the worker; returns a function that leaves it. @param {import("./event-stream.js").Listener} listener */
function join(listener) {
  /** @type {SharedWorker} */
  let worker;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function open() {
    worker = new SharedWorker("/page/events-worker.js", { type: "module", name: "dampipe events" });
    worker.port.addEventListener("message", ({ data }) => listener(data));
    worker.addEventListener("error", () => { // its script could not be loaded: the server was away
      listener({ kind: "away" });
      worker.port.close();
      timer = setTimeout(open, RETRY);
    });
    worker.port.start();
  }

  open();
  return () => {
    clearTimeout(timer);
    worker.port.postMessage("leave");
    worker.port.close();
  };
}
