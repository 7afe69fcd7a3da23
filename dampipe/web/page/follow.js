// Views that follow the events of the server.

const PAUSE = 1000;

/** Make of `read` a function that returns undefined where a later call was made meanwhile: answers may overtake each other. */
export function newest(read) {
  let calls = 0;
  return async () => {
    const call = ++calls;
    const found = await read();
    return call === calls ? found : undefined;
  };
}

/**
 * Call `refresh` after events whose names begin with one of `prefixes` ("" is every event): a moment after the first, so
 * that their consequences are there, and at most once a second. Also when a hidden tab is shown again.
 */
export function follow(signal, prefixes, refresh, pause = PAUSE) {
  let timer = null;
  let isStale = false;
  const run = () => {
    timer = null;
    if (signal.aborted) return;
    if (document.hidden) isStale = true;
    else refresh();
  };
  const later = () => (timer ??= setTimeout(run, pause));
  document.addEventListener("server-event", ({ detail }) => prefixes.some((prefix) => detail.name.startsWith(prefix)) && later(), { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !isStale) return;
    isStale = false;
    later();
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
