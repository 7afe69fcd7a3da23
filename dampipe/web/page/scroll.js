// Endless scrolling: an element at the end of a list that loads the next page before it comes into view.

import { problemOf } from "./api.js";
import { h, notice } from "./dom.js";

/**
 * The element for the end of a list. `more` appends a page and returns whether there is another; calls never overlap.
 * @param {AbortSignal} signal
 * @param {() => Promise<boolean>} more
 */
export function endless(signal, more) {
  const end = h("div", { class: "end" });
  let isLoading = false;
  const watcher = new IntersectionObserver(async (entries) => {
    if (isLoading || !entries.at(-1)?.isIntersecting) return;
    isLoading = true;
    try {
      if (await more()) {
        watcher.unobserve(end); // observing again reports again, in case the end is still in view
        watcher.observe(end);
      } else watcher.disconnect();
    } catch (problem) {
      watcher.disconnect();
      const { message, hint } = problemOf(problem);
      if (!signal.aborted) end.append(notice(message, hint));
    }
    isLoading = false;
  }, { rootMargin: "800px" });
  watcher.observe(end);
  signal.addEventListener("abort", () => watcher.disconnect());
  return end;
}
