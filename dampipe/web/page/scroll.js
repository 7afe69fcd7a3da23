// More as one scrolls: an element for the end of a list that calls for the next page before it comes into view.

import { h, notice } from "./dom.js";

/** `more` appends a page and tells whether there is another; it is called once at a time until there is none. */
export function endless(signal, more) {
  const end = h("div", { class: "end" });
  let busy = false;
  const watcher = new IntersectionObserver(async (seen) => {
    if (busy || !seen.at(-1).isIntersecting) return;
    busy = true;
    try {
      if (await more()) {
        watcher.unobserve(end); // observed anew it tells again, in case it is still in view
        watcher.observe(end);
      } else watcher.disconnect();
    } catch (problem) {
      watcher.disconnect();
      if (!signal.aborted) end.append(notice(problem.message, problem.hint));
    }
    busy = false;
  }, { rootMargin: "800px" });
  watcher.observe(end);
  signal.addEventListener("abort", () => watcher.disconnect());
  return end;
}
