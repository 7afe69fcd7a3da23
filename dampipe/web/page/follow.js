// Views that follow the events of the server.

/** Milliseconds between two refreshes: with what the server waits, a change is seen within a second. */
const PAUSE = 500;
/** Milliseconds from an event to the first: what happens together is read together, and people see it at once nevertheless. */
const SOON = 150;

/**
 * A function that shows what `read` reads, each time it is called. Answers may overtake each other: that of the latest call is
 * shown. Resolves, with what `show` returns, once what is shown is at least as new as the call.
 * @template T, R
 * @param {() => Promise<T>} read
 * @param {(found: T) => R | Promise<R>} show
 * @returns {() => Promise<R>}
 */
export function newest(read, show) {
  /** @type {Promise<R>} */
  let latest;
  return () => {
    /** @type {Promise<R>} */
    const mine = read().then((found) => (mine === latest ? show(found) : latest));
    latest = mine;
    return mine;
  };
}

/**
 * Call `refresh` after events whose names begin with one of `prefixes` ("" is every event): a moment after the first, and at
 * most once in `pause`. Also when a hidden tab is shown again, and after the connection to the server was made: events
 * between the view's first answer and then are not sent.
 * @param {AbortSignal} signal
 * @param {readonly string[]} prefixes
 * @param {() => unknown} refresh
 * @param {{ pause?: number, isMeant?: (event: any) => boolean }} [settings] pause: milliseconds between two calls; isMeant: which of these events count
 */
export function follow(signal, prefixes, refresh, { pause = PAUSE, isMeant = () => true } = {}) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isStale = false;
  let last = -Infinity;
  const run = () => {
    timer = undefined;
    if (signal.aborted) return;
    last = performance.now();
    if (document.hidden) isStale = true;
    else refresh();
  };
  const later = () => (timer ??= setTimeout(run, Math.max(Math.min(SOON, pause), last + pause - performance.now())));
  document.addEventListener("server-event", ({ detail }) => prefixes.some((prefix) => detail.name.startsWith(prefix)) && isMeant(detail) && later(), { signal });
  document.addEventListener("server-followed", later, { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !isStale) return;
    isStale = false;
    later();
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
