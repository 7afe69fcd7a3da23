// A store: a state of named parts, which views read and follow.

/**
 * A state whose parts are replaced, never changed in place: `set` tells those who follow the parts that are new.
 * @template {object} S
 */
export class Store {
  /** @type {S} */
  #state;
  /** @type {Set<{ parts: ReadonlyArray<keyof S>, listener: (state: Readonly<S>) => void }>} */
  #watchers = new Set();
  /** @type {Array<Set<keyof S>> | null} changes that are being told; null while nothing is */
  #untold = null;

  /** @param {S} initial */
  constructor(initial) {
    this.#state = Object.freeze({ ...initial });
  }

  /** The parts as they are now. */
  get state() {
    return /** @type {Readonly<S>} */ (this.#state);
  }

  /**
   * Replace some parts. Watchers are called before this returns; where a watcher sets parts itself, that change is told after
   * the present one, so that every watcher sees changes in their order.
   * @param {Partial<S>} parts
   */
  set(parts) {
    const names = /** @type {Array<keyof S>} */ (Object.keys(parts));
    const changed = new Set(names.filter((name) => !Object.is(parts[name], this.#state[name])));
    if (!changed.size) return;
    this.#state = Object.freeze({ ...this.#state, ...parts });
    if (this.#untold) {
      this.#untold.push(changed);
      return;
    }
    this.#untold = [changed];
    for (let next = this.#untold.shift(); next; next = this.#untold.shift()) this.#tell(next);
    this.#untold = null;
  }

  /**
   * Call `listener` with the state after each change of one of `parts`, until `signal` is aborted.
   * @param {ReadonlyArray<keyof S>} parts
   * @param {(state: Readonly<S>) => void} listener
   * @param {AbortSignal} [signal]
   */
  watch(parts, listener, signal) {
    if (signal?.aborted) return;
    const watcher = { parts, listener };
    this.#watchers.add(watcher);
    signal?.addEventListener("abort", () => this.#watchers.delete(watcher));
  }

  /** @param {Set<keyof S>} changed */
  #tell(changed) {
    for (const watcher of [...this.#watchers]) {
      if (!this.#watchers.has(watcher) || !watcher.parts.some((part) => changed.has(part))) continue;
      try {
        watcher.listener(this.state);
      } catch (error) {
        reportError(error); // one view's fault does not keep others from following
      }
    }
  }
}
