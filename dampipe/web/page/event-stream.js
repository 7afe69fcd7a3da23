// The stream of server-sent events, connected again for as long as it is wanted.

import { API } from "./endpoint.js"; // not api.js, which needs a document: this runs in a shared worker, too

const URL_OF_STREAM = `${API}/events/stream?status=true`;
const RETRY = 3000;

/**
 * Call `listener` with each message, `{ kind, data }`: `open` (connected), `away` (not connected; tried again), `event`,
 * `status`, `horizon`, `outage` (the server cannot read). Returns a function that ends it.
 */
export function follow(listener) {
  let source = null;
  let timer = null;
  let last = null; // number of the last event, by which the stream resumes

  function open() {
    source = new EventSource(last === null ? URL_OF_STREAM : `${URL_OF_STREAM}&after=${last}`);
    source.onopen = () => listener({ kind: "open" });
    source.onmessage = ({ data, lastEventId }) => {
      last = lastEventId;
      listener({ kind: "event", data: JSON.parse(data) });
    };
    for (const kind of ["status", "horizon", "outage"]) {
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
