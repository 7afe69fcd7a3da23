// Playing a film or a sound: by exact frames, on and back, at several speeds, and within a range.

/** @typedef {import("./frames.js").Grid} Grid */
/** @typedef {import("../panels.js").Range} Range */

/** How many times as fast; of J, K and L. */
export const SPEEDS = [1, 2, 4, 8];
/** What a person may choose besides. */
export const RATES = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 4, 8];
/** Seconds of a step in sound, which has no frames. */
const SOUND_STEP = 0.04;
const WIDEST_GAP = 0.1;

/**
 * Plays what an element has loaded. It dispatches "time", "play", "pause", "rate" and "range" on `events`. The moment in view is that
 * at which the frame that was seen last begins; while another one was asked for, it is that.
 */
export class Film {
  /** @type {number | null} the frame, or for sound the time, that was asked for and is not seen yet */
  #wanted = null;
  #seen = 0;
  /** @type {Range | null} */
  #range = null;
  isLooping = false;
  /** Times as fast as the footage, when it plays back; 0: it does not. */
  #back = 0;
  #backTimer = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #loopTimer;

  /**
   * @param {HTMLVideoElement} element
   * @param {Grid | null} grid
   * @param {number} duration seconds, as the catalogue knows it
   * @param {EventTarget} events
   * @param {AbortSignal} signal
   */
  constructor(element, grid, duration, events, signal) {
    this.element = element;
    this.grid = grid;
    this.events = events;
    this.signal = signal;
    this.duration = grid ? grid.begin(grid.count) : duration;
    const on = (/** @type {string} */ name, /** @type {() => void} */ run) => element.addEventListener(name, run, { signal });
    on("timeupdate", () => this.#canSeeFrames ? undefined : this.#see(element.currentTime));
    on("seeked", () => this.#arrive());
    on("play", () => this.#tell("play"));
    on("pause", () => this.#tell("pause"));
    on("ratechange", () => this.#tell("rate"));
    on("loadedmetadata", () => this.#begin());
    on("durationchange", () => (this.duration = grid ? this.duration : element.duration || this.duration));
    on("ended", () => this.isLooping && this.#loopFrom());
    signal.addEventListener("abort", () => this.#endBack());
    if (this.#canSeeFrames) this.#watchFrames();
    else this.#watchSound();
  }

  /** Whether the browser tells which frame is seen. */
  get #canSeeFrames() {
    return this.grid !== null && "requestVideoFrameCallback" in this.element;
  }

  /** @param {string} name */
  #tell(name) {
    this.events.dispatchEvent(new Event(name));
  }

  #watchFrames() {
    const watch = () => this.element.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.signal.aborted) return;
      this.#see(mediaTime);
      watch();
    });
    watch();
  }

  /** Sound has no frames that come into view: the moment is read as often as the screen is drawn. */
  #watchSound() {
    const watch = () => {
      if (this.signal.aborted) return;
      if (!this.element.paused) this.#see(this.element.currentTime);
      requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  }

  #begin() {
    if (this.#wanted !== null) this.#show(this.#wanted);
  }

  /** @param {number} time of what is seen now */
  #see(time) {
    const { grid, element } = this;
    if (this.#wanted !== null && (element.seeking || element.readyState < 1)) return; // on its way to another moment
    this.#wanted = null;
    const before = this.#seen;
    this.#seen = grid ? grid.begin(grid.frame(time)) : time;
    if (!element.paused && this.#range && this.isLooping) this.#loopAtEnd(this.#range);
    if (before !== this.#seen) this.#tell("time");
  }

  /** Where the last frame of a range is in view: once it was seen for its length, begin again. @param {Range} range */
  #loopAtEnd({ end }) {
    const { element, grid } = this;
    const rest = (end - element.currentTime) / element.playbackRate;
    if (rest > (grid ? this.#frameLength : SOUND_STEP) / element.playbackRate) return;
    clearTimeout(this.#loopTimer);
    this.#loopTimer = setTimeout(() => this.isLooping && this.#range && !element.paused && this.#loopFrom(), rest * 1000);
  }

  /** Seconds of the frame in view. */
  get #frameLength() {
    const { grid, frame } = this;
    return grid && frame !== null ? grid.begin(frame + 1) - grid.begin(frame) : SOUND_STEP;
  }

  #loopFrom() {
    this.seek(this.#range?.start ?? 0);
    this.element.play().catch(() => {});
  }

  /** A seek has ended: where no frame is told (it is the one that was seen before, or sound), what was asked for is seen. */
  #arrive() {
    const { grid, element } = this;
    if (this.#wanted === null) return;
    const wanted = this.#wanted;
    const isThere = Math.abs(element.currentTime - this.#target(wanted)) < WIDEST_GAP;
    if (!isThere) return; // another seek follows
    this.#wanted = null;
    this.#seen = grid ? grid.begin(grid.seen(wanted)) : wanted;
    this.#tell("time");
  }

  /** The time to which the element is set. @param {number} wanted */
  #target(wanted) {
    const { grid, element } = this;
    if (grid) return grid.middle(grid.seen(wanted));
    const last = Number.isFinite(element.duration) ? element.duration : this.duration;
    return Math.min(Math.max(wanted, 0), last);
  }

  /** @param {number} wanted frame, or for sound the time */
  #show(wanted) {
    const isChanged = this.#wanted !== wanted;
    this.#wanted = wanted;
    if (this.element.readyState >= 1) this.element.currentTime = this.#target(wanted); // before, it is set once there is something
    if (isChanged) this.#tell("time");
  }

  /** The moment in view, or asked for, in seconds. */
  get time() {
    if (this.#wanted === null) return this.#seen;
    return this.grid ? this.grid.begin(this.#wanted) : this.#wanted;
  }

  /** The number of the frame in view, or asked for; null for sound. */
  get frame() {
    if (!this.grid) return null;
    return this.#wanted ?? this.grid.frame(this.#seen);
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.#show(this.grid ? this.grid.frame(seconds) : Math.min(Math.max(seconds, 0), this.duration));
  }

  /** @param {number} frame */
  seekFrame(frame) {
    this.pause();
    if (this.grid) this.#show(Math.min(Math.max(frame, 0), this.grid.count - 1));
  }

  /** Go a number of frames on, or back; in sound, of short steps. @param {number} by */
  step(by) {
    this.pause();
    if (this.grid) this.#show(this.grid.next(this.frame ?? 0, by));
    else this.seek(this.time + by * SOUND_STEP);
  }

  get isPlaying() {
    return this.#back > 0 || !this.element.paused;
  }

  /** How fast it plays: 2 is twice as fast, -1 is back. */
  get speed() {
    return this.#back ? -this.#back : this.element.playbackRate;
  }

  /** @param {number} [rate] */
  play(rate = this.element.playbackRate) {
    this.#endBack();
    this.element.playbackRate = rate;
    const isAtEnd = this.grid ? (this.frame ?? 0) >= this.grid.count - 1 : this.time >= this.duration - SOUND_STEP;
    if (isAtEnd) this.seek(this.isLooping && this.#range ? this.#range.start : 0);
    this.element.play().catch(() => {}); // the browser wants a person to begin
  }

  pause() {
    this.#endBack();
    this.element.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play(SPEEDS.includes(this.element.playbackRate) && this.element.playbackRate > 1 ? 1 : undefined);
  }

  /** L: play on; each time twice as fast. */
  forward() {
    const now = this.#back ? 0 : this.element.paused ? 0 : this.element.playbackRate;
    this.play(SPEEDS.find((speed) => speed > now) ?? SPEEDS[SPEEDS.length - 1]);
  }

  /** J: play back; each time twice as fast. Browsers cannot: it goes back by as much as the clock went on, frame by frame. */
  back() {
    const faster = SPEEDS.find((speed) => speed > this.#back) ?? SPEEDS[SPEEDS.length - 1];
    this.element.pause();
    const isNew = !this.#back;
    this.#back = faster;
    this.#tell("rate");
    if (!isNew) return;
    this.#tell("play");
    let [at, last] = [this.time, performance.now()];
    const go = (/** @type {number} */ now) => {
      if (!this.#back) return;
      const first = this.isLooping && this.#range ? this.#range.start : 0;
      at -= (this.#back * (now - last)) / 1000;
      last = now;
      if (at < first && this.isLooping && this.#range) at = this.#range.end - 1e-3;
      if (!this.element.seeking) this.#show(this.grid ? this.grid.frame(Math.max(at, 0)) : Math.max(at, 0));
      if (at <= 0) return this.pause();
      this.#backTimer = requestAnimationFrame(go);
    };
    this.#backTimer = requestAnimationFrame(go);
  }

  #endBack() {
    if (!this.#back) return;
    cancelAnimationFrame(this.#backTimer);
    this.#back = 0;
    if (this.signal.aborted) return;
    this.#tell("pause");
    this.#tell("rate");
  }

  /** The range between in and out. */
  get range() {
    return this.#range;
  }

  /** @param {Range | null} range */
  set range(range) {
    const { grid, duration } = this;
    if (range && grid) {
      const first = grid.frame(range.start);
      const behind = range.end >= grid.begin(grid.count) - 1e-6 ? grid.count : grid.frame(range.end);
      range = { start: grid.begin(first), end: grid.begin(Math.max(first + 1, behind)) };
    } else if (range) {
      const start = Math.min(Math.max(range.start, 0), duration);
      range = { start, end: Math.min(Math.max(range.end, start + 0.001), duration) };
    }
    this.#range = range;
    this.#tell("range");
  }

  /** I: the frame in view is the first of the range. */
  markIn() {
    const { time, duration } = this;
    const end = this.#range && this.#range.end > time ? this.#range.end : duration;
    this.range = { start: time, end };
  }

  /** O: the frame in view is the last of the range. */
  markOut() {
    const { grid, time } = this;
    const end = grid ? grid.begin((this.frame ?? 0) + 1) : time;
    const start = this.#range && this.#range.start < end ? this.#range.start : 0;
    this.range = { start, end };
  }

  /** A time as the API takes it: that of a frame's begin as ticks, which is exact. @param {number} seconds */
  exact(seconds) {
    const { grid } = this;
    if (!grid) return seconds.toFixed(6);
    return grid.text(seconds >= grid.begin(grid.count) - 1e-6 ? grid.count : grid.frame(seconds));
  }
}
