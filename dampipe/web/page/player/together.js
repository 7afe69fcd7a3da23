// Several films on one clock: where the moments of the first are in another, and how the others follow it.

/**
 * Where a time of one film is in another: `time` in seconds, and whether the frame is there; where it is not, `time` is where it was cut.
 * @typedef {{ time: number, isThere: boolean }} Place
 */

/** A pair of times that show the same frame; `to` is null where the other film does not have it. @typedef {{ from: number, to: number | null }} Pair */

/**
 * A function that says where times are in another film, by pairs of times in ascending order: between two pairs that are as far apart
 * in both films the same footage goes on; elsewhere something was cut, and the nearer one counts.
 * @param {readonly Pair[]} pairs
 * @returns {(time: number) => Place}
 */
export function mapped(pairs) {
  const known = pairs.filter((pair) => pair.to !== null);
  return (time) => {
    const after = pairs.findIndex(({ from }) => from > time);
    const [before, next] = after < 0 ? [pairs.at(-1), undefined] : [pairs[after - 1], pairs[after]];
    if (before && before.to !== null) {
      const isWhole = !next || (next.to !== null && Math.abs(next.to - before.to - (next.from - before.from)) < 0.05);
      const isNear = !next || time - before.from <= (next.from - before.from) / 2;
      if (isWhole || isNear || next.to === null) return { time: before.to + (time - before.from), isThere: true };
      return { time: next.to - (next.from - time), isThere: true };
    }
    if (next && next.to !== null && next.from - time < 0.05) return { time: next.to, isThere: true };
    const last = known.findLast(({ from }) => from <= time) ?? known[0];
    return { time: last?.to ?? 0, isThere: false };
  };
}

/** Seconds of drift that are not seen, and those beyond which a film is set anew instead of going faster or slower. */
const UNSEEN = 0.02;
const FAR = 0.25;

/**
 * How fast a film has to play to catch up with where it should be; null: it has to be set there.
 * @param {number} drift seconds that it is ahead
 * @param {number} rate of the first
 */
export function rateFor(drift, rate) {
  if (Math.abs(drift) > FAR) return null;
  if (Math.abs(drift) < UNSEEN) return rate;
  return rate * (1 - Math.sign(drift) * Math.min(0.15, Math.abs(drift)));
}

/**
 * Have films follow the first one, each at its place; it goes on until `signal` is aborted.
 * @param {import("./film.js").Film} first
 * @param {{ film: import("./film.js").Film, place: (time: number) => Place }[]} others
 * @param {EventTarget} events of the first
 * @param {AbortSignal} signal
 */
export function follow(first, others, events, signal) {
  const isForward = () => !first.element.paused;
  function set() {
    for (const { film, place } of others) film.seek(place(first.time).time);
  }
  function start() {
    for (const { film, place } of others) {
      film.seek(place(first.time).time);
      film.element.playbackRate = first.element.playbackRate;
      if (isForward() && place(first.time).isThere) film.element.play().catch(() => {});
    }
  }
  function stop() {
    for (const { film } of others) film.element.pause();
    set();
  }
  function keepUp() {
    if (!isForward()) return set();
    for (const { film, place } of others) {
      const { time, isThere } = place(first.element.currentTime);
      if (!isThere || film.element.seeking) {
        if (!isThere && !film.element.paused) film.element.pause();
        continue;
      }
      if (film.element.paused && !film.element.ended) film.element.play().catch(() => {});
      const rate = rateFor(film.element.currentTime - time, first.element.playbackRate);
      if (rate === null) film.element.currentTime = time;
      else if (Math.abs(film.element.playbackRate - rate) > 0.001) film.element.playbackRate = rate;
    }
    return undefined;
  }
  events.addEventListener("time", keepUp, { signal });
  events.addEventListener("play", start, { signal });
  events.addEventListener("pause", stop, { signal });
  return { set };
}
