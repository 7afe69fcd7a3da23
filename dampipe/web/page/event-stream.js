// The stream of server-sent events, connected again for as long as it is wanted.

import { API } from "./endpoint.js"; // not api.js, which needs a document: this runs in a shared worker, too

const URL_OF_STREAM = `${API}/events/stream?status=true`;
/** Milliseconds until a connection is tried again. */
export const RETRY = 3000;

/** A message of the stream. @typedef {{ kind: "open" | "away" | "event" | "status" | "horizon" | "outage", data?: any }} Message */
/** @typedef {(message: Message) => void} Listener */

/**
 * Call `listener` with each message, `{ kind, data }`: `open` (connected), `away` (not connected; tried again), `event`,
 * `status`, `horizon`, `outage` (the server cannot read). Returns a function that ends it.
 * @param {Listener} listener
 */
export function follow(listener) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {string | null} */
  let last = null; // number of the last event, by which the stream resumes

  function open() {
    source = new EventSource(last === null ? URL_OF_STREAM : `${URL_OF_STREAM}&after=${last}`);
    source.onopen = () => listener({ kind: "open" });
    source.onmessage = ({ data, lastEventId }) => {
      last = lastEventId;
      listener({ kind: "event", data: JSON.parse(data) });
    };
    for (const kind of /** @type {const} */ (["status", "horizon", "outage"])) {
      source.addEventListener(kind, ({ data }) => listener({ kind, data: JSON.parse(data) }));
    }
    source.onerror = () => {
      listener({ kind: "away" });
      // A browser connects again automatically, but not after an answer that is an error.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
